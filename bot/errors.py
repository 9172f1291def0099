"""The errors that pass between modules of Bystander. Each message is one sentence a person can act on."""

from __future__ import annotations

from enum import StrEnum


class BystanderError(Exception):
    """Base class of all errors that Bystander raises on purpose; `str(error)` may be shown to people."""


class ConfigError(BystanderError):
    """The configuration cannot be used. `problems` lists every fault, one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class StoreError(BystanderError):
    """The database cannot be used as it is; the message says how to fix it. Nothing was overwritten."""


class NoDatabaseError(StoreError):
    """There is no database yet, or it is empty: the first `bystander run` makes it."""


class OldDatabaseError(StoreError):
    """The database's schema is of an older version: the next start, or `bystander migrate`, updates it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The database {name} is of an older version; the next start brings it up to date, or now "
            "`bystander migrate`."
        )


class StoreBusyError(StoreError):
    """Another process has locked the database; the same call may work later."""


class MovedError(StoreError):
    """Everything in the database was moved to another one, which is to be used now."""


class OutdatedError(StoreError):
    """A newer version has changed the database so that this one cannot work on it any more."""


class UnstorableError(StoreError):
    """The database cannot represent a value; the same call can never work."""


class FetchError(BystanderError):
    """An HTTP exchange gave no usable answer. `retry_after`: seconds that the server asks to wait."""

    def __init__(self, message: str, *, status: int = 0, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class ForbiddenAddressError(FetchError):
    """The URL leads, directly or by redirect, to a forbidden address (private network, other scheme)."""


class ParseError(BystanderError):
    """The body is not a usable feed: the poll fails and changes nothing."""


class SandboxError(ParseError):
    """The child process that handles hostile input was stopped: too slow, too large, or it died."""


class UsageError(BystanderError):
    """A person typed something that cannot be done; the message says what can be done."""


class LimitError(UsageError):
    """A change was refused because of a limit in the config.

    `held`: how many there are. `wanted`: how many the change would make of them. `limit`: how many may be.
    """

    def __init__(self, held: int, wanted: int, limit: int) -> None:
        super().__init__(f"There are {held}, this would make {wanted}, and the limit is {limit}.")
        self.held = held
        self.wanted = wanted
        self.limit = limit


class NoCommandError(UsageError):
    """The typed text does not begin with a command. `mistyped`: it begins with a similar word."""

    def __init__(self, message: str, *, mistyped: bool = False) -> None:
        super().__init__(message)
        self.mistyped = mistyped


class Scope(StrEnum):
    """How far a permanent delivery error reaches."""

    MESSAGE = "message"  # only this message is refused: send it as title and link, then give up
    DESTINATION = "destination"  # the destination cannot be reached: park it
    ADAPTER = "adapter"  # the whole platform refuses the bot: requeue all its messages


class DeliveryError(BystanderError):
    """An adapter could not deliver. Adapters raise only its two subclasses."""


class TemporaryError(DeliveryError):
    """Try again later.

    `retry_after`: seconds the platform asked to wait, or None for our own back-off.
    `uncertain`: the message may have arrived (the answer was lost), so look before sending again.
    """

    def __init__(self, message: str, *, retry_after: float | None = None, uncertain: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.uncertain = uncertain


class NotYetError(TemporaryError):
    """The message was not sent because the platform has no room for it yet; no failed attempt is counted."""

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message, retry_after=retry_after)


class PermanentError(DeliveryError):
    """Sending the same message to the same destination can never work; `scope` says what is at fault."""

    def __init__(self, message: str, *, scope: Scope) -> None:
        super().__init__(message)
        self.scope = scope
