"""Text as plain values: names, sentences, addresses, and HTML made into any of them. Pure."""
