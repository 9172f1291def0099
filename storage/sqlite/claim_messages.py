"""Builds the messages for adapters from claimed rows of the outbox."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime, tzinfo
from itertools import groupby

import aiosqlite

from bot.model import Action, Alert, Claim, Digest, HeldFor, Message, Notice, Post, Style
from bot.text.headings import digest_heading
from bot.text.normalize import attempt_key
from bot.timetable import held_until
from storage.sqlite.holding import PREFERENCES, preferences_from
from storage.sqlite.mapping import destination_from, maybe_from_ms, post_from
from storage.sqlite.posts import SELECT_POSTS

_CLAIMED = f"""
SELECT q.*, d.address, d.parked_at, d.parked_reason, {PREFERENCES}
FROM deliveries AS q
JOIN destinations AS d ON d.id = q.destination_id
WHERE q.id IN (SELECT value FROM json_each(:ids))
ORDER BY q.destination_id, coalesce(q.bundle, 'row:' || q.id), q.id
"""
_POSTS = SELECT_POSTS + "WHERE p.id IN (SELECT value FROM json_each(:ids))"


async def build_claims(
    connection: aiosqlite.Connection, sends: Sequence[int], edits: Sequence[int], now: datetime, zone: tzinfo
) -> list[Claim]:
    """Return the claims of the given rows, the oldest first. `zone`: of destinations that have set none."""
    if not sends and not edits:
        return []
    rows = list(await connection.execute_fetchall(_CLAIMED, {"ids": json.dumps([*sends, *edits])}))
    wanted = sorted({row["post_id"] for row in rows if row["post_id"] is not None})
    found = await connection.execute_fetchall(_POSTS, {"ids": json.dumps(wanted)})
    posts = {row["id"]: (post_from(row), row["revision"]) for row in found}
    edited = set(edits)
    groups = groupby(rows, key=lambda row: (row["destination_id"], row["bundle"] or row["id"]))
    claims = [_claim(list(group), posts, edited, now, zone) for _, group in groups]
    return sorted(claims, key=lambda claim: claim.delivery_ids[0])


def _claim(
    rows: Sequence[sqlite3.Row],
    posts: dict[int, tuple[Post, int]],
    edited: set[int],
    now: datetime,
    zone: tzinfo,
) -> Claim:
    first = rows[0]
    edit = first["id"] in edited
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
    )


def _what(row: sqlite3.Row, posts: dict[int, tuple[Post, int]]) -> str:
    """Return the subject of the message: the attempt key is made from it and the address."""
    if row["bundle"]:
        return str(row["bundle"])
    return posts[row["post_id"]][0].id if row["post_id"] is not None else f"notice:{row['id']}"


def _message(rows: Sequence[sqlite3.Row], posts: dict[int, tuple[Post, int]]) -> Message:
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


def _mention(rows: Sequence[sqlite3.Row]) -> str:
    """Return the mentions of a message: those of its rows, without duplicates."""
    return " ".join(dict.fromkeys(each for row in rows for each in row["mention"].split()))
