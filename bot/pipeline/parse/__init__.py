"""Parsing: bytes of a feed to entries. Runs in the sandbox."""
