"""Parsing: turns the bytes of a feed into entries. Runs in the sandbox."""
