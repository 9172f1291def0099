"""The calls of the command line, a topic a file; `bot.cli` has their table."""
