"""Text processing: names, sentences, addresses, and their extraction from HTML. Pure."""
