"""Checks whether alerts can go to a channel before a command promises them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.discord.interactions.commands import Invocation
from adapters.discord.messages import destinations
from adapters.discord.messages.parts import EVERYONE
from adapters.discord.sdk import discord
from bot.model import Reply, local_of

_MEND = "Give it that (channel settings, Permissions), then try again."
_UNCHANGED = "Nothing was changed."


def refusal(interaction: discord.Interaction[Any], used: Invocation) -> Reply | None:
    """Return why alerts cannot go to the channel that a command names; None when no reason is known."""
    mention = used.values.get("mention", "")
    guarded = mention and not _may_be_mentioned(interaction, mention)
    if guarded and not interaction.permissions.mention_everyone:  # also where the channel is not in memory
        return _no(f"You may not mention {_named(mention)} yourself, so alerts may not do it for you.")
    return _refusal_of_place(interaction, used, mention if guarded else "")


def _refusal_of_place(interaction: discord.Interaction[Any], used: Invocation, mention: str) -> Reply | None:
    """Return why the bot cannot send there. `mention`: one that the bot needs a permission for, or ""."""
    if interaction.guild is None:
        return None
    place: object = interaction.channel
    has: discord.Permissions | None = interaction.app_permissions
    if "channel" in used.values:
        _, channel_id = destinations.read_address(local_of(used.values["channel"]))
        if channel_id != interaction.channel_id:
            place, has = interaction.guild.get_channel_or_thread(channel_id), None
    if not isinstance(place, destinations.Place):
        return None  # not in memory: the first message shows whether it works
    there = destinations.channel_address(place.id)
    if not destinations.takes_messages(place):
        return _no(f"{there} takes no messages; choose a text channel, a thread or a forum.")
    if missing := destinations.lacking(place, has):
        return _no(f"The bot lacks {_listed(missing)} in {there}. {_MEND}")
    if mention and not (has or place.permissions_for(place.guild.me)).mention_everyone:
        mend = "Give the bot Mention @everyone, @here, and All Roles"
        also = "" if mention == EVERYONE else ", or allow anyone to mention the role (its settings)"
        return _no(f"The bot may not mention {_named(mention)}. {mend}{also}, then try again.")
    return None


def _named(mention: str) -> str:
    return EVERYONE if mention == EVERYONE else "that role"


def _may_be_mentioned(interaction: discord.Interaction[Any], mention: str) -> bool:
    """Whether anyone may mention the role, according to the data that Discord sent with the command."""
    data: Mapping[str, Any] = interaction.data or {}
    roles: Mapping[str, Any] = data.get("resolved", {}).get("roles", {})
    role = roles.get(mention.strip("<@&>"))
    return bool(role and role.get("mentionable"))


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _no(text: str) -> Reply:
    return Reply(f"{text} {_UNCHANGED}", ok=False)
