"""Changes of the world as gateway events."""

from __future__ import annotations

from tests.fakes.discord import payloads
from tests.fakes.discord.basics import Json
from tests.fakes.discord.core import Core
from tests.fakes.discord.world import Channel, Guild, Role


def connect(core: Core) -> None:
    """Let every change of the world be published."""

    def tell(event: str, subject: Guild | Channel | Role) -> None:
        home = subject if isinstance(subject, Guild) else subject.guild
        name = "GUILD_CREATE" if event == "GUILD_JOIN" else event
        core.publish(name, _payload(event, subject), home)

    core.world.listeners.append(tell)


def _payload(event: str, subject: Guild | Channel | Role) -> Json:
    if isinstance(subject, Role):
        return {"guild_id": str(subject.guild.id), "role": payloads.role(subject)}
    if isinstance(subject, Channel):
        return _of_channel(event, subject)
    if event == "GUILD_DELETE":
        # Without the key the bot was removed; with it Discord has an outage.
        outage = {} if subject.available else {"unavailable": True}
        return {"id": str(subject.id), **outage}
    shown = payloads.guild_create(subject)
    if event == "GUILD_JOIN":
        del shown["unavailable"]  # by its absence a client knows a join from the end of an outage
    return shown


def _of_channel(event: str, channel: Channel) -> Json:
    if event == "THREAD_DELETE":
        parent = str(channel.parent.id) if channel.parent else None
        return {
            "id": str(channel.id),
            "guild_id": str(channel.home.id),
            "parent_id": parent,
            "type": int(channel.kind),
        }
    new = {"newly_created": True} if event == "THREAD_CREATE" else {}
    return {**payloads.channel(channel), **new}
