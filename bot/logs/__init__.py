"""Logging: how it is set up, and what keeps it short while something is out of order."""
