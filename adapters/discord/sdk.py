"""Imports discord.py, in one place: it imports audioop (for voice), for which Python 3.11 would warn."""

import warnings

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "'audioop' is deprecated", DeprecationWarning)
    import discord
    from discord.gateway import DiscordWebSocket, KeepAliveHandler
    from discord.http import Route

__all__ = ["DiscordWebSocket", "KeepAliveHandler", "Route", "discord"]
