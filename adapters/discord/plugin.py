"""Discord as a plug-in: its config table, its token, and its functions for the command line."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, NamedTuple

from pydantic import StrictBool

from adapters.discord import monitorss
from adapters.plugin import AdapterPlugin, Finding, Guide, Payload, PluginCall, Preview, Secret, Setup, Visit
from bot.config.values import AdapterTable, Url, matching, or_empty, read_by, written
from bot.model import Caller, Message
from bot.ports import BotServices
from bot.text.urls import web_url

if TYPE_CHECKING:
    from adapters.discord.adapter import DiscordAdapter

TOKEN = "DISCORD_TOKEN"  # noqa: S105 -- the name of a variable

_YOU, _CHANNEL = 100_000_000_000_000_001, 100_000_000_000_000_002  # in previews
_STEPS = """\
1. Open https://discord.com/developers/applications, press New Application, give it a name, press Create.
2. Installation, on the left: tick Guild Install, and set the install link to None.
3. Bot, on the left: press Reset Token, confirm, and copy the token. It is shown once."""
_ADMIN = "Settings, Advanced, switch on Developer Mode; then right-click your name, Copy User ID"


class Shards(NamedTuple):
    """The shards `first` to `last` of `total`, counted from 0."""

    first: int
    last: int
    total: int


def _shards(text: str) -> Shards | None:
    match = re.fullmatch(r"([0-9]{1,5})(?:-([0-9]{1,5}))?/([0-9]{1,5})", text)
    shards = Shards(int(match[1]), int(match[2] or match[1]), int(match[3])) if match else None
    if text != "auto" and not (shards and shards.first <= shards.last < shards.total):
        raise ValueError(
            'must be "auto", or which shards of how many, counted from 0, such as "0-3/16" or "5/16"'
        )
    return shards


def _gateway(text: str) -> str:
    return web_url(text, ("ws", "wss"))


class DiscordTable(AdapterTable):
    """`[discord]`. `shards` is None for "auto"."""

    api_base: Url = "https://discord.com/api/v10"
    gateway: Annotated[str, or_empty(_gateway)] = ""
    shards: Annotated[Shards | None, read_by(_shards)] = written("auto")
    publish: StrictBool = False


UserId = Annotated[
    str,
    matching(
        "[0-9]{1,20}",  # at present they have 17 to 19 digits
        "is no user id of Discord, which is a long number; in Discord turn on Developer Mode (Settings, "
        "Advanced), right-click the name and choose Copy User ID",
    ),
]


def build(setup: Setup[DiscordTable]) -> DiscordAdapter:
    """Return the adapter; ConfigError without DISCORD_TOKEN."""
    from adapters.discord.adapter import DiscordAdapter

    return DiscordAdapter(
        token=setup.secrets.require(TOKEN),
        api_base=setup.settings.api_base,
        gateway=setup.settings.gateway,
        shards=setup.settings.shards,
        admins=setup.admins,
        publish=setup.settings.publish,
    )


async def check(setup: Setup[DiscordTable], visit: Visit) -> list[Finding]:
    """Return a line for token, commands and each channel; `sync` registers the commands if they differ."""
    return await build(setup).inspect(setup.commands, visit.addresses, sync=visit.sync)


async def invite(setup: Setup[DiscordTable], _: argparse.Namespace) -> str:
    """Return the link with exactly the permissions and scopes that the bot needs."""
    return await build(setup).invitation()


async def before(_: Setup[DiscordTable]) -> str:
    """Return the steps that lead to the token."""
    return _STEPS


async def after(setup: Setup[DiscordTable]) -> str:
    """Return the invitation with its clicks; it asks Discord whose token it is."""
    link = await build(setup).invitation()
    return f"4. Open this link, choose your server, press Authorize:\n{link}"


def payload(message: Message, key: str) -> Payload:
    """Return the body of Create Message."""
    from adapters.discord.messages.render import preview

    return preview(message, key)


async def answer(
    services: BotServices, caller: Caller, path: str, values: Mapping[str, str]
) -> list[Payload]:
    """Run a command; see `Preview`."""
    from adapters.discord.interactions.answers import preview

    return await preview(services, caller, path, values)


def draw(message: Payload) -> str:
    """Return a message as HTML, as Discord's clients would show it."""
    from adapters.discord.preview_html import message as drawn

    return drawn(message)


def style() -> str:
    """Return the style sheet of the preview."""
    return files("adapters.discord").joinpath("preview.css").read_text("utf-8")


PLUGIN = AdapterPlugin(
    name="discord",
    label="Discord",
    settings=DiscordTable,
    build=build,
    secrets=(Secret(TOKEN, "the bot's token (developer portal, Bot, Reset Token)"),),
    admin_id=UserId,
    admin_address="user:{}".format,
    check=check,
    preview=Preview(
        payload=payload,
        answer=answer,
        draw=draw,
        style=style,
        caller=Caller(f"discord:user:{_YOU}", f"discord:channel:{_CHANNEL}", admin=True),
        names={str(_YOU): "you", str(_CHANNEL): "news"},
        private="Only you can see this • Dismiss message",
    ),
    calls=(
        PluginCall(
            name="discord-invite",
            help="print the link that adds the bot to a Discord server",
            example="bystander discord-invite",
            text=invite,
        ),
    ),
    guide=Guide(before=before, after=after, admin=_ADMIN),
    sources=(monitorss.SOURCE,),
    channel=monitorss.channel,
)
