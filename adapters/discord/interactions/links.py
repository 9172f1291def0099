"""Finds the post that a message of the bot is about."""

from __future__ import annotations

import re

from adapters.discord.sdk import discord

_LINK = re.compile(r"https?://[^\s<>]+")


def link_of(message: discord.Message | None) -> str:
    """Return the link of the post that a card is about, "" for none."""
    if message is None:
        return ""
    linked = [each.url for each in message.embeds if each.url]
    written = [each.replace("%28", "(").replace("%29", ")") for each in _LINK.findall(message.content)]
    return next(iter([*linked, *written]), "")
