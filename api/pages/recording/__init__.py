"""Recording for people: one form per fact, made from the fact's own schema."""
