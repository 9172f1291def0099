"""What a command is made of: its parameters, who may use it, and the call its handler gets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Literal

from bot.errors import UsageError
from bot.model import Caller, Reply, SuggestedAction
from bot.ports import CommandStore, Inspector, PartState

ParameterKind = Literal[
    "categories",  # a list: "China-U.S., #TikTok, -Taiwan", or "all"
    "category",  # one category or #tag
    "words",
    "number",
    "choice",
    "feed",  # the name of a feed
    "link",  # of a post, or words of its title
    "channel",
    "mention",
    "url",
    "text",
]
ONE_WORD: frozenset[ParameterKind] = frozenset({"number", "choice", "url"})


class RefusedError(UsageError):
    """What cannot be done, with commands that can: `offers` leave out what was typed besides their values."""

    def __init__(self, message: str, offers: tuple[SuggestedAction, ...] = ()) -> None:
        super().__init__(message)
        self.offers = offers


class Completes(StrEnum):
    """Where the suggestions for a parameter come from."""

    NONE = "none"
    CATEGORIES = "categories"  # known categories, and tags after "#"
    FOLLOWED = "followed"  # what the caller follows
    ALERTED = "alerted"  # what the channel gets in which the command is typed
    FEEDS = "feeds"
    CHOICES = "choices"
    COMMANDS = "commands"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a command. Names and helps fit every platform: at most 32 and 100 characters.

    `unavailable`: words that are understood but refused for now, with `unavailable_help`.
    """

    name: str
    help: str
    kind: ParameterKind
    required: bool = False
    choices: tuple[str, ...] = ()
    completes: Completes = Completes.NONE
    minimum: int = 0
    maximum: int = 0
    unavailable: tuple[str, ...] = ()
    unavailable_help: str = ""

    @property
    def takes_rest(self) -> bool:
        """Whether a typed value may have spaces without being quoted."""
        return self.kind not in ONE_WORD


@dataclass(frozen=True, slots=True)
class Command:
    """One command, or a group of them (`subcommands`); `group` is the name of the group it is in.

    `changes`: it may change something, so its refusals say that nothing was changed.
    """

    name: str
    help: str
    handler: Handler
    parameters: tuple[Parameter, ...] = ()
    admin: bool = False
    changes: bool = False
    group: str = ""
    example: str = ""
    subcommands: tuple[Command, ...] = ()

    @property
    def path(self) -> str:
        """What is typed after the slash: "follow", "alerts add"."""
        return f"{self.group} {self.name}".lstrip()

    @property
    def main(self) -> Parameter | None:
        """The parameter that takes what is typed without a name: the first that may have spaces."""
        return next((parameter for parameter in self.parameters if parameter.takes_rest), None)

    @property
    def usage(self) -> str:
        """The syntax in one line: "/follow CATEGORIES [when:now] [feed:FEED]"."""
        if self.subcommands:
            return f"/{self.path} {'|'.join(command.name for command in self.subcommands)}"
        words = [f"/{self.path}"]
        named = False
        for parameter in self.parameters:
            value = "|".join(parameter.choices) or parameter.name.upper()
            word = f"{parameter.name}:{value}" if named and parameter.kind != "number" else value
            words.append(word if parameter.required else f"[{word}]")
            named = named or parameter.takes_rest
        return " ".join(words)


ChannelAddress = Callable[[Caller, str], str]
"""Turns a channel as typed ("#news") into an address the caller may manage; raises UsageError."""

ChannelName = Callable[[str], str]
"""Turns the address of a channel into what people call it."""


@dataclass(frozen=True, slots=True)
class Call:
    """One use of a command. `values`: parameter name to text, checked, only those that were given."""

    caller: Caller
    command: Command
    values: Mapping[str, str]
    store: CommandStore
    inspector: Inspector
    now: datetime
    alerts_only: tuple[str, ...]  # platforms on which nobody can type
    zone: tzinfo  # in which times are shown to the caller
    commands: tuple[Command, ...]
    channel_address: ChannelAddress
    channel_name: ChannelName
    parts: tuple[PartState, ...] = ()  # of the running bot; none where it does not run

    def text(self, name: str) -> str:
        """Return a value, "" when it was not given."""
        return self.values.get(name, "")

    def required(self, name: str) -> str:
        """Return a value. Raises UsageError with the syntax when it was not given."""
        if name not in self.values:
            raise UsageError(f"/{self.command.path} needs {name.upper()}. Usage: {self.command.usage}")
        return self.values[name]


Handler = Callable[[Call], Awaitable[Reply]]
"""Answers one call. Raises UsageError for what cannot be done, before anything is changed."""
