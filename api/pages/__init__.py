"""Pages for people. So far: what each problem means, and the documentation of the API."""
