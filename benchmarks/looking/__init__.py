"""A real browser that looks at Pakta, and what it measures there."""
