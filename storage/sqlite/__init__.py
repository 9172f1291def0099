"""Subscriptions, archive and outbox in one SQLite file."""
