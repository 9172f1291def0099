"""What each error of Discord and of the way there becomes: one table, pure."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import aiohttp

from adapters.discord.sdk import discord
from bot.errors import DeliveryError, PermanentError, Scope, TemporaryError
from bot.text.sanitize import one_line

CHANNEL_GONE = 10003
MESSAGE_GONE = 10008
NOT_IN_A_FORUM = 40058
DEMANDS_A_TAG = 40067
ARCHIVED = 50083
REFUSED = (
    "Discord refuses the bot's token; put a current one into DISCORD_TOKEN (developer portal, Bot, Reset "
    "Token) and start again."
)

DELETED = "The channel was deleted."

_MOST_DETAIL = 150  # characters of Discord's own words
_BLOCKED = 600.0  # seconds to leave an edge alone that answers with a page instead of Discord's JSON
_LATER = 300.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rule:
    """What an error code means: permanent with a scope, else temporary; `wait` in seconds."""

    text: str
    scope: Scope | None = None
    wait: float | None = None


def _here(text: str) -> Rule:
    return Rule(text, Scope.DESTINATION)


def _this(text: str) -> Rule:
    return Rule(text, Scope.MESSAGE)


_SLOWER = "Discord asks the bot to slow down."
_PERMISSIONS = "give the bot View Channel, Send Messages, Embed Links and Read Message History there."
_TAG = "The forum demands a tag; give it one named like a category or “Other”, or demand none."
_TOO_MANY_THREADS = "The server has as many active threads as Discord allows; archive some."
_AUTO_MODERATION = "The server's AutoMod refused the message; exempt the bot's role in the AutoMod rule."

# Codes: Discord's documentation, topics/opcodes-and-status-codes. What follows from each is ours.
TABLE: dict[int, Rule] = {
    CHANNEL_GONE: _here("The channel does not exist any more; choose another one with /alerts add."),
    10004: _here("The server does not exist any more, or the bot is not in it; invite the bot again."),
    MESSAGE_GONE: _this("The message was deleted on Discord."),
    10013: _here("That account does not exist any more."),
    10015: _here("The webhook does not exist any more; choose another channel with /alerts add."),
    20022: Rule("Too many edits in an announcement channel; the edit waits.", wait=600.0),
    20028: Rule("The channel's write limit is reached; the message waits."),
    20029: Rule("The server's write limit is reached; the message waits."),
    30046: Rule("Too many edits of messages older than an hour; the edit waits.", wait=600.0),
    40001: Rule(REFUSED, Scope.ADAPTER),
    40003: Rule("Discord slows down the opening of direct messages.", wait=60.0),
    40004: Rule("Discord has disabled sending for now.", wait=_LATER),
    40005: _this("Discord finds the message too large."),
    40006: Rule("Discord has disabled this for now.", wait=_LATER),
    NOT_IN_A_FORUM: _here("A forum takes posts only, and the bot cannot open this one; " + _PERMISSIONS),
    40062: Rule(_SLOWER),
    DEMANDS_A_TAG: _here(_TAG),
    50001: _here("The bot cannot see the channel; invite it again if it was removed, else " + _PERMISSIONS),
    50005: _this("The message is not the bot's own, so it cannot be edited."),
    50006: _this("Discord finds the message empty."),
    50007: _here(
        "Discord does not let the bot write to them; they have to allow direct messages from the server's "
        "members (server name, Privacy Settings), or to write to the bot first."
    ),
    50008: _here("The channel takes no messages; choose another one with /alerts add."),
    50009: _here("The server's verification level keeps the bot from writing; lower it, or verify the bot."),
    50013: _here("The bot lacks a permission; " + _PERMISSIONS),
    50014: Rule(REFUSED, Scope.ADAPTER),
    50024: _here("The channel is of a kind that takes no such message; choose another one with /alerts add."),
    50027: _here("The webhook does not exist any more; choose another channel with /alerts add."),
    50033: _here("Discord knows no such recipient; choose another one with /alerts add."),
    50035: _this("Discord refuses the form of the message."),
    50109: _this("Discord cannot read the message."),
    ARCHIVED: _this("The thread is archived and locked, so the message cannot be edited."),
    50278: _here(
        "The bot shares no server with them, so it cannot write to them; they have to join a server the bot "
        "is in, or to write to the bot first."
    ),
    110000: Rule("Discord has no answer ready yet."),
    130000: Rule("Discord is overloaded.", wait=60.0),
    160005: _here("The thread is locked; unlock it, or give the bot Manage Threads."),
    160006: _here(_TOO_MANY_THREADS),
    160007: _here(_TOO_MANY_THREADS),
    200000: _this(_AUTO_MODERATION),
    200001: _this(_AUTO_MODERATION),
    240000: _this("Discord's link filter refused the message."),
}

# What became of the way to Discord, and whether the request may have arrived; the first that fits.
_BROKEN: dict[type[Exception], tuple[str, bool]] = {
    aiohttp.ClientConnectorError: ("Discord cannot be reached.", False),
    TimeoutError: ("Discord did not answer in time.", True),
    aiohttp.ClientError: ("The connection to Discord broke off.", True),
    OSError: ("The connection to Discord broke off.", True),
}

# Close codes of the gateway that reconnecting cannot mend (topics/opcodes-and-status-codes).
_CLOSED_FOR_GOOD = {
    4004: REFUSED,
    4010: "Discord refuses the shard; correct discord.shards in the config.",
    4011: 'The bot is in too many servers for this many shards; set discord.shards = "auto".',
    4012: "Discord no longer takes this version of its gateway; update Bystander.",
    4013: "Discord refuses the intents of the bot; update Bystander.",
    4014: "Discord refuses the intents of the bot; update Bystander.",
}


def translate(error: Exception) -> DeliveryError:
    """Return what the outbox is to know of any error that a call to Discord raised."""
    if isinstance(error, DeliveryError):
        return error
    if isinstance(error, discord.LoginFailure):
        return PermanentError(REFUSED, scope=Scope.ADAPTER)
    if isinstance(error, discord.HTTPException):
        return _answered(error)
    if isinstance(error, discord.RateLimited):
        return TemporaryError(_SLOWER, retry_after=error.retry_after)
    for kind, (text, uncertain) in _BROKEN.items():
        if isinstance(error, kind):
            return TemporaryError(text, uncertain=uncertain)
    _log.error("Something unforeseen on the way to Discord", exc_info=error)
    return TemporaryError(f"{type(error).__name__} on the way to Discord.", uncertain=True)


def is_gone(error: Exception) -> bool:
    """Whether Discord says that a channel or thread does not exist any more."""
    return isinstance(error, discord.NotFound) and error.code == CHANNEL_GONE


def fatal(error: Exception) -> PermanentError | None:
    """Return why the gateway cannot be used any more; None when it may come back."""
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return PermanentError(_CLOSED_FOR_GOOD[4014], scope=Scope.ADAPTER)
    if isinstance(error, discord.ConnectionClosed) and error.code in _CLOSED_FOR_GOOD:
        return PermanentError(_CLOSED_FOR_GOOD[error.code], scope=Scope.ADAPTER)
    if isinstance(error, PermanentError) and error.scope is Scope.ADAPTER:
        return error
    return None


def _answered(error: discord.HTTPException) -> DeliveryError:
    rule = TABLE.get(error.code) or _by_status(error)
    text = rule.text
    if rule.scope is Scope.MESSAGE and (detail := one_line(error.text, _MOST_DETAIL)):
        text = f"{text} ({detail})"
    if rule.scope is not None:
        return PermanentError(text, scope=rule.scope)
    asked = _retry_after(error) if error.status == _TOO_MANY else None
    return TemporaryError(
        text, retry_after=rule.wait if asked is None else asked, uncertain=error.status >= _SERVER_ERROR
    )


_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY, _SERVER_ERROR = 401, 403, 404, 429, 500


def _by_status(error: discord.HTTPException) -> Rule:
    """Return the rule for a code that the table does not know, or for none."""
    if error.status == _UNAUTHORIZED:
        return Rule(REFUSED, Scope.ADAPTER)
    if error.status == _TOO_MANY:
        return Rule(_SLOWER)
    if error.status >= _SERVER_ERROR:
        return Rule(f"Discord has a fault (it answered {error.status}).")
    if not error.code:  # a page of the edge before Discord, or no such call: nothing is known of the place
        return Rule(f"Discord's address answered {error.status} without a reason.", wait=_BLOCKED)
    detail = f"{one_line(error.text, _MOST_DETAIL)} (error {error.code})"
    if error.status in (_FORBIDDEN, _NOT_FOUND):
        return _here(f"Discord refuses the bot there: {detail}; " + _PERMISSIONS)
    return Rule(f"Discord refuses the message, error {error.code}.", Scope.MESSAGE)


def _retry_after(error: discord.HTTPException) -> float:
    """Return the seconds that a 429 asks for; a minute where it says nothing."""
    try:
        return max(float(error.response.headers.get("Retry-After", 60.0)), 0.0)
    except ValueError:
        return 60.0
