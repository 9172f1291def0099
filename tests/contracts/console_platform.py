"""The console adapter, its output read back as a person or a program reads it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import pairwise

from adapters.console.adapter import ConsoleAdapter
from bot.model import Destination
from tests.contracts.adapter_rig import OTHER, WHOM, Answer, Ask, Listed, Platform, Rig, Shown, one, words

_SIGNS = {
    ", by console:boss": ", by boss",
    "on the console": "by DM",
    "Channel other": "#other",
    "channel other": "#other",
    "mentioning @here": "mentioning @whom",
}
_VALUES = {OTHER: "#other", WHOM: "@here"}
# rich breaks lines between words, and what goes on then begins without an indent.
_BROKEN = re.compile(r"\n(?!   \S|\d+\. )")
_ENTRY = re.compile(
    r"\n(?P<number>\d+)\. (?P<title>.+)"
    r"\n   (?P<filed>.+) · (?P<when>\d+ \w{3} \d{4}, \d\d:\d\d UTC)"
    r"\n   (?P<link>\S+)"
)
_CARD = re.compile(r"(?s:╭─+ (edited, )?to (\S+) ─╮\n(.*?)\n╰─+╯)")
_TITLE = re.compile(r"(.+?)(?: Filed under (.+))?")


@asynccontextmanager
async def console_rig(style: str) -> AsyncIterator[Rig]:
    """Return a rig whose adapter is not started yet."""
    output = io.StringIO()
    adapter = ConsoleAdapter(style=style, output=output)

    def shown() -> str:
        if style == "jsonl":
            return " ".join(word for line in output.getvalue().split("\n") for word in _decoded(line))
        return " ".join(line.strip("│╭╮╰╯─ ") for line in output.getvalue().split("\n"))

    there = Destination(1, "console:alice")
    yield Rig(adapter, there, shown, output.getvalue, adapter.receive, output.close, remembers=False)


@asynccontextmanager
async def console(style: str, *, behind: str = "") -> AsyncIterator[Platform]:
    """Return a platform whose adapter is not started yet. `behind`: the command all others stand behind.

    Everybody is alone on the console, so that the admin's own place stands in for a channel.
    """
    output = io.StringIO()
    adapter = ConsoleAdapter(style=style, output=output, admins=["boss"])

    async def ask(what: Ask) -> Answer:
        start, line = output.tell(), what.line
        for name, value in _VALUES.items():
            line = line.replace(name, value)
        await adapter.receive(f"@{what.who} {behind and f'/{behind} '}{line}")
        text = output.getvalue()[start:]
        return _answer(json.loads(text)["text"] if style == "jsonl" else text).with_signs(_SIGNS)

    def alerts(who: str) -> list[Shown]:
        read = _events if style == "jsonl" else _cards
        return read(output.getvalue(), {"#news": "boss"}.get(who, who))

    people = {"console:alice": "alice", "console:boss": "boss"}
    channels = {"console:boss": "#news", "console:other": "#other"}
    yield Platform(adapter, people, channels, ask, alerts, dated=style == "jsonl")
    await adapter.aclose()


def _decoded(line: str) -> list[str]:
    return [" ".join(word.split()) for word in words(json.loads(line))] if line else []


def _answer(text: str) -> Answer:
    whole = _BROKEN.sub(" ", text)
    posts = (
        Listed(
            int(each["number"]),
            each["title"],
            each["link"],
            each["filed"].removesuffix("no category").removesuffix(" · "),
            datetime.strptime(each["when"], "%d %b %Y, %H:%M UTC").replace(tzinfo=UTC),
        )
        for each in _ENTRY.finditer(whole)
    )
    return Answer(_ENTRY.sub("", whole), tuple(posts))


def _events(output: str, who: str) -> list[Shown]:
    """Read jsonl: an edit takes the place of what bears its key."""
    found: dict[str, Shown] = {}
    for event in map(json.loads, output.splitlines()):
        if event["event"] not in ("alert", "edit") or event["destination"] != f"console:{who}":
            continue
        assert (event["event"] == "edit") == (event["key"] in found), event
        post = event["post"]
        found[event["key"]] = Shown(
            post["title"],
            post["link"],
            ", ".join(event["categories"]),
            event["summary"],
            datetime.fromisoformat(post["published"]),
            event.get("update", ""),
        )
    return list(found.values())


def _cards(output: str, who: str) -> list[Shown]:
    """Read cards, which have no date: an edit takes the place of the last one."""
    found: list[Shown] = []
    for edited, to, body in _CARD.findall(output):
        if to == who and edited:
            found[-1] = _card(body)
        elif to == who:
            found.append(_card(body))
    return found


def _card(body: str) -> Shown:
    head, *texts, link = (" ".join(lines) for lines in _paragraphs(body))
    title, filed = one(_TITLE, head).groups("")
    summary, update, *_ = [*texts, "", ""]
    return Shown(title, link, filed, summary, None, update)


def _paragraphs(body: str) -> Iterator[list[str]]:
    lines = [line.strip("│ ") for line in body.splitlines()]
    ends = [-1, *(number for number, line in enumerate(lines) if not line), len(lines)]
    for start, end in pairwise(ends):
        yield lines[start + 1 : end]
