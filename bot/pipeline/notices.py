"""The notices to admins about a feed: each states the problem and the remedy."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.model import Feed, FeedSettings, Kind, Rename
from bot.pipeline.fetch.politeness import NoticeKind, Outcome
from bot.ports import AdminNotice, PollRecord
from bot.rhythm import Quiet, every
from bot.text.normalize import fold
from bot.text.spelling import spelled

_log = logging.getLogger(__name__)

_SHOWN = 8  # names in one notice
_RENAMED_AGAIN = timedelta(days=30)  # without a mass move, before one is reported again


def of_outcome(name: str, outcome: Outcome) -> list[str]:
    """Return the notices, at most one, after a poll of the feed called `name`."""
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
    """Return the notice that a feed begins to fail."""
    return (
        f"{name} cannot be read: {error}. It is tried again by itself, less and less often; "
        f"you will be told when it works again."
    )


def recovered(name: str) -> str:
    """Return the notice that a feed works again."""
    return f"{name} can be read again; posts missed meanwhile follow if the blog still lists them."


def forbidden(name: str) -> str:
    """Return the notice that the server refuses the bot (401, 403)."""
    return (
        f"{name} refuses the bot (401 or 403). Set fetch.contact so that its owner sees who asks, "
        "or ask them to let it in."
    )


def not_found(name: str) -> str:
    """Return the notice that a feed answered 404 for days."""
    return (
        f"{name} has not been found for three days (404). Check its address; it is still tried now and then."
    )


def gone(name: str) -> str:
    """Return the notice that a feed answered 410 twice, at least a day apart."""
    return (
        f"{name} says that it is gone for good (410) and is not asked any more. "
        "Remove it, or give its new address."
    )


def moved(name: str, url: str) -> str:
    """Return the notice that a permanent redirect is now followed for good."""
    return f"{name} has moved to {url}; that address is used from now on. Put it into the config too."


def renamed(name: str, warning: str, before: datetime | None, now: datetime) -> list[str]:
    """Return the notice that half of a feed's posts or more got new ids; `before`: when they last did.

    A blog that changes its ids with each build is reported only once.
    """
    told = before is not None and now - before <= _RENAMED_AGAIN
    return [f"{name}: {warning}"] if warning and not told else []


def gap_left(name: str) -> str:
    """Return the notice that more posts were missed than the blog's older pages list."""
    return (
        f"{name} published more while it could not be read than its older pages list; some posts were not "
        "announced. `bystander backfill` reads them into the archive."
    )


def quiet(settings: FeedSettings, found: Quiet) -> str:
    """Return the notice that a blog has gone quiet, with the rule of `bot.rhythm`."""
    off = " `quiet_notice = false` among its keys in the config ends these notices."
    return (
        f"{settings.name} has gone quiet: no new post for {found.length.days} days, where usually one comes "
        f"{every(found.usual)}. Its feed can be read, so perhaps there is just no news. A blog counts as "
        "quiet after more than six times its usual gap (the median between its last 50 posts), and three "
        f"days at least. You will be told when it speaks again.{off if settings.origin == 'config' else ''}"
    )


def speaks_again(name: str, silence: timedelta) -> str:
    """Return the notice that a quiet blog has a new post."""
    return f"{name} speaks again, after {silence.days} days without a new post."


def of_names(settings: FeedSettings, renames: Sequence[Rename], undecided: Sequence[Rename]) -> list[str]:
    """Return the notices that categories have other names, and that some may have."""
    texts = []
    configured = {fold(name) for name in (*settings.categories, *settings.aliases)}
    if renames:
        stale = settings.origin == "config" and any(fold(each.old) in configured for each in renames)
        mend = " Change the name in the config too." if stale else ""
        texts.append(
            f"{settings.name} files under other names now: {_pairs(renames)}. Whoever follows an old name, "
            f"or leaves it out, does so with the new one, and has been told.{mend}"
        )
    if undecided:
        texts.append(
            f"{settings.name} has given categories other names, and it is not certain which was which: "
            f"{_pairs(undecided)}. Nobody was moved; whoever follows an old name has to follow the new one."
        )
    return texts


def given_up(name: str, gone: Sequence[str]) -> list[str]:
    """Return the notice that a blog's API no longer lists some categories, at two looks a day apart."""
    if not gone:
        return []
    some = ", ".join(spelled(Kind.CATEGORY, each) for each in gone[:_SHOWN])
    more = f" and {len(gone) - _SHOWN} more" if len(gone) > _SHOWN else ""
    text = (
        f"{name} no longer has {some}{more}, and its posts do not tell what became of it. Whoever follows "
        "that gets nothing by it, until the blog files posts under it again."
    )
    return [text]


def _pairs(renames: Sequence[Rename]) -> str:
    pairs = [
        f"{spelled(Kind.CATEGORY, each.old)} is {spelled(Kind.CATEGORY, each.new)}"
        for each in renames[:_SHOWN]
    ]
    more = [f"and {len(renames) - _SHOWN} more"] if len(renames) > _SHOWN else []
    return ", ".join([*pairs, *more])


def record_of(
    feed: Feed, outcome: Outcome, admins: Sequence[str], warnings: Iterable[str] = ()
) -> PollRecord:
    """Return the record of a poll, with a notice for each admin and text; log the texts too."""
    texts = [*of_outcome(feed.settings.name, outcome), *warnings]
    for text in texts:
        _log.warning("%s", text)
    notices = tuple(AdminNotice(admin, text) for text in texts for admin in admins)
    return PollRecord(feed.id, outcome.url, outcome.state, outcome.due, notices, feed.push_due)
