"""Chat commands: one spec table, one dispatcher, handlers by topic."""
