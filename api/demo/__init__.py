"""The agreements that a demonstration starts with, as requests to the API."""
