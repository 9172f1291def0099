"""The connection to Slack: sockets or signed HTTP, the Web API, events, rate limits."""
