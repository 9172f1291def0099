"""Translates words that people type instead of a command, or refuses them with a hint. Pure."""

from __future__ import annotations

from bot.commands.declaration import RefusedError
from bot.commands.when import OFF, asks_to_snooze
from bot.model import SuggestedAction

# Only words with a single possible meaning are read as a command.
MEANINGS = {
    "subscribe": "follow",
    "sub": "follow",
    "unsubscribe": "unfollow",
    "unsub": "unfollow",
    "subscriptions": "following",
    "status": "health",
    "ping": "health",
    "tags": "categories tags",
    "list": "categories",
    "topics": "categories",
    "news": "latest",
    "newest": "latest",
    "search": "find",
}
GREETINGS = frozenset({"hi", "hello", "hey", "hallo", "start", "commands", "?", "menu", "about", "thanks"})

_END = frozenset({"stop", "end", "quit", "cancel", "remove", "delete", "leave"})
_PAUSE = frozenset({"pause", "mute", "silence"})
_RESUME = frozenset({"resume", "unpause", "unmute", "unsnooze"})
_UNFOLLOW = "/following tells what you get, /unfollow CATEGORIES takes some of it off, /unfollow all ends it"
_SNOOZES = (("Snooze for a day", "1d"), ("Snooze for a week", "1w"))
_OFFER = SuggestedAction("Unfollow everything", "unfollow", (("categories", "all"),))


def translated(word: str, rest: str) -> tuple[str, str]:
    """Return the command that a first word means, and the rest of the line. Other words are returned as is.

    Raises RefusedError for a word that is no command but asks for a change, such as an unfollow: the bot does
    not guess there.
    """
    if word in GREETINGS:
        return "help", ""
    if word in _END and rest and rest.casefold() not in ("all", "everything", "it", "please", "alerts"):
        raise RefusedError(f"To end alerts: /unfollow {rest}\nNothing was changed.", (_taking_off(rest),))
    if word in _END:
        raise RefusedError(f"{_UNFOLLOW}. Nothing was changed.", (_OFFER,))
    if word in _PAUSE:
        return "snooze", _snoozed(rest)
    if word in _RESUME:
        raise RefusedError(
            "To end a snooze: /snooze off. For a channel, admins use /alerts resume. Nothing was changed.",
            (SuggestedAction("End the snooze", "snooze", (("duration", "off"),)),),
        )
    meaning = MEANINGS.get(word, word)
    name, _, before = meaning.partition(" ")
    return name, f"{before} {rest}".strip()


def _snoozed(rest: str) -> str:
    """Return the value of /snooze that is meant by the words after "mute" or "pause"."""
    if asks_to_snooze(rest) or rest.casefold() in OFF:
        return rest
    raise RefusedError(
        "To hold what comes to you for some time: /snooze 2h, /snooze 3d or /snooze until monday. "
        "For a channel, admins use /alerts pause and /alerts resume. Nothing was changed.",
        tuple(SuggestedAction(label, "snooze", (("duration", value),)) for label, value in _SNOOZES),
    )


def _taking_off(rest: str) -> SuggestedAction:
    return SuggestedAction(f"Unfollow {rest}", "unfollow", (("categories", rest),))
