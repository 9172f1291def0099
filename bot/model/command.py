"""The description of a command, shared by the dispatcher, /help and all platforms."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

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
    "time",  # a time of day, a span of two, a day or a length of time: "8 am", "22:00 - 07:00", "3 days"
    "text",
]
_ONE_WORD: frozenset[ParameterKind] = frozenset({"number", "choice", "url"})


class Completes(StrEnum):
    """Where the suggestions for a parameter come from."""

    NONE = "none"
    CATEGORIES = "categories"  # known categories, and tags after "#"
    FOLLOWED = "followed"  # what the caller follows
    ALERTED = "alerted"  # what is sent to the channel in which the command is typed
    FEEDS = "feeds"
    CHOICES = "choices"
    COMMANDS = "commands"
    ZONES = "zones"  # time zones, also by their city
    WEEKDAYS = "weekdays"


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """One parameter of a command. `minimum` and `maximum` are the bounds of a number."""

    name: str  # at most 32 characters, the lowest limit of all platforms
    help: str  # at most 100 characters, for the same reason
    kind: ParameterKind
    required: bool = False
    choices: tuple[str, ...] = ()
    completes: Completes = Completes.NONE
    minimum: int = 0
    maximum: int = 0

    @property
    def suggests(self) -> bool:
        """Whether `BotServices.complete` can suggest values for it."""
        return self.completes is not Completes.NONE

    @property
    def takes_rest(self) -> bool:
        """Whether a typed value may contain spaces without quotation marks."""
        return self.kind not in _ONE_WORD


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """A command, or a group of commands (`subcommands`). `path` as typed: "follow", "alerts add"."""

    path: str
    help: str
    parameters: tuple[ParameterSpec, ...] = ()
    admin: bool = False
    changes: bool = False  # whether it can change something; then a refusal says that nothing was changed
    example: str = ""
    subcommands: tuple[CommandSpec, ...] = ()

    @property
    def name(self) -> str:
        """The last word of the path."""
        return self.path.rpartition(" ")[2]

    @property
    def group(self) -> str:
        """The name of the group that the command is in, "" for none."""
        return self.path.rpartition(" ")[0]

    @property
    def main(self) -> ParameterSpec | None:
        """The parameter for text typed without a parameter name: the first that may contain spaces."""
        return next((parameter for parameter in self.parameters if parameter.takes_rest), None)

    @property
    def usage(self) -> str:
        """The syntax in one line: "/follow CATEGORIES [when:now|daily|weekly] [feed:FEED]"."""
        if self.subcommands:
            return f"/{self.path} {'|'.join(command.name for command in self.subcommands)}"
        words = [f"/{self.path}"]
        named = counted = False  # whether what follows, or a number that follows, needs its name
        for parameter in self.parameters:
            value = "|".join(parameter.choices) or parameter.name.upper()
            number = parameter.kind == "number"
            word = f"{parameter.name}:{value}" if (counted if number else named) else value
            words.append(word if parameter.required else f"[{word}]")
            named, counted = named or parameter.takes_rest, counted or number
        return " ".join(words)
