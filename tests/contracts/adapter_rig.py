"""What the contract tests of adapters hold in their hands."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from bot.errors import DeliveryError, PermanentError
from bot.model import Destination
from bot.ports import Adapter

OTHER, WHOM = "{other}", "{whom}"  # in an `Ask`: another channel, and whom an alert mentions
MOST_PAGES = 9  # of one answer; more are a turn that leads nowhere


@dataclass
class Rig:
    """An adapter and its platform, from the outside."""

    adapter: Adapter
    destination: Destination  # a place that is there
    shown: Callable[[], str]  # all words that people have seen, on one line
    raw: Callable[[], str]  # what reached their screens, byte for byte
    say: Callable[[str], Awaitable[None]]  # somebody types a line
    vanish: Callable[[], None]  # the platform goes away
    remembers: bool = True  # whether it can find what was sent
    types: bool = True  # whether people can type there
    edits: bool = True  # whether what was sent can be changed
    gone: type[DeliveryError] = PermanentError  # what a platform that is gone raises


# --- the same conversation on every platform ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that somebody asks of the bot."""

    line: str  # as typed: "/latest Trade 2"
    options: Mapping[str, Any] = field(default_factory=dict)  # as a platform with a form for it has them
    who: str = "alice"  # a member, or "boss", an admin
    in_channel: bool = False  # in the channel, although all else is said in direct messages
    typed_only: bool = False  # no form leads there

    @property
    def path(self) -> str:
        """The command's path: "latest", "alerts add"."""
        first, *rest = self.line.lstrip("/").split()
        return f"{first} {rest[0]}" if rest and first in ("alerts", "feeds") else first


@dataclass(frozen=True, slots=True)
class Listed:
    """A post in a list. `filed`: its feed, where there are several, and its categories."""

    number: int
    title: str
    link: str
    filed: str
    published: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as a person reads it, all of its pages, without what each platform writes in its own way."""

    text: str
    posts: tuple[Listed, ...] = ()
    buttons: tuple[str, ...] = ()  # their labels, without those that turn pages
    pages: int = 1

    def plus(self, page: Answer) -> Answer:
        """Return this and the next page of it."""
        text = f"{self.text} {page.text}"
        buttons = (*self.buttons, *page.buttons)
        return Answer(text, (*self.posts, *page.posts), buttons, self.pages + page.pages)

    def with_signs(self, signs: Mapping[str, str]) -> Answer:
        """Return it on one line, with common words for what a platform has its own sign for."""
        text = " ".join(self.text.split())
        for sign, meaning in signs.items():
            text = text.replace(sign, meaning)
        return replace(self, text=text)


@dataclass(frozen=True, slots=True)
class Shown:
    """An alert as a person reads it. `filed`: its categories in their order; `published` None: no date."""

    title: str
    link: str
    filed: str
    summary: str
    published: datetime | None
    update: str = ""


@dataclass
class Platform:
    """An adapter on a platform with a channel "#news", another "#other", a member and an admin."""

    adapter: Adapter
    people: Mapping[str, str]  # address -> "alice", "boss"
    channels: Mapping[str, str]  # address -> "#news", "#other"
    ask: Callable[[Ask], Awaitable[Answer | None]]  # None: it cannot be asked there
    alerts: Callable[[str], list[Shown]]  # what "alice" or "#news" has got, each as it reads by now
    dated: bool = True  # whether its alerts have a date


def utc(seconds: str | float) -> datetime:
    """Return a moment from seconds since 1970."""
    return datetime.fromtimestamp(float(seconds), UTC)


def one(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    """Return the match of all of a text. AssertionError: it does not look like that."""
    found = pattern.fullmatch(text)
    assert found is not None, f"this is not {pattern.pattern!r}:\n{text}"
    return found


def words(value: Any) -> Iterator[str]:
    """Yield every text in a piece of JSON."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from words(each)
    else:
        yield str(value)
