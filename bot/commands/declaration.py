"""A command with its handler, and the call that the handler answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from bot.errors import UsageError
from bot.model import Caller, CommandSpec, Limits, Reply, SuggestedAction
from bot.ports import CommandStore, Inspector, PartState


class RefusedError(UsageError):
    """A refusal that offers commands that would work. Values missing in an offer stay as they were typed."""

    def __init__(self, message: str, offers: tuple[SuggestedAction, ...] = ()) -> None:
        super().__init__(message)
        self.offers = offers


@dataclass(frozen=True, slots=True)
class Call:
    """One use of a command. `values` holds the checked values that were given, by parameter name."""

    caller: Caller
    command: CommandSpec
    values: Mapping[str, str]
    store: CommandStore
    inspector: Inspector
    now: datetime
    alerts_only: tuple[str, ...]  # platforms on which nobody can type
    zone: tzinfo  # for the times shown to the caller: their own, else that of the config
    default_zone: tzinfo  # of places that have set none: that of the config
    commands: tuple[CommandSpec, ...]  # all of them, groups with their subcommands
    limits: Limits
    parts: tuple[PartState, ...] = ()  # of the running bot; none if it does not run

    def text(self, name: str) -> str:
        """Return a value, "" when it was not given."""
        return self.values.get(name, "")

    def required(self, name: str) -> str:
        """Return a value. Raises UsageError with the syntax when it was not given."""
        if name not in self.values:
            raise UsageError(f"/{self.command.path} needs {name.upper()}. Usage: {self.command.usage}")
        return self.values[name]


Handler = Callable[[Call], Awaitable[Reply]]
"""Answers one call. It raises UsageError before it has changed anything."""


@dataclass(frozen=True, slots=True)
class Command:
    """An entry of the table of commands."""

    spec: CommandSpec
    handler: Handler
