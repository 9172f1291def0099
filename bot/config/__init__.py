"""Reads and checks the configuration: the config file, and the secrets in the environment."""
