"""What is asked of a register of any size: of its views, and over HTTP."""
