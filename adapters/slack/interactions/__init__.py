"""What people do on Slack, and what they are answered."""
