"""Slack, on slack-bolt. No other part of Bystander imports the SDK."""
