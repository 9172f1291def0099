"""Reads lists of what other apps on Slack are subscribed to, as people copy them from a channel. Pure.

Slack's own RSS app answers `/feed list`; nobody documents the form of that answer, so every line with an
address counts, and what stands before it as a title. GitHub's app answers `/github subscribe list`, also with
`features`; its commands are read too (github.com/integrations/slack).
"""

from __future__ import annotations

import re

from adapters.slack.interactions import command_text
from bot.errors import UsageError
from bot.model import ImportedFeed, ImportList, ImportProblem, ImportSource
from bot.text.sanitize import visible

_URL = re.compile(r"<(https?://[^|>\s]+)[^>]*>|(https?://\S+)")
_TITLE = re.compile(r"\bTitle:\s*(?P<title>.+?)\s*$", re.IGNORECASE)
_ID = re.compile(r"^\W*ID:?\s*\d+", re.IGNORECASE)
_FEED_LIST = re.compile(r"^\W*ID:?\s*\d+\b|/feed\s+(?:subscribe|list)\b", re.IGNORECASE | re.MULTILINE)
_GITHUB_LIST = re.compile(r"/github\s+(?:un)?subscribe|subscribed to the following", re.IGNORECASE)
_ORDER = re.compile(r"^/?github\s+(?P<verb>(?:un)?subscribe)\s+(?P<what>\S+)(?P<features>.*)$", re.IGNORECASE)
_REPOSITORY = re.compile(
    r"^\W*(?:<?https://github\.com/)?(?P<what>[\w.-]{1,39}/[\w.-]{1,100})(?:\|[^>]*>)?(?P<features>\W.*)?$"
)
_USUAL = ("issues", "pulls", "commits", "releases", "deployments")  # where no feature is named
_FEEDS = {"commits": "commits.atom", "releases": "releases.atom"}


def channel(text: str) -> str:
    """Return the address of a channel whose id, or mention, is given; "" for anything else."""
    try:
        team, found = command_text.channel(text)
    except UsageError:
        return ""
    return f"slack:{team}/{found}" if team else f"slack:{found}"


# --- Slack's RSS app --------------------------------------------------------------------------------------


def is_feed_list(text: str) -> bool:
    """Whether a text looks like an answer to `/feed list`, or like commands of it."""
    return bool(_FEED_LIST.search(text)) and bool(_URL.search(text))


def read_feed_list(text: str) -> ImportList:
    """Return the feeds. A line with the number of a feed, but no address after it, is a problem."""
    feeds, problems = [], []
    title, begun = "", 0  # of the entry without an address so far, and its line
    for number, line in enumerate(text.splitlines(), 1):
        shown = visible(line)
        url = _URL.search(shown)
        if begun and _ID.match(shown):
            problems.append(ImportProblem("no address follows it.", begun))
            title, begun = "", 0
        before = shown[: url.start()] if url else shown
        if named := _TITLE.search(re.sub(r"\W*\bURL:\s*$", "", before)):
            title = named["title"]
        if url:
            feeds.append(ImportedFeed((url[1] or url[2]).rstrip(">),.;"), title, line=number))
            title, begun = "", 0
        elif _ID.match(shown):
            begun = number
    if begun:
        problems.append(ImportProblem("no address follows it.", begun))
    if not feeds and not problems:
        raise UsageError("The list has no address of a feed.")
    return ImportList(tuple(feeds), tuple(problems))


# --- GitHub's app -----------------------------------------------------------------------------------------


def is_github_list(text: str) -> bool:
    """Whether a text looks like an answer to `/github subscribe list`, or like commands of it."""
    return bool(_GITHUB_LIST.search(text))


def read_github_list(text: str) -> ImportList:
    """Return the feeds of commits and releases. What GitHub has no feed of is noted, or a problem."""
    wanted: dict[str, tuple[int, dict[str, None]]] = {}
    problems = []
    for number, line in enumerate(text.splitlines(), 1):
        shown = visible(line)
        order = _ORDER.match(shown)
        if order and order["what"].casefold() == "list":
            continue
        found = order or (None if _GITHUB_LIST.search(shown) else _REPOSITORY.match(shown))
        if found is None:
            if shown and not _GITHUB_LIST.search(shown):
                problems.append(ImportProblem("it names no repository such as owner/name.", number))
            continue
        what = found["what"].removeprefix("https://github.com/").strip("`*<>")
        if what.count("/") != 1:
            problems.append(ImportProblem(f"{what[:60]} is no repository such as owner/name.", number))
            continue
        features = _features(found["features"] or "")
        if order and order["verb"].casefold() == "unsubscribe":
            _take_off(wanted, what, features)
        else:
            wanted.setdefault(what, (number, {}))[1].update(dict.fromkeys(features or _USUAL))
    return _github_feeds(wanted, problems)


def _features(text: str) -> list[str]:
    return [each.partition(":")[0] for each in re.split(r"[\s,`]+", text.casefold()) if each[:1].isalpha()]


def _take_off(wanted: dict[str, tuple[int, dict[str, None]]], what: str, features: list[str]) -> None:
    for feature in features:
        wanted.get(what, (0, {}))[1].pop(feature, None)
    if not features:
        wanted.pop(what, None)


def _github_feeds(
    wanted: dict[str, tuple[int, dict[str, None]]], problems: list[ImportProblem]
) -> ImportList:
    feeds, notes = [], []
    for what, (line, features) in wanted.items():
        known = [feature for feature in _FEEDS if feature in features]
        others = [feature for feature in features if feature not in _FEEDS]
        feeds += [
            ImportedFeed(f"https://github.com/{what}/{_FEEDS[feature]}", f"{what} {feature}", line=line)
            for feature in known
        ]
        if others and known:
            notes.append(ImportProblem(f"{what}: GitHub has no feed of {', '.join(others)}.", line))
        elif others:
            problems.append(ImportProblem(f"{what}: GitHub has no feed of {', '.join(others)}.", line))
    return ImportList(tuple(feeds), tuple(problems), tuple(notes))


SOURCES = (
    ImportSource("slack-feed", is_feed_list, read_feed_list),
    ImportSource("github", is_github_list, read_github_list),
)
