"""Maps each error of Discord, and of the connection to it, to an error of the bot: one table, pure.

What an error can end (docs/discord.md, "What refusals do"):
- The connection, for good: 401, 40001, 50014 and some close codes of the gateway, which concern the token or
  the config.
- Alerts to a destination, which is parked: codes that Discord documents for a channel, a server or a person.
- A message, which is given up: codes that concern its contents, and unknown codes with e.g. status 400.
- Everything else is temporary, also refusals (403, 404) with an unknown code: they may concern the whole bot.
"""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass
from enum import IntEnum
from http import HTTPStatus
from pathlib import PurePath

import aiohttp

from adapters.discord.sdk import discord
from adapters.shared.rules import Rule, here, this
from bot.errors import DeliveryError, PermanentError, Scope, TemporaryError
from bot.text.bounds import seconds
from bot.text.sanitize import one_line


class Code(IntEnum):
    """Codes of Discord's errors that are dealt with apart; `TABLE` has all."""

    CHANNEL_GONE = 10003
    MESSAGE_GONE = 10008
    NOT_IN_A_FORUM = 40058
    NO_TEXT_CHANNEL = 50008
    DEMANDS_A_TAG = 40067
    BLOCKED_BY_THE_EDGE = 40333
    ARCHIVED = 50083
    LOCKED = 160005


REFUSED = (
    "Discord refuses the bot's token; put a current one into DISCORD_TOKEN (developer portal, Bot, Reset "
    "Token) and start again."
)

DELETED = "The channel was deleted."


@dataclass(frozen=True, slots=True)
class ErrorSettings:
    """How long is waited after errors that do not say it, and how much of their text is told."""

    most_wait: float = 3600.0  # longest wait in seconds, even if Discord asks for more
    blocked: float = 60.0  # seconds to wait when Cloudflare blocks the bot
    detail: int = 150  # characters of Discord's message
    code: int = 10  # digits of a code
    no_reason: float = 600.0  # seconds to wait after a response that is a page instead of JSON
    later: float = 300.0  # seconds to wait after other refusals
    unsaid: float = 60.0  # seconds to wait after a 429 without Retry-After


ERRORS = ErrorSettings()


_log = logging.getLogger(__name__)


class UnknownRefusalError(TemporaryError):
    """Discord refused with a code that is not in the table; it may concern one address or the whole bot."""


_SLOWER = "Discord asks the bot to slow down."
_PERMISSIONS = "give the bot View Channel, Send Messages, Embed Links and Read Message History there."
_TAG = "The forum demands a tag; give it one named like a category or “Other”, or demand none."
_TOO_MANY_THREADS = "The server has as many active threads as Discord allows; archive some."
_AUTO_MODERATION = "The server's AutoMod refused the message; exempt the bot's role in the AutoMod rule."

# Codes: Discord's documentation, topics/opcodes-and-status-codes. The consequences are the bot's own.
TABLE: dict[int, Rule] = {
    Code.CHANNEL_GONE: here("The channel does not exist any more; choose another one with /alerts add."),
    10004: here("The server does not exist any more, or the bot is not in it; invite the bot again."),
    Code.MESSAGE_GONE: this("The message was deleted on Discord."),
    10013: here("That account does not exist any more."),
    10062: Rule("The three seconds for an answer were over."),
    10015: here("The webhook does not exist any more; choose another channel with /alerts add."),
    20009: this("Discord takes it for explicit content."),
    20016: Rule("The channel's slow mode makes the message wait.", wait=60.0),
    20022: Rule("Too many edits in an announcement channel; the edit waits.", wait=600.0),
    20028: Rule("The channel's write limit is reached; the message waits."),
    20029: Rule("The server's write limit is reached; the message waits."),
    20031: this("Discord does not allow a word of the title."),
    30046: Rule("Too many edits of messages older than an hour; the edit waits.", wait=600.0),
    40001: Rule(REFUSED, Scope.ADAPTER),
    40003: Rule("Discord slows down the opening of direct messages.", wait=60.0),
    40004: Rule("Discord has disabled sending for now.", wait=ERRORS.later),
    40005: this("Discord finds the message too large."),
    40006: Rule("Discord has disabled this for now.", wait=ERRORS.later),
    Code.NOT_IN_A_FORUM: here("A forum takes posts only, and the bot cannot open this one; " + _PERMISSIONS),
    40062: Rule(_SLOWER),
    40066: here(_TAG),
    Code.DEMANDS_A_TAG: here(_TAG),
    Code.BLOCKED_BY_THE_EDGE: Rule(
        "Cloudflare, before Discord, blocks the bot for now.", wait=ERRORS.blocked
    ),
    50001: here("The bot cannot see the channel; invite it again if it was removed, else " + _PERMISSIONS),
    50005: this("The message is not the bot's own, so it cannot be edited."),
    50006: this("Discord finds the message empty."),
    50007: here(
        "Discord does not let the bot write to them; they have to allow direct messages from the server's "
        "members (server name, Privacy Settings), or to write to the bot first."
    ),
    Code.NO_TEXT_CHANNEL: here("The channel takes no messages; choose another one with /alerts add."),
    50009: here("The server's verification level keeps the bot from writing; lower it, or verify the bot."),
    50013: here("The bot lacks a permission; " + _PERMISSIONS),
    50014: Rule(REFUSED, Scope.ADAPTER),
    50024: here("The channel is of a kind that takes no such message; choose another one with /alerts add."),
    50027: here("The webhook does not exist any more; choose another channel with /alerts add."),
    50033: here("Discord knows no such recipient; choose another one with /alerts add."),
    50035: this("Discord refuses the form of the message."),
    50109: this("Discord cannot read the message."),
    Code.ARCHIVED: here("The thread is archived and locked; unlock it, or give the bot Manage Threads."),
    50278: here(
        "The bot shares no server with them, so it cannot write to them; they have to join a server the bot "
        "is in, or to write to the bot first."
    ),
    110000: Rule("Discord has no answer ready yet."),
    130000: Rule("Discord is overloaded.", wait=60.0),
    Code.LOCKED: here("The thread is locked; unlock it, or give the bot Manage Threads."),
    160006: here(_TOO_MANY_THREADS),
    160007: here(_TOO_MANY_THREADS),
    200000: this(_AUTO_MODERATION),
    200001: this(_AUTO_MODERATION),
    240000: this("Discord's link filter refused the message."),
}

# Errors of the connection, and whether the request may have arrived. The first type that matches counts.
_BROKEN: dict[type[Exception], tuple[str, bool]] = {
    aiohttp.ClientConnectorError: ("Discord cannot be reached.", False),
    TimeoutError: ("Discord did not answer in time.", True),
    aiohttp.ClientError: ("The connection to Discord broke off.", True),
    OSError: ("The connection to Discord broke off.", True),
}

# Close codes of the gateway after which reconnecting is useless (topics/opcodes-and-status-codes).
_CLOSED_FOR_GOOD = {
    4004: REFUSED,
    4010: "Discord refuses the shard; correct discord.shards in the config.",
    4011: 'The bot is in too many servers for this many shards; set discord.shards = "auto".',
    4012: "Discord no longer takes this version of its gateway; update Bystander.",
    4013: "Discord refuses the intents of the bot; update Bystander.",
    4014: "Discord refuses the intents of the bot; update Bystander.",
}


def translate(error: Exception) -> DeliveryError:
    """Return any error of a call to Discord as a TemporaryError or a PermanentError."""
    if isinstance(error, DeliveryError):
        return error
    if isinstance(error, discord.LoginFailure):
        return PermanentError(REFUSED, scope=Scope.ADAPTER)
    if isinstance(error, discord.GatewayNotFound) and isinstance(error.__cause__, discord.HTTPException):
        return _answered(error.__cause__)
    if isinstance(error, discord.HTTPException):
        return _answered(error)
    return _of_the_way(error)


def _of_the_way(error: Exception) -> TemporaryError:
    if isinstance(error, discord.RateLimited):
        return TemporaryError(
            _SLOWER, retry_after=seconds(error.retry_after, ERRORS.unsaid, ERRORS.most_wait)
        )
    if isinstance(error, discord.ConnectionClosed):
        return TemporaryError(f"The gateway closed the connection (code {error.code}).")
    for kind, (text, uncertain) in _BROKEN.items():
        if isinstance(error, kind):
            return TemporaryError(text, uncertain=uncertain)
    _log.debug("Something unforeseen on the way to Discord", exc_info=error)
    return TemporaryError(f"Discord's answer cannot be used ({where(error)}).", uncertain=True)


def of_the_bot(error: Exception) -> DeliveryError:
    """Return the error of a call that concerns the whole bot, such as the login.

    An error that would be permanent for a destination or a message becomes temporary here, so that only a
    refusal of the whole bot, such as a bad token, ends the connection for good.
    """
    wrong = translate(error)
    if isinstance(wrong, PermanentError) and wrong.scope is not Scope.ADAPTER:
        return TemporaryError(str(wrong))
    return wrong


def where(error: BaseException) -> str:
    """Return an unexpected error in one line: its type, its text, and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}: {one_line(str(error), ERRORS.detail)}{place}"


def is_gone(error: Exception) -> bool:
    """Whether Discord says that a channel or thread does not exist any more."""
    return isinstance(error, discord.NotFound) and code_of(error) == Code.CHANNEL_GONE


def code_of(error: discord.HTTPException) -> int:
    """Return Discord's code of an error, 0 for none. The response may hold a value of any type."""
    code: object = error.code
    if isinstance(code, str) and code.isdecimal() and len(code) < ERRORS.code:
        return int(code)
    return code if isinstance(code, int) else 0


def fatal(error: Exception) -> PermanentError | None:
    """Return why the gateway can never be used again; None when a new connection may work."""
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return PermanentError(_CLOSED_FOR_GOOD[4014], scope=Scope.ADAPTER)
    if isinstance(error, discord.ConnectionClosed) and error.code in _CLOSED_FOR_GOOD:
        return PermanentError(_CLOSED_FOR_GOOD[error.code], scope=Scope.ADAPTER)
    if isinstance(error, PermanentError) and error.scope is Scope.ADAPTER:
        return error
    return None


def _answered(error: discord.HTTPException) -> DeliveryError:
    rule = TABLE.get(code_of(error))
    if rule is None and code_of(error) and error.status in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
        detail = f"{_words_of(error)} (error {code_of(error)})"
        return UnknownRefusalError(f"Discord refuses the bot: {detail}.", retry_after=ERRORS.later)
    rule = rule or _by_status(error)
    text = rule.text
    if rule.scope is Scope.MESSAGE and (detail := _words_of(error)):
        text = f"{text} ({detail})"
    if rule.scope is not None:
        return PermanentError(text, scope=rule.scope)
    return TemporaryError(
        text, retry_after=_wait(error, rule), uncertain=error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    )


def _words_of(error: discord.HTTPException) -> str:
    return one_line(str(error.text), ERRORS.detail).rstrip(".")


def _by_status(error: discord.HTTPException) -> Rule:
    """Return the rule for a code that is not in the table, or for a response without one."""
    if error.status == HTTPStatus.UNAUTHORIZED:
        return Rule(REFUSED, Scope.ADAPTER)
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        return Rule(_SLOWER, wait=ERRORS.unsaid)
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Rule(f"Discord has a fault (it answered {error.status}).")
    if not code_of(error):  # a page of Cloudflare, or no such route: it does not concern the destination
        return Rule(f"Discord's address answered {error.status} without a reason.", wait=ERRORS.no_reason)
    return Rule(f"Discord refuses the message, error {code_of(error)}.", Scope.MESSAGE)


def _wait(error: discord.HTTPException, rule: Rule) -> float | None:
    """Return the seconds to wait: Retry-After, else the rule's; None for the outbox's own back-off."""
    asked = error.response.headers.get("Retry-After")
    if asked is None or error.status < HTTPStatus.FORBIDDEN:
        return rule.wait
    return seconds(asked, rule.wait or ERRORS.unsaid, ERRORS.most_wait)
