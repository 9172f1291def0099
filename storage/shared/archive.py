"""Reads what commands show of posts, of the log of deliveries and of the queue from rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter

from bot.model import EVERYTHING, HeldFor, Kind, Post, PostTimes, Silence
from bot.ports import DeliveryInfo, QueueHealth, SentDigest, SilentPost
from bot.text.normalize import kind_of
from bot.text.spelling import spelled
from storage.shared.mapping import destination_from, from_ms, maybe_from_ms, until_from
from storage.shared.messages import newest_first
from storage.shared.rows import Row

EARLIEST = -(2**63)  # milliseconds; before every post


def times_from(rows: Iterable[Row]) -> dict[int, PostTimes]:
    """Return the times of posts by feed, of rows with `feed_id`, `published_at` and `came_at`, sorted."""
    return {feed: _times(list(group)) for feed, group in groupby(rows, key=itemgetter("feed_id"))}


def _times(rows: Sequence[Row]) -> PostTimes:
    came = [row["came_at"] for row in rows if row["came_at"] is not None]
    published = tuple(from_ms(row["published_at"]) for row in rows)
    return PostTimes(published, from_ms(max(came)) if came else None)


def silence_from(rows: Sequence[Row]) -> SilentPost | None:
    """Return why a post alerted nobody. `rows`: of all its feeds, the loudest first."""
    if not rows or not rows[0]["silent"]:
        return None
    return SilentPost(Silence(rows[0]["silence"]), rows[0]["date_text"])


def digest_from(rows: Sequence[Row], posts: Mapping[int, Post]) -> SentDigest | None:
    """Return a message with several posts, of its rows; None without rows."""
    if not rows:
        return None
    return SentDigest(rows[0]["number"], newest_first([posts[row["post_id"]] for row in rows]))


def health_from(counts: Row, parked: Iterable[Row]) -> QueueHealth:
    """Return the state of the outbox, of a row with its counts and the rows of the parked destinations."""
    return QueueHealth(
        waiting=counts["waiting"],
        oldest_waiting=maybe_from_ms(counts["oldest"]),
        parked=tuple(destination_from(row) for row in parked),
        sent=counts["sent"],
        failed=counts["failed"],
        held=counts["held"],
        held_until=until_from(counts["held_until"]),
    )


def info_from(row: Row, post: Post | None) -> DeliveryInfo:
    """Return a row of the outbox, with its destination's columns and `term_name`, for display."""
    return DeliveryInfo(
        destination=destination_from(row),
        post=post,
        state=row["state"],
        at=maybe_from_ms(row["settled_at"]) or from_ms(row["created_at"]),
        error=row["error"],
        matched=_matched(row["term"], row["term_name"]),
        notice=row["notice"] or "",
        number=row["id"],
        attempts=row["attempts"],
        edited=row["edited"],
        held_for=HeldFor(row["held_for"]),
        due_at=until_from(row["due_at"]) if row["state"] == "held" else None,
    )


def _matched(key: str, name: str | None) -> str:
    """Return the name of the term that matched as /why shows it; "" for a notice, which has none."""
    if key in ("", EVERYTHING):
        return "everything" if key else ""
    kind = kind_of(key)
    name = name or key[2:]
    return name if kind is Kind.CATEGORY else f"#{name}" if kind is Kind.TAG else spelled(kind, name)
