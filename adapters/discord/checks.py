"""What the command line asks Discord, without a running bot: the invitation, and the checks of `check`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from adapters.discord.errors import translate
from adapters.discord.gateway.client import Client
from adapters.discord.gateway.endpoints import Endpoints
from adapters.discord.gateway.rate_limit import RateLimiter
from adapters.discord.interactions import commands
from adapters.discord.messages import destinations
from adapters.discord.sdk import discord
from bot.errors import PermanentError, Scope
from bot.model import CommandSpec, local_of

Finding = tuple[bool, str]  # whether all is well, and a line that says what to do otherwise

_NO_SERVER = "the bot is in none yet; open the link that `bystander discord-invite` prints"


@asynccontextmanager
async def visit(endpoints: Endpoints, pace: RateLimiter, token: str) -> AsyncIterator[Client]:
    """Log in for a few calls, without the gateway. Any error inside the block becomes a DeliveryError."""
    endpoints.lay()
    client = Client(endpoints, pace)
    try:
        await client.login(token)
        yield client
    except Exception as error:  # noqa: BLE001 -- `translate` maps every error
        raise translate(error) from None
    finally:
        await client.close()
        endpoints.lift()


def invitation(client: Client) -> str:
    """Return the link that adds the bot to a server, with the permissions and scopes it needs."""
    return discord.utils.oauth_url(
        client.application_id or 0, permissions=destinations.WANTED, scopes=destinations.SCOPES
    )


async def inspect(
    client: Client, wanted: Sequence[CommandSpec], addresses: Iterable[str], *, sync: bool
) -> list[Finding]:
    """Return the findings on token, commands, servers, and the permissions in channels.

    Unregistered commands and a bot without servers are no faults; their line says what to do.
    """
    channels = ChannelInspector(client)
    return [
        (True, f"discord token: it is that of {client.user}"),
        await inspect_commands(client, wanted, sync=sync),
        *([] if await _has_server(client) else [(True, f"discord servers: {_NO_SERVER}")]),
        *[await channels.inspect(each) for each in addresses if ":channel:" in each],
    ]


async def inspect_commands(client: Client, wanted: Sequence[CommandSpec], *, sync: bool) -> Finding:
    """Compare the commands with those registered at Discord; `sync` registers them when they differ."""
    application = client.application_id or 0
    sent = commands.payload(wanted)
    found = await client.http.get_global_commands(application)
    if fits(_by_name(sent), _by_name(found)):
        return True, f"discord commands: all {len(sent)} are registered"
    if not sync and not found:
        return True, "discord commands: none is registered yet; the first start does that, or check --sync"
    if not sync:
        return False, "discord commands: Discord has others; the next start registers them, or check --sync"
    await client.http.bulk_upsert_global_commands(application, sent)
    return True, f"discord commands: {len(sent)} registered now"


async def _has_server(client: Client) -> bool:
    async for _ in client.fetch_guilds(limit=1, with_counts=False):
        return True
    return False


def fits(sent: object, found: object) -> bool:
    """Whether Discord returns what was sent. It adds keys, and omits those with default values."""
    if isinstance(sent, Mapping) and isinstance(found, Mapping):
        return all(fits(value, found.get(key)) for key, value in sent.items())
    if isinstance(sent, list) and sent:
        return isinstance(found, list) and len(found) == len(sent) and all(map(fits, sent, found))
    if sent in (None, False, []):
        return not found
    return str(sent) == str(found)  # permissions go out as a number and come back as text


class ChannelInspector:
    """Checks channels one by one. Each server is fetched only once."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._guilds: dict[int, tuple[discord.Guild, discord.Member]] = {}

    async def inspect(self, address: str) -> Finding:
        """Return whether the bot may send alerts to a channel, with a line for the report."""
        try:
            seen = await self._client.fetch_channel(destinations.read_address(local_of(address))[1])
            missing = await self._lacking(seen)
        except Exception as error:  # noqa: BLE001 -- `translate` maps every error
            wrong = translate(error)
            return False, f"{address}: {wrong}"
        if missing:
            return False, f"{address}: give the bot {', '.join(missing)} there"
        if (
            isinstance(seen, discord.ForumChannel)
            and seen.flags.require_tag
            and not destinations.tags_for(seen, ())
        ):
            return False, f"{address}: the forum demands a tag; add one called “Other” that anybody may use"
        return True, f"{address}: the bot has every permission it needs"

    async def _lacking(self, seen: object) -> list[str]:
        if not isinstance(seen, destinations.Place):
            return []
        guild, me = await self._home(seen.guild.id)
        thread = seen if isinstance(seen, discord.Thread) else None
        ruling = await guild.fetch_channel(thread.parent_id if thread else seen.id)
        if isinstance(ruling, discord.Thread) or not destinations.takes_messages(seen):
            raise PermanentError("it takes no messages.", scope=Scope.DESTINATION)
        if thread:  # TextChannel.permissions_for drops embeds without Send Messages, needless in threads
            return destinations.lacking(seen, discord.abc.GuildChannel.permissions_for(ruling, me))
        return destinations.lacking(seen, ruling.permissions_for(me))

    async def _home(self, guild_id: int) -> tuple[discord.Guild, discord.Member]:
        if guild_id not in self._guilds:
            guild = await self._client.fetch_guild(guild_id, with_counts=False)
            own: Any = self._client.user
            self._guilds[guild_id] = guild, await guild.fetch_member(own.id)
        return self._guilds[guild_id]


def _by_name(listed: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {command["name"]: command for command in listed} | {"count": len(listed)}
