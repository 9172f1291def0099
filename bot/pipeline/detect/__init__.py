"""Detecting: which entries of a window are new, changed, moved or old. Pure."""
