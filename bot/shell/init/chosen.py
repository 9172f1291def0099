"""What was chosen in `bystander init`, and the config that it becomes. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import tomli_w

from adapters.plugin import AdapterPlugin
from bot.errors import UsageError

_HEAD = """\
# Bystander's configuration, written by `bystander init`. It has only what was chosen; docs/operate.md lists
# every key. Secrets are not here but in the environment.
"""
_NOTES = {
    "timezone": "The time zone in which answers and the status page show times; logs stay in UTC.",
    "web": "The web server for health, metrics and the status page.",
    "fetch": "How feeds are fetched.",
    "feeds": "What the feed is called in chat, and where it is. Another such block watches another feed.",
    "admins": "Who may always use admin commands, and is told when something is wrong.",
}
_ONE = re.compile(r"(?<= = )\[\n    (.+),\n\]$", re.MULTILINE)  # a list of one, which fits on its line

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Blog:
    """A feed to watch, and what it is called in chat."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """All that was chosen so far.

    `admins`: ids by the name of a platform. `contact`: told to blogs. `further`: more keys of the config.
    `secrets`: variables for the environment file.
    """

    chats: tuple[AdapterPlugin[Any], ...] = ()
    blog: Blog | None = None
    zone: str = "UTC"
    admins: Mapping[str, Sequence[str]] = field(default_factory=dict)
    contact: str = ""
    further: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """Return the config file."""
        labels = {each.name: f"Whether to talk on {each.label}." for each in self.chats}
        return "\n".join([_HEAD, *_parts(self._document(), _NOTES | labels)])

    def _document(self) -> Document:
        made: Document = {"timezone": self.zone}
        if self.contact:
            made["fetch"] = {"contact": self.contact}
        if self.blog is not None:
            made["feeds"] = [{"name": self.blog.name, "url": self.blog.url}]
        made |= {each.name: {"enabled": True} for each in self.chats}
        if any(self.admins.values()):
            made["admins"] = {name: list(ids) for name, ids in self.admins.items() if ids}
        return _merged(made, self.further)


def further_keys(settings: Sequence[str]) -> Document:
    """Return the document of the options `--set KEY=VALUE`. UsageError: one of them is not that."""
    found: Document = {}
    for each in settings:
        try:
            part = tomllib.loads(each)
        except (ValueError, RecursionError):
            key = each.partition("=")[0].strip()
            raise UsageError(
                f"--set {key}: write a key of the config and its value as TOML, such as "
                "'web.listen=\"127.0.0.1:8080\"'."
            ) from None
        if "feeds" in part:
            raise UsageError("--set feeds: give the feed as --feed URL, and add others to the config later.")
        found = _merged(found, part)
    return found


def _merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> Document:
    """Return both documents in one; the second goes first where both have a value."""
    merged = dict(first)
    for key, value in second.items():
        known = merged.get(key)
        both = isinstance(known, dict) and isinstance(value, dict)
        merged[key] = _merged(known, value) if both else value  # type: ignore[arg-type]  # a dict, as `both` says
    return merged


def _parts(document: Document, notes: Mapping[str, str]) -> Iterator[str]:
    """Yield each part of the file with its comment: single values first, as TOML demands."""
    for key, value in sorted(document.items(), key=lambda item: isinstance(item[1], dict | list)):
        note = f"# {notes[key]}\n" if key in notes else ""
        blocks = value if key == "feeds" else ()
        text = "".join(f"[[{key}]]\n{tomli_w.dumps(block)}" for block in blocks)
        yield note + _ONE.sub(r"[\1]", text or tomli_w.dumps({key: value}))
