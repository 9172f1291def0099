"""Delivering: sends messages from the outbox through the adapters, and handles failures."""
