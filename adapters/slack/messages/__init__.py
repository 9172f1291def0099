"""Messages on Slack: rendered, sent, edited and found again."""
