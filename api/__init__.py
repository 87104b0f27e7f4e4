"""Every door: HTTP, the command line, and what comes in and goes out through them."""
