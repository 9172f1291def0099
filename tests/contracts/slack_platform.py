"""The Slack adapter on a fake Slack, its messages read back as a person reads them."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from bot.commands.spec import COMMANDS
from bot.model import Destination
from tests.adapters.slack.rig import made
from tests.adapters.slack.talk_rig import buttons
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
from tests.fakes.slack.basics import Json
from tests.fakes.slack.messages import StoredMessage
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.world import User

_COMMANDS = {f"/{command.name}" for command in COMMANDS}  # Slack takes no others
_PATIENCE = 30.0  # seconds; what is waited for comes at once, but on a busy machine
_DATE = re.compile(r"<!date\^(\d+)\^[^|>]*\|[^>]*>")
_NOTIFIED = re.compile(r"<([^|>]+)\|([^>]*)>(?:\n(.+))?")
# Twins of the signs that Slack would take for formatting, and what is there unseen.
_TWINS = str.maketrans(
    {"\u2217": "*", "\u02cd": "_", "\u223c": "~", "\u02cb": "`", "\u2223": "|", "\u2060": None}
)


@asynccontextmanager
async def slack_rig() -> AsyncIterator[Rig]:
    """Return a rig whose adapter is not started yet."""
    async with made() as each:

        def raw() -> str:
            seen = [*each.messages(each.news), *each.server.ephemerals(each.alice)]
            found = [word for message in seen for word in words([message.text, message.blocks])]
            return "\n".join(found).replace(":\u2060", ":").replace("\u2060&gt;", "&gt;")

        async def say(line: str) -> None:
            command, _, rest = line.partition(" ")
            deed = await each.server.command(each.alice, each.news, command, rest)
            await deed.acked()
            await deed.answered()

        yield Rig(
            each.adapter,
            Destination(1, each.address(each.news)),
            lambda: " ".join(raw().split()),
            raw,
            say,
            each.team.revoke,
        )


@asynccontextmanager
async def slack(*, in_channel: bool, behind: str = "") -> AsyncIterator[Platform]:
    """Return a platform whose adapter is not started yet.

    `in_channel`: nothing is said in direct messages. `behind`: the command all others stand behind.
    """
    async with made() as each:
        people, other = {"alice": each.alice, "boss": each.boss}, each.team.add_channel("other", member=True)
        values = {OTHER: f"<#{other.id}|other>", WHOM: "@here"}
        signs = {f"<#{other.id}>": "#other", "mentioning @here": "mentioning @whom"}
        signs |= {f", by <@{person.id}>": f", by {name}" for name, person in people.items()}

        async def ask(what: Ask) -> Answer | None:
            if not (behind or what.line.split()[0] in _COMMANDS):
                return None
            who, line = people[what.who], what.line.removeprefix("/")
            for name, value in values.items():
                line = line.replace(name, value)
            command, _, rest = f"{behind} {line}".strip().partition(" ")
            where = each.news if in_channel or what.in_channel else who
            deed = await each.server.command(who, where, f"/{command}", rest)
            await deed.acked(_PATIENCE)
            await deed.answered(timeout=_PATIENCE)
            return (await _turned(each.server, who, deed.shown[0])).with_signs(signs)

        def alerts(who: str) -> list[Shown]:
            return [_alert(message) for message in each.messages(people.get(who, each.news))]

        yield Platform(
            each.adapter,
            {each.address(person): name for name, person in people.items()},
            {each.address(channel): f"#{channel.name}" for channel in (each.news, other)},
            ask,
            alerts,
        )


# --- answers -----------------------------------------------------------------------------------------------


async def _turned(server: FakeSlack, who: User, message: StoredMessage) -> Answer:
    """Read an answer, turning its pages to the end."""
    whole = _page(message)
    while more := [action for label, action in buttons(message).items() if label.startswith("More (")]:
        deed = await server.click(who, message, more[0])
        await deed.acked(_PATIENCE)
        await deed.answered(timeout=_PATIENCE)
        whole = whole.plus(_page(message))
        assert whole.pages <= MOST_PAGES, "the pages have no end"
    return whole


def _page(message: StoredMessage) -> Answer:
    texts: list[str] = []
    posts: list[Listed] = []
    for block in message.shown_blocks:
        if block["type"] == "section":
            texts.append(block["text"]["text"])
        elif block["type"] == "rich_text":
            for each in block["elements"]:
                if each["type"] == "rich_text_list":
                    posts += _listed(each)
                else:
                    texts.append("".join(map(_word, each["elements"])))
        else:
            assert block["type"] == "actions", block
    offers = (label for label in buttons(message) if not label.startswith(("More (", "◀")))
    return Answer(" ".join(texts), tuple(posts), tuple(offers))


def _word(element: Json) -> str:
    if element["type"] == "channel":
        return f"<#{element['channel_id']}>"
    if element["type"] == "user":
        return f"<@{element['user_id']}>"
    return str(element["url"] if element["type"] == "link" else element["text"])


def _listed(items: Json) -> Iterator[Listed]:
    for number, item in enumerate(items["elements"], items.get("offset", 0) + 1):
        named, _, date, *filed = item["elements"]
        below = "".join(each["text"] for each in filed).removeprefix(" · ")
        yield Listed(number, named["text"], named["url"], below, utc(date["timestamp"]))


# --- alerts ------------------------------------------------------------------------------------------------


def _alert(message: StoredMessage) -> Shown:
    """Read an alert; its notification must say the same."""
    header, context, *blocks = message.shown_blocks
    summary, update, *_ = [*(each["text"]["text"] for each in blocks if each["type"] == "section"), "", ""]
    (link,) = (each["url"] for block in blocks for each in block.get("elements", ()) if "url" in each)
    title = header["text"]["text"]
    said = [html.unescape(each).translate(_TWINS) for each in one(_NOTIFIED, message.text).groups("")]
    assert said == [link, title, summary], message.text
    shown = [each["text"] for each in context["elements"]]
    filed = next((each for each in shown if each.startswith("Filed under ")), "")
    (date,) = (found[1] for each in shown if (found := _DATE.fullmatch(each)))
    return Shown(title, link, filed.removeprefix("Filed under "), summary, utc(date), update)
