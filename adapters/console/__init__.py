"""The console: the smallest complete adapter."""
