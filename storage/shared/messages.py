"""Builds the messages for adapters from claimed rows of the outbox."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from itertools import groupby

from bot.model import Action, Alert, Claim, Digest, HeldFor, Message, Notice, Post, Style
from bot.text.headings import digest_heading
from bot.text.normalize import attempt_key
from bot.timetable import held_until
from storage.shared.holding import preferences_from
from storage.shared.mapping import destination_from, from_ms, maybe_from_ms, post_from
from storage.shared.rows import Row

Posts = Mapping[int, tuple[Post, int, datetime]]  # posts, their revisions and when they were seen, by id


def posts_from(rows: Iterable[Row]) -> Posts:
    """Return the posts for `claims_from`, of rows of `posts` with `feed_name`."""
    return {row["id"]: (post_from(row), row["revision"], from_ms(row["first_seen_at"])) for row in rows}


def claims_from(
    rows: Sequence[Row], posts: Posts, edits: Collection[int], now: datetime, zone: tzinfo
) -> list[Claim]:
    """Return the claims of the given rows, the oldest first.

    `rows`: of `deliveries` with their destinations' columns; those of one message follow each other.
    `edits`: the ids of the rows whose sent messages are to be edited. `zone`: of destinations without one.
    """
    groups = groupby(rows, key=lambda row: (row["destination_id"], row["bundle"] or row["id"]))
    claims = [_claim(list(group), posts, edits, now, zone) for _, group in groups]
    return sorted(claims, key=lambda claim: claim.delivery_ids[0])


def _claim(rows: Sequence[Row], posts: Posts, edits: Collection[int], now: datetime, zone: tzinfo) -> Claim:
    first = rows[0]
    edit = first["id"] in edits
    uncertain = any(row["uncertain"] for row in rows)
    alert = first["post_id"] is not None and not edit
    return Claim(
        delivery_ids=tuple(row["id"] for row in rows),
        action=Action.EDIT if edit else Action.SEND,
        key=attempt_key(first["key_address"] or first["address"], _what(first, posts)),
        destination=destination_from(first),
        message=_message(rows, posts),
        attempts=(first["edit_attempts"] if edit else first["attempts"]) - 1,
        uncertain=uncertain,
        first_attempt_at=maybe_from_ms(first["first_attempt_at"]) or now,
        reference=first["reference"],
        revision=posts[first["post_id"]][1] if first["post_id"] is not None else 0,
        quiet=uncertain and alert and held_until(preferences_from(first), now, zone) is not None,
        seen_at=posts[first["post_id"]][2] if alert and not first["bundle"] else None,
    )


def _what(row: Row, posts: Posts) -> str:
    """Return the subject of the message: the attempt key is made from it and the address."""
    if row["bundle"]:
        return str(row["bundle"])
    return posts[row["post_id"]][0].id if row["post_id"] is not None else f"notice:{row['id']}"


def _message(rows: Sequence[Row], posts: Posts) -> Message:
    first = rows[0]
    plain = bool(first["plain"])
    if first["post_id"] is None:
        return Notice(text=first["notice"], plain=plain)
    if first["bundle"]:
        return Digest(
            posts=newest_first([posts[row["post_id"]][0] for row in rows]),
            heading=digest_heading([HeldFor(row["held_for"]) for row in rows], len(rows)),
            mention=_mention(rows),
            plain=plain,
            number=first["id"],
        )
    return Alert(
        post=posts[first["post_id"]][0],
        mention=_mention(rows),
        plain=plain,
        style=Style(first["style"]),
        mention_last=bool(first["mention_last"]),
    )


def newest_first(posts: Sequence[Post]) -> tuple[Post, ...]:
    """Return the posts of a message in their order. `posts`: in the order in which they were seen.

    Of posts with the same date, the one seen last comes first.
    """
    return tuple(sorted(posts, key=lambda post: post.published)[::-1])


def _mention(rows: Sequence[Row]) -> str:
    """Return the mentions of a message: those of its rows, without duplicates."""
    return " ".join(dict.fromkeys(each for row in rows for each in row["mention"].split()))
