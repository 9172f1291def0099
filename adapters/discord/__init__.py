"""Discord, on discord.py. `adapter.py` is the way in; `sdk.py` alone imports the SDK."""
