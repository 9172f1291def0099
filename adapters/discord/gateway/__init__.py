"""The connection to Discord: gateway, endpoints, servers and the rate limits."""
