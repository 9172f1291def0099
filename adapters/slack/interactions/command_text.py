"""Parses the text of a slash command for the bot. Pure.

The text arrives as typed. If the app is set to escape it, Slack writes `<#C1|news>`, `<@U1|ann>`,
`<!here>`, `<https://…|U.S.>` and `&amp;` (documentation, slash commands). Both forms are understood.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.errors import UsageError
from bot.model import CommandSpec
from bot.text.sanitize import visible
from bot.text.truncate import clip

LONGEST = 3000  # characters read; the bot itself refuses a line of a third of that
HELP = "help"
PROGRAM = "bystander"  # the bot accepts this word before any command
NOBODY = "none"  # typed instead of a mention to remove it
ADDRESSES = frozenset({"link", "url"})  # kinds of parameters that need a link's address, not its label

_TOKEN = re.compile(r"<([#@!]?)([^<>|\s]*)(?:\|([^<>|]*))?>")
_CHANNEL = re.compile(r"(?:slack:)?(?:([TE][A-Z0-9]{2,20})/)?([CG][A-Z0-9]{2,20})")
_GROUP, _PERSON = re.compile(r"S[A-Z0-9]{2,20}"), re.compile(r"[UW][A-Z0-9]{2,20}")
_EVERYBODY = {"here": "@here", "channel": "@channel"}
_ENTITIES = (
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&amp;", "&"),
)  # in this order


@dataclass(frozen=True, slots=True)
class Typed:
    """A command as typed. `path` is "" for an unknown command; `line` is the text passed to the bot."""

    line: str
    path: str = ""
    rest: str = ""  # the text after the path, with Slack's markup

    @property
    def raw(self) -> str:
        """The line with Slack's markup, for `read_line`."""
        return f"/{self.path} {self.rest}".rstrip() if self.path else self.line


def read(name: str, text: str, commands: Mapping[str, CommandSpec], prefix: str) -> Typed:
    """Return the command that was typed. `name`: the slash command; `prefix`: the one that takes all others.

    For a group with an unknown action, the line ends there: the words after it were not checked.
    """
    words = [name.strip().lstrip("/").casefold(), *_parted(visible(text[:LONGEST]))]
    if prefix and words[0] == prefix.casefold():
        words = [words[1].lstrip("/").casefold(), *_parted(words[2])]
    first, second, rest = words[0] or HELP, words[1].lstrip("/").casefold(), words[2]
    if second and f"{first} {second}" in commands:
        return _known(commands[f"{first} {second}"], rest)
    if first in commands:
        return _known(commands[first], f"{words[1]} {rest}".strip())
    if first == PROGRAM or any(path.startswith(f"{first} ") for path in commands):
        return Typed(f"/{plain(f'{first} {second}'.strip())}")
    return Typed(f"/{plain(f'{first} {words[1]} {rest}'.strip())}")


def read_line(line: str, commands: Mapping[str, CommandSpec]) -> Typed:
    """Return the command in `Typed.raw`."""
    name, _, text = line.strip().partition(" ")
    return read(name, text, commands, "")


def plain(text: str, *, addresses: bool = False) -> str:
    """Return text without Slack's escapes; links become their label, with `addresses` their URL."""

    def word(token: re.Match[str]) -> str:
        sign, target, label = token[1], token[2], token[3] or ""
        if sign == "!":
            return f"@{(label or target.partition('^')[2] or target).lstrip('@')}"
        if sign:
            return f"{sign}{(label or target).lstrip(sign)}"
        if "://" in target or target.startswith("mailto:"):
            return target if addresses else (label or target)
        return token[0]

    return _unescaped(_TOKEN.sub(word, text))


def takes_channel(command: CommandSpec) -> bool:
    """Whether a command has a channel parameter, so that this module parses its values."""
    return any(each.kind == "channel" for each in command.parameters)


def values(command: CommandSpec, given: Mapping[str, str]) -> dict[str, str]:
    """Return a command's values without Slack's markup; channels retain it, because `channel` parses it.

    UsageError: a mention is neither an id nor @here, @channel or none.
    """
    kinds = {each.name: each.kind for each in command.parameters}
    return {name: _value(kinds[name], value) for name, value in given.items()}


def channel(text: str) -> tuple[str, str]:
    """Return the workspace ("" if not given) and id of a channel. UsageError: a name instead of an id."""
    token = _TOKEN.fullmatch(text)
    match = _CHANNEL.fullmatch(token[2] if token is not None and token[1] == "#" else text.lstrip("#"))
    if match is None:
        named = clip(plain(text), 60)
        raise UsageError(
            f"Slack does not tell me which channel “{named}” is. Run the command in that channel, choose the "
            "channel in the form that /alerts add opens when nothing stands behind it, or give the channel's "
            "id (C…, at the end of its details). Nothing was changed."
        )
    return match[1] or "", match[2]


def mention(text: str) -> str:
    """Return a mention in Slack's notation. UsageError: a name instead of an id."""
    token = _TOKEN.fullmatch(text)
    sign, target = (token[1], token[2]) if token is not None else ("", text.lstrip("@"))
    if sign in ("", "!") and target in _EVERYBODY:
        return _EVERYBODY[target]
    group = target.removeprefix("subteam^")
    if sign in ("", "!") and _GROUP.fullmatch(group):
        return f"<!subteam^{group}>"
    if sign in ("", "@") and _PERSON.fullmatch(target):
        return f"<@{target}>"
    raise UsageError(
        f"Slack does not tell me who “{clip(plain(text), 60)}” is. Mention @here or @channel, or give the id "
        "of a user group (S…) or of a person (U…, in their profile). Nothing was changed."
    )


def _parted(text: str) -> tuple[str, str]:
    first, _, rest = text.strip().partition(" ")
    return first, rest.strip()


def _known(command: CommandSpec, rest: str) -> Typed:
    wants_address = any(each.kind in ADDRESSES for each in command.parameters)
    return Typed(f"/{command.path} {plain(rest, addresses=wants_address)}".strip(), command.path, rest)


def _value(kind: str, value: str) -> str:
    if kind == "mention":
        return value if value.casefold() == NOBODY else mention(value)
    return value if kind == "channel" else plain(value)


def _unescaped(text: str) -> str:
    for entity, sign in _ENTITIES:
        text = text.replace(entity, sign)
    return text
