"""Translates words that people type instead of a command, or refuses them with a hint. Pure."""

from __future__ import annotations

from bot.commands.declaration import RefusedError
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
_PAUSE = frozenset({"pause", "snooze", "mute", "silence", "resume", "unpause"})
_UNFOLLOW = "/following tells what you get, /unfollow CATEGORIES takes some of it off, /unfollow all ends it"
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
        raise RefusedError(
            f"Alerts to a person cannot be paused: {_UNFOLLOW}. For a channel, admins use /alerts pause and "
            "/alerts resume. Nothing was changed.",
            (_OFFER,),
        )
    meaning = MEANINGS.get(word, word)
    name, _, before = meaning.partition(" ")
    return name, f"{before} {rest}".strip()


def _taking_off(rest: str) -> SuggestedAction:
    return SuggestedAction(f"Unfollow {rest}", "unfollow", (("categories", rest),))
