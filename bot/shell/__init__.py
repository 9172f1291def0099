"""The calls of the command line, one topic per file; `bot.cli` lists them all."""
