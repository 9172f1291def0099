"""What admins are told about a feed, in a sentence with the mend."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.model import Feed
from bot.pipeline.fetch.politeness import NoticeKind, Outcome
from bot.ports import AdminNotice, PollRecord

_log = logging.getLogger(__name__)

_RENAMED_AGAIN = timedelta(days=30)  # without a mass move, until one is told of again


def of_outcome(name: str, outcome: Outcome) -> list[str]:
    """Return what admins are told after a poll of the feed called `name`: at most one sentence."""
    if outcome.notice is None:
        return []
    texts = {
        NoticeKind.FAILING: failing(name, outcome.state.last_error),
        NoticeKind.RECOVERED: recovered(name),
        NoticeKind.FORBIDDEN: forbidden(name),
        NoticeKind.NOT_FOUND: not_found(name),
        NoticeKind.GONE: gone(name),
        NoticeKind.MOVED: moved(name, outcome.url),
    }
    return [texts[outcome.notice]]


def failing(name: str, error: str) -> str:
    """Tell that a feed begins to fail."""
    return (
        f"{name} cannot be read: {error}. It is tried again by itself, less and less often; "
        f"you will be told when it works again."
    )


def recovered(name: str) -> str:
    """Tell that a feed works again."""
    return f"{name} can be read again; posts missed meanwhile follow if the blog still lists them."


def forbidden(name: str) -> str:
    """Tell that the server refuses us (401, 403)."""
    return (
        f"{name} refuses the bot (401 or 403). Set fetch.contact so that its owner sees who asks, "
        "or ask them to let it in."
    )


def not_found(name: str) -> str:
    """Tell of 404 for days."""
    return (
        f"{name} has not been found for three days (404). Check its address; it is still tried now and then."
    )


def gone(name: str) -> str:
    """Tell of 410, twice, a day apart."""
    return (
        f"{name} says that it is gone for good (410) and is not asked any more. "
        "Remove it, or give its new address."
    )


def moved(name: str, url: str) -> str:
    """Tell that a permanent redirect has proved itself."""
    return f"{name} has moved to {url}; that address is used from now on. Put it into the config too."


def renamed(name: str, warning: str, before: datetime | None, now: datetime) -> list[str]:
    """Tell that most posts of a feed came under new ids; `before`: when they last did.

    A blog that makes its ids anew with each build is told of once.
    """
    told = before is not None and now - before <= _RENAMED_AGAIN
    return [f"{name}: {warning}"] if warning and not told else []


def gap_left(name: str) -> str:
    """Tell that more posts were missed than the blog lists."""
    return (
        f"{name} published more while it could not be read than its older pages list; some posts were not "
        "announced. `bystander backfill` reads them into the archive."
    )


def record_of(
    feed: Feed, outcome: Outcome, admins: Sequence[str], warnings: Iterable[str] = ()
) -> PollRecord:
    """Return what is stored of a poll, with a notice for each admin and text; the log shows the texts too."""
    texts = [*of_outcome(feed.settings.name, outcome), *warnings]
    for text in texts:
        _log.warning("%s", text)
    notices = tuple(AdminNotice(admin, text) for text in texts for admin in admins)
    return PollRecord(feed.id, outcome.url, outcome.state, outcome.due, notices)
