"""Reads what `bystander export` has printed: feeds, subscriptions and preferences, as TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from bot.commands.written_terms import read_term
from bot.errors import UsageError
from bot.model import Cadence, FeedSettings, is_address
from bot.shell import transfer_preferences
from bot.shell.importing.plan import Plan, PlannedSubscription
from bot.shell.transfer_preferences import PreferenceEntry
from bot.text.normalize import fold
from bot.text.units import duration
from bot.text.urls import Network, inside, web_url


@dataclass(frozen=True, slots=True)
class EveryBounds:
    """The seconds between polls that a file may ask for, as in the config."""

    usual: float = 900.0  # for a feed that names none
    polite: float = 600.0  # at least
    shortest: float = 0.2  # at least, inside fetch.allow_networks
    longest: float = 86_400.0


_BOUNDS = EveryBounds()


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


# A duration as in the config; files of earlier versions have a number of seconds.
_Switch = Literal["auto", "on", "off"]
_Every = Annotated[float, BeforeValidator(lambda given: duration(given) if isinstance(given, str) else given)]


class _FeedEntry(_Strict):
    name: str
    url: str
    every: _Every = _BOUNDS.usual
    announce_latest: int = 0
    categories: list[str] = []
    aliases: dict[str, str] = {}
    api_base: str = "auto"
    quiet_notice: bool = True
    children: _Switch = "auto"
    full_text: _Switch = "auto"
    cluster: Literal["off", "same", "near"] = "same"


class _SubscriptionEntry(_Strict):
    """`include` and `exclude` list categories by name, and "*" for everything.

    A tag is written as "#TikTok", words as "text:export controls", an author as "author:Jane Doe".
    A name that could be mistaken for one of these forms is put in double quotes.
    """

    address: str
    feed: str = ""
    cadence: str = "now"
    channel: bool = False
    paused: bool = False
    mention: str = ""  # for all included terms; only in older files
    mentions: dict[str, str] = {}
    include: list[str]
    exclude: list[str] = []


class _Document(_Strict):
    feeds: list[_FeedEntry] = []
    subscriptions: list[_SubscriptionEntry] = []
    preferences: list[PreferenceEntry] = []  # absent in older files


def read_toml(text: str, allowed: Sequence[Network], now: datetime) -> Plan:
    """Return the plan of a file. UsageError if any part of it cannot be; then nothing of it is used.

    `allowed`: private networks that feeds may be in.
    """
    document = _parsed(text)
    _check(document, allowed)
    urls = {fold(feed.name): feed.url for feed in document.feeds}
    return Plan(
        feeds=tuple(_feed(each) for each in document.feeds),
        subscriptions=tuple(_subscription(each, urls) for each in document.subscriptions),
        preferences=transfer_preferences.read(document.preferences, now),
        by_name=True,
    )


def _feed(entry: _FeedEntry) -> FeedSettings:
    return FeedSettings(**entry.model_dump() | {"categories": tuple(entry.categories)}, origin="chat")


def _subscription(entry: _SubscriptionEntry, urls: dict[str, str]) -> PlannedSubscription:
    called = {typed: entry.mentions.get(typed, entry.mention) for typed in entry.include}
    return PlannedSubscription(
        entry.address,
        urls[fold(entry.feed)] if entry.feed else "",
        dict(map(read_term, entry.include)),
        dict(map(read_term, entry.exclude)),
        {read_term(typed)[0]: mention for typed, mention in called.items() if mention},
        Cadence(entry.cadence),
        entry.channel,
        entry.paused,
    )


def _parsed(text: str) -> _Document:
    try:
        document = _Document.model_validate(tomllib.loads(text))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"The file is no export of Bystander: {place}: {first['msg']}.") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"The file is no TOML: {error}.") from error
    return document


def _check(document: _Document, allowed: Sequence[Network]) -> None:
    """Refuse the whole file when any part is unusable; `allowed`: private networks that feeds may be in."""
    known = [fold(feed.name) for feed in document.feeds]
    for feed in document.feeds:
        if problem := _problem(feed, known, allowed):
            raise UsageError(f"{problem}; nothing was imported.")
    addresses = [each.address for each in document.subscriptions]
    for address in [*addresses, *(each.address for each in document.preferences)]:
        if not is_address(address):
            raise UsageError(f"“{address}” is no address such as console:alice; nothing was imported.")
    for each in document.subscriptions:
        if each.cadence not in tuple(Cadence):
            raise UsageError(f"“{each.cadence}” is no cadence ({', '.join(Cadence)}); nothing was imported.")
        if each.feed and fold(each.feed) not in known:
            raise UsageError(f"The file has no feed called {each.feed}; nothing was imported.")
        if not each.include:
            raise UsageError(f"The subscription of {each.address} includes nothing; nothing was imported.")
        for typed in [*each.include, *each.exclude, *each.mentions]:
            read_term(typed)


def _problem(feed: _FeedEntry, names: Sequence[str], allowed: Sequence[Network]) -> str:
    """Return what is wrong with a feed of the file, or "". `names`: the folded names of all its feeds."""
    try:
        web_url(feed.url)
    except ValueError as error:
        return f"{feed.url} {error}"
    if not fold(feed.name):
        return f"“{feed.name}” cannot be the name of a feed: it needs a letter or a digit"
    if names.count(fold(feed.name)) > 1:
        return f"The file has two feeds called {feed.name}"
    shortest = _BOUNDS.shortest if inside(feed.url, allowed) else _BOUNDS.polite
    if not shortest <= feed.every <= _BOUNDS.longest:
        return f'{feed.name}: every = {feed.every:g}: write "10m" (10 minutes) to "24h"'
    return ""
