"""What the errors of a platform mean, as the rows of a table. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import Scope


@dataclass(frozen=True, slots=True)
class Rule:
    """What an error means: permanent if it has a scope, else temporary.

    Scope.ADAPTER: the platform, or a workspace of it, refuses the bot. `wait`: seconds. `uncertain`: the call
    may have succeeded.
    """

    text: str
    scope: Scope | None = None
    wait: float | None = None
    uncertain: bool = False


def here(text: str) -> Rule:
    """Return the rule of an error that concerns the destination."""
    return Rule(text, Scope.DESTINATION)


def this(text: str) -> Rule:
    """Return the rule of an error that concerns the message."""
    return Rule(text, Scope.MESSAGE)


def shut(text: str) -> Rule:
    """Return the rule of an error by which the platform refuses the bot."""
    return Rule(text, Scope.ADAPTER)
