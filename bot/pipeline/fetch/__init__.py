"""Fetching: polite, bounded requests to checked addresses."""
