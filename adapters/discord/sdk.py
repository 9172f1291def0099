"""discord.py, imported here alone: it imports audioop, for voice, which Python 3.11 calls deprecated."""

import warnings

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "'audioop' is deprecated", DeprecationWarning)
    import discord
    from discord.gateway import DiscordWebSocket, KeepAliveHandler
    from discord.http import Route

__all__ = ["DiscordWebSocket", "KeepAliveHandler", "Route", "discord"]
