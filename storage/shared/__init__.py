"""What the stores share: pure functions that take rows and return values, or parameters of statements."""
