"""Discord, on discord.py. `adapter.py` is the way in; no other part of Bystander imports the SDK."""

import warnings

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "'audioop' is deprecated", DeprecationWarning)
    import discord as _discord  # noqa: F401 -- it imports audioop, for voice, which nobody needs here
