"""A made-up national register of cooperation agreements, as large as is asked for and always the same."""
