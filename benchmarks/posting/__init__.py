"""A server in a process of its own and many who post to it at once."""
