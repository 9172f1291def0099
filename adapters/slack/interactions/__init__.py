"""Handles the commands, clicks and forms of Slack users, and answers them."""
