"""Logging: its setup, and the limits that keep the log short during an outage."""
