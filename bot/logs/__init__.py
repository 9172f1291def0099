"""Logging: how it is set up, and what keeps the log short during an outage."""
