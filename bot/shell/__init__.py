"""The calls of the command line, one topic per file; `bot.calls` lists them all."""
