"""Discord, on discord.py. `adapter.py` is the way in; no other part of Bystander imports the SDK."""
