"""Reads what people bring from elsewhere, plans what becomes of it, and stores all of it or nothing."""
