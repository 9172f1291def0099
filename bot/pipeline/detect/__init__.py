"""Detecting: sorts the entries of a feed's window into new, changed, moved and old. Pure."""
