"""Messages on Discord: rendered, sent, edited and found again."""
