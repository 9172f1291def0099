"""`bystander init`: asks what the bot needs to know, and writes its config and its environment file."""
