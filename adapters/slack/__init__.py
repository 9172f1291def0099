"""The Slack adapter, on slack-bolt. No other part of Bystander imports that SDK."""
