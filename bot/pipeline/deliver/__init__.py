"""Delivering: from the outbox to the adapters, and what failures lead to."""
