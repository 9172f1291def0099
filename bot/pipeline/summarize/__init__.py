"""Summarizing: selects the few sentences of a post that an alert shows."""
