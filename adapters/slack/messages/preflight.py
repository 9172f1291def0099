"""Checks whether alerts can reach a channel: before they are set up there, and in `bystander check`."""

from __future__ import annotations

from typing import Any

from adapters.slack.errors import TABLE, name_of, translate
from adapters.slack.messages import destinations
from adapters.slack.transport.client import Client
from adapters.slack.transport.workspaces import Identity, Workspaces
from bot.errors import DeliveryError, TemporaryError
from bot.model import local_of

Finding = tuple[bool, str]  # whether it is in order, and a line with the remedy

_UNKNOWN, _NO_SCOPE = "channel_not_found", "missing_scope"


async def refusal(client: Client, channel_id: str, me: Identity) -> str:
    """Return why alerts cannot go to a channel, one sentence with the remedy; "" if no reason is known.

    DeliveryError: Slack cannot be reached, or refuses the bot.
    """
    return (await outlook(client, channel_id, me))[0]


async def outlook(client: Client, channel_id: str, me: Identity) -> tuple[str, str]:
    """Return the result of `refusal`, and advice that makes alerts in the channel more reliable."""
    channel = await state(client, channel_id)
    if (wrong := _against(channel, me)) or not channel or channel.get("is_member"):
        return wrong, ""
    return "", (
        f"Also type /invite @{me.name} there: without it, alerts wait whenever Slack's answer to one "
        "gets lost."
    )


async def finding(workspaces: Workspaces, address: str) -> Finding:
    """Check whether alerts can go to an address, and whether the bot can verify there that they arrived."""
    try:
        place = destinations.read_address(local_of(address))
        client, me = await workspaces.client(place.team), await workspaces.identity(place.team)
        if place.is_person:
            return await _person(client, address, place.id)
        channel = await state(client, place.id)
    except DeliveryError as error:
        return False, f"{address}: {error}"
    if wrong := _against(channel, me):
        return False, f"{address}: {wrong}"
    better = "" if channel is None or channel.get("is_member") else f"; {reader(me)}"
    return True, f"{address}: alerts can go there{better}"


def reader(me: Identity) -> str:
    """Return how to let the bot read a channel, which it has to after a lost answer."""
    return f"invite the bot with /invite @{me.name}, so that it can see whether a message arrived"


async def state(client: Client, channel_id: str) -> dict[str, Any] | None:
    """Return a channel's current state, {} if the bot cannot see it, None if the bot lacks the scope.

    DeliveryError: Slack cannot be reached, or refuses the bot.
    """
    try:
        told = await client.conversations_info(channel=channel_id)
    except Exception as error:  # noqa: BLE001 -- `translate` maps every error
        if name_of(error) == _UNKNOWN:
            return {}
        if name_of(error) == _NO_SCOPE:
            return None
        raise translate(error, elsewhere=bool(client.team)) from None
    channel = told.get("channel")
    if not isinstance(channel, dict) or not channel:
        raise TemporaryError("Slack told nothing of the channel.")
    return channel


def _against(channel: dict[str, Any] | None, me: Identity) -> str:
    if channel is None:
        return ""  # unknown until a message is sent
    if not channel:
        return (
            f"The bot cannot see that channel; if it is private invite it there with /invite @{me.name}, "
            "if it was deleted choose another one."
        )
    if channel.get("is_archived"):
        return "That channel is archived; unarchive it, or choose another one."
    if channel.get("is_im") or channel.get("is_mpim"):
        return "Those are direct messages; choose a channel, or follow for yourself with /follow."
    if channel.get("is_member") or not me.scopes or "chat:write.public" in me.scopes:
        return ""
    return f"The bot is not in that channel; invite it there with /invite @{me.name}."


async def _person(client: Client, address: str, user_id: str) -> Finding:
    try:
        told = await client.users_info(user=user_id)
    except Exception as error:  # noqa: BLE001 -- `translate` maps every error
        if name_of(error) == _NO_SCOPE:
            return True, f"{address}: not looked up, for the bot lacks the scope users:read"
        raise translate(error, elsewhere=bool(client.team)) from None
    if (told.get("user") or {}).get("deleted"):
        return False, f"{address}: {TABLE['user_disabled'].text}"
    return True, f"{address}: direct messages can go there"
