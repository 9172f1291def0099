"""The errors that cross a border inside Bystander. Each message is one sentence a person can act on."""

from __future__ import annotations

from enum import StrEnum


class BystanderError(Exception):
    """Root of all errors that Bystander raises on purpose; `str(error)` is fit to be shown."""


class ConfigError(BystanderError):
    """The configuration cannot be used. `problems` holds one line for each fault, all of them."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class StoreError(BystanderError):
    """The database cannot be used as it is; the message names the mend. Nothing was overwritten."""


class StoreBusyError(StoreError):
    """Another process holds the database; the same call may work later."""


class UnstorableError(StoreError):
    """A value that the database has no form for; the same call can never work."""


class FetchError(BystanderError):
    """An HTTP exchange gave no usable answer. `retry_after`: the server's wish, seconds."""

    def __init__(self, message: str, *, status: int = 0, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class ForbiddenAddressError(FetchError):
    """The URL leads, directly or by redirect, to a place we never connect to (private network, scheme)."""


class ParseError(BystanderError):
    """A body is no feed we can use: a failed poll that changes nothing."""


class SandboxError(ParseError):
    """The child process that handles hostile input was stopped: too slow, too large, or it died."""


class UsageError(BystanderError):
    """A person typed something that cannot be done; the message says what can."""


class NoCommandError(UsageError):
    """What somebody typed begins with no command. `mistyped`: with a word like one."""

    def __init__(self, message: str, *, mistyped: bool = False) -> None:
        super().__init__(message)
        self.mistyped = mistyped


class Scope(StrEnum):
    """How far a permanent delivery error reaches."""

    MESSAGE = "message"  # only this message is refused: send it plain, then give it up
    DESTINATION = "destination"  # nobody can be reached there: park the destination
    ADAPTER = "adapter"  # the whole platform is shut to us: park all of it


class DeliveryError(BystanderError):
    """An adapter could not deliver. Adapters raise only its two subclasses."""


class TemporaryError(DeliveryError):
    """Try again later.

    `retry_after`: seconds the platform asked for, or None for our own back-off.
    `uncertain`: the message may have arrived (the answer was lost), so look before sending again.
    """

    def __init__(self, message: str, *, retry_after: float | None = None, uncertain: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.uncertain = uncertain


class NotYetError(TemporaryError):
    """The platform's pace has no room yet, so nothing was asked of it: no attempt, and no failure."""

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message, retry_after=retry_after)


class PermanentError(DeliveryError):
    """Sending the same thing to the same place again cannot work; `scope` says what is at fault."""

    def __init__(self, message: str, *, scope: Scope) -> None:
        super().__init__(message)
        self.scope = scope
