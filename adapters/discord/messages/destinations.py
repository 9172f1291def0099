"""Addresses on Discord, and the permissions that the bot needs or lacks there. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from adapters.discord.messages.parts import EVERYONE
from adapters.discord.sdk import discord
from bot.errors import PermanentError, Scope
from bot.text.normalize import fold

PLATFORM = "discord"
MOST_TAGS = 5  # of one forum post (documentation, resources/channel)

Place = discord.abc.GuildChannel | discord.Thread

_ADDRESS = re.compile(r"(channel|user):([0-9]{1,20})")
_FALLBACK_TAGS = ("other", "misc", "general", "news")
_NAMES = {
    "view_channel": "View Channel",
    "connect": "Connect",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "embed_links": "Embed Links",
    "read_message_history": "Read Message History",
    "manage_threads": "Manage Threads",
    "mention_everyone": "Mention @everyone, @here, and All Roles",
}
# The invitation asks for these: all permissions that the bot may need anywhere.
WANTED = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    embed_links=True,
    attach_files=True,  # for /export
    read_message_history=True,
)
SCOPES = ("bot", "applications.commands")


def channel_address(channel_id: int) -> str:
    """Return the address of a channel, thread or forum."""
    return f"{PLATFORM}:channel:{channel_id}"


def user_address(user_id: int) -> str:
    """Return the address of a person's direct messages."""
    return f"{PLATFORM}:user:{user_id}"


def server_name(guild_id: int) -> str:
    """Return the name of a server for `Caller.server`."""
    return f"{PLATFORM}:guild:{guild_id}"


def read_address(local: str) -> tuple[str, int]:
    """Return "channel" or "user" and the id. PermanentError for anything else."""
    match = _ADDRESS.fullmatch(local)
    if match is None:
        raise PermanentError(
            "That is no place on Discord; take it off and add the channel with /alerts add.",
            scope=Scope.DESTINATION,
        )
    return match[1], int(match[2])


def role_mention(role_id: int, guild_id: int | None) -> str:
    """Return the mention of a role. The role with the server's own id is @everyone."""
    return EVERYONE if role_id == guild_id else f"<@&{role_id}>"


def needs(place: Place) -> tuple[str, ...]:
    """Return the permissions that the bot needs to send a card to a channel and to find it there later."""
    if isinstance(place, discord.Thread):
        sending = ("send_messages_in_threads", *(("manage_threads",) if place.locked else ()))
    elif isinstance(place, discord.ForumChannel):
        sending = ("send_messages", "send_messages_in_threads")  # to open a post, and to write in it
    elif isinstance(place, (discord.VoiceChannel, discord.StageChannel)):
        sending = ("connect", "send_messages")
    else:
        sending = ("send_messages",)
    return ("view_channel", *sending, "embed_links", "read_message_history")


def lacking(place: Place, has: discord.Permissions | None = None) -> list[str]:
    """Return the names, as Discord shows them, of the permissions that the bot lacks there.

    `has`: the permissions that Discord reported; None computes them from roles and overwrites.
    """
    if has is None:
        try:
            has = place.permissions_for(place.guild.me)
        except (discord.ClientException, AttributeError):  # the thread's channel or the bot is not in memory
            return []
    return [_NAMES[name] for name in needs(place) if not getattr(has, name)]


def takes_messages(place: object) -> bool:
    """Whether a channel of this type can receive alerts."""
    return not isinstance(place, (discord.CategoryChannel, discord.abc.PrivateChannel))


def tags_for(forum: discord.ForumChannel, categories: Iterable[str]) -> Sequence[discord.ForumTag]:
    """Return the forum's tags that are named like a category, or a fallback tag if the forum demands one.

    Tags that only moderators may use are skipped. If no tag fits a demand, Discord refuses the post (40067).
    """
    free = [tag for tag in forum.available_tags if not tag.moderated]
    wanted = {fold(name) for name in categories}
    found = [tag for tag in free if fold(tag.name) in wanted]
    if not found and forum.flags.require_tag:
        found = [tag for tag in free if fold(tag.name) in _FALLBACK_TAGS][:1]
    return found[:MOST_TAGS]
