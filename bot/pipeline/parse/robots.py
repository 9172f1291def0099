"""Reads robots.txt (RFC 9309): whether a program may fetch an address. Pure, and linear in its rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import unquote, urlsplit

MOST_BYTES = 512_000  # that are read; the RFC asks for 500 KiB at least
_LONGEST = 2000  # characters of a rule


def may_fetch(body: bytes, agent: str, url: str) -> bool:
    """Return whether robots.txt lets `agent`, a product, fetch `url`. The longest rule that fits counts."""
    rules = _rules_for(agent.casefold(), body[:MOST_BYTES].decode("utf-8", "replace"))
    parts = urlsplit(url)
    path = unquote(parts.path or "/") + (f"?{unquote(parts.query)}" if parts.query else "")
    best, allowed = -1, True
    for allow, pattern in rules:
        if pattern and (len(pattern), allow) > (best, allowed) and _fits(pattern, path):
            best, allowed = len(pattern), allow
    return allowed


def _rules_for(agent: str, text: str) -> list[tuple[bool, str]]:
    """Return the rules of the groups that name the agent, else of those for everybody."""
    own: list[tuple[bool, str]] = []
    common: list[tuple[bool, str]] = []
    named: set[str] = set()
    begun = False  # whether the group has a rule already, so that a name begins another one
    named_own = False
    for key, value in _lines(text):
        if key == "user-agent":
            named = {value.casefold()} if begun else named | {value.casefold()}
            begun = False
            named_own |= agent in named
        elif key in ("allow", "disallow"):
            begun = True
            rule = (key == "allow", unquote(value[:_LONGEST]))
            if agent in named:
                own.append(rule)
            if "*" in named:
                common.append(rule)
    return own if named_own else common


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.lstrip("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield key.strip().lower(), value.strip()


def _fits(pattern: str, path: str) -> bool:
    """Whether a pattern with `*` and a final `$` fits the beginning of a path; without backtracking."""
    whole = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    return _rest_fits(rest, path[len(first) :], whole=whole)


def _rest_fits(pieces: Iterable[str], path: str, *, whole: bool) -> bool:
    left = list(pieces)
    if not left:
        return not whole or not path
    last = left.pop()
    for piece in left:
        at = path.find(piece)
        if at < 0:
            return False
        path = path[at + len(piece) :]
    return path.endswith(last) if whole else last in path
