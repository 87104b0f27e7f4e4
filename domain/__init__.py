"""What is true of agreements: the facts, what follows from them, and the journal that keeps them."""
