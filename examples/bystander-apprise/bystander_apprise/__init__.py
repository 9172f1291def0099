"""Bystander on Apprise: alerts on every service that Apprise knows."""
