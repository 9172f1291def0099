"""The web server: health, metrics and the status page."""
