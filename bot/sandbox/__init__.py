"""Runs parsers of hostile input in confined child processes."""
