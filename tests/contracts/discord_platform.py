"""The Discord adapter on a fake Discord, its messages read back as a person reads them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from adapters.discord.adapter import DiscordAdapter
from bot.model import Destination
from tests.contracts.adapter_rig import (
    MOST_PAGES,
    OTHER,
    WHOM,
    Answer,
    Ask,
    Listed,
    Platform,
    Rig,
    Shown,
    one,
    utc,
    words,
)
from tests.fakes.discord.basics import Json
from tests.fakes.discord.checks import walk_components
from tests.fakes.discord.messages import StoredMessage
from tests.fakes.discord.people import User
from tests.fakes.discord.server import FakeDiscord

_MANAGE_GUILD = 1 << 5
_ENTRY = re.compile(
    r"\*\*(?P<number>\d+)\.\*\* "
    r"(?:\[(?P<bare>.+)\]\(<(?P<address>\S+)>\)|(?P<escaped>.+) · \[read\]\(<(?P<link>\S+)>\))"
    r"\n-# <t:(?P<when>\d+):D>(?: · (?P<filed>.+))?"
)
_ESCAPED = re.compile(r"\\(?=[^\w\s]|_)")
_ADDRESS = re.compile(r"(?<!\\)<(https?://[^\s>]+)>")


@asynccontextmanager
async def discord_rig() -> AsyncIterator[Rig]:
    """Return a rig whose adapter is not started yet."""
    async with _fake() as server:
        guild = server.add_guild("readers")
        channel, alice = guild.add_text("news"), guild.add_member(server.add_user("alice"))
        adapter = _adapter(server)
        answers: list[StoredMessage] = []

        def raw() -> str:
            seen = [*server.messages(channel), *answers]
            found = [word for each in seen for word in words([each.content, each.embeds])]
            return "\n".join(found).replace("@\u2060", "@")  # what the adapter itself puts there

        def shown() -> str:
            return " ".join(re.sub(r"\\(?=[^\w\s])", "", raw()).split())

        async def say(line: str) -> None:
            name, _, rest = line.removeprefix("/").partition(" ")
            values: dict[str, Any] = {"follow": {"categories": rest}, "find": {"words": rest}}.get(name, {})
            asked = await server.interact(alice, channel, name, **values)
            answers.append(await asked.answer())

        def vanish() -> None:
            server.core.token = "taken back"

        yield Rig(adapter, Destination(1, f"discord:channel:{channel.id}"), shown, raw, say, vanish)
        await adapter.aclose()


@asynccontextmanager
async def discord(*, in_channel: bool) -> AsyncIterator[Platform]:
    """Return a platform whose adapter is not started yet.

    `in_channel`: nothing is said in direct messages.
    """
    async with _fake() as server:
        guild = server.add_guild("readers")
        news, other = guild.add_text("news"), guild.add_text("other")
        role = guild.add_role("readers of trade", mentionable=True)
        alice = guild.add_member(server.add_user("alice"))
        people = {
            "alice": alice,
            "boss": guild.add_member(server.add_user("boss"), permissions=_MANAGE_GUILD),
        }
        adapter = _adapter(server)
        objects = {OTHER: other, WHOM: role}
        signs = {f"<#{other.id}>": "#other", f"mentioning <@&{role.id}>": "mentioning @whom"}
        signs |= {f", by <@{person.id}>": f", by {name}" for name, person in people.items()}

        async def ask(what: Ask) -> Answer | None:
            if what.typed_only:
                return None
            who = people[what.who]
            where = news if in_channel or what.in_channel else server.dm_of(who)
            options = {name: objects.get(value, value) for name, value in what.options.items()}
            asked = await server.interact(who, where, what.path, offered=False, **options)
            message = await asked.answer()
            return (await _turned(server, who, message)).with_signs(signs)

        def alerts(who: str) -> list[Shown]:
            where = news if who == "#news" else server.dm_of(people[who])
            return [_alert(each) for each in server.messages(where)]

        yield Platform(
            adapter,
            {f"discord:user:{person.id}": name for name, person in people.items()},
            {f"discord:channel:{each.id}": f"#{each.name}" for each in (news, other)},
            ask,
            alerts,
        )
        await adapter.aclose()


@asynccontextmanager
async def _fake() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as server:
        server.sockets.identify_every = 0.0
        yield server


def _adapter(server: FakeDiscord) -> DiscordAdapter:
    return DiscordAdapter(token=server.token, api_base=server.api_base, gateway=server.gateway)


# --- answers -----------------------------------------------------------------------------------------------


async def _turned(server: FakeDiscord, who: User, message: StoredMessage) -> Answer:
    """Read an answer, turning its pages to the end."""
    whole = _page(message)
    while more := [each["custom_id"] for each in _buttons(message) if each["label"].startswith("More (")]:
        clicked = await server.click(who, message, more[0])
        await clicked.answer()
        whole = whole.plus(_page(message))
        assert whole.pages <= MOST_PAGES, "the pages have no end"
    return whole


def _page(message: StoredMessage) -> Answer:
    posts = [entry for embed in message.embeds for entry in embed["description"].split("\n\n")]
    labels = [each["label"] for each in _buttons(message)]
    offers = tuple(each for each in labels if not each.startswith(("More (", "◀")))
    return Answer(_plain(message.content), tuple(map(_listed, posts)), offers)


def _listed(entry: str) -> Listed:
    found = one(_ENTRY, entry)
    title = found["bare"] or _plain(found["escaped"])
    link, filed = found["address"] or found["link"], _plain(found["filed"] or "")
    return Listed(int(found["number"]), title, link, filed, utc(found["when"]))


def _buttons(message: StoredMessage) -> Iterator[Json]:
    return (each for _, each in walk_components(message.components) if each["type"] == 2)


def _plain(text: str) -> str:
    """Return text as Discord shows it."""
    return _ESCAPED.sub("", _ADDRESS.sub(r"\1", text)).replace("\u2060", "")


# --- alerts ------------------------------------------------------------------------------------------------


def _alert(message: StoredMessage) -> Shown:
    (embed,) = message.embeds
    summary, _, update = embed.get("description", "").partition("\n\n")
    filed = {each["name"]: each["value"] for each in embed.get("fields", ())}.get("Filed under", "")
    published = datetime.fromisoformat(embed["timestamp"])
    return Shown(
        _plain(embed["title"]), embed["url"], _plain(filed), _plain(summary), published, _plain(update)
    )
