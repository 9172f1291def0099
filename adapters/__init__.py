"""One folder or file for each chat platform."""
