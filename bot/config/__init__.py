"""The configuration: read, checked as a whole, with the secrets of the environment."""
