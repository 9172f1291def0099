"""Builds the messages for adapters from claimed rows of the outbox."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from itertools import groupby

from bot.model import Action, Alert, Claim, Digest, HeldFor, Message, Notice, Post, Style
from bot.story import together
from bot.text.headings import digest_heading
from bot.text.normalize import attempt_key
from bot.timetable import held_until
from storage.shared.holding import PREFERENCES, preferences_from
from storage.shared.mapping import destination_from, from_ms, maybe_from_ms, post_from
from storage.shared.rows import Row
from storage.shared.stories import shown_id

# What `claims_from` reads: of `deliveries AS q` and `destinations AS d`. No more, as each name is looked for
# among all columns of a row of SQLite.
CLAIM_COLUMNS = (
    "q.id, q.destination_id, q.bundle, q.post_id, q.shown_id, q.uncertain, q.plain, q.notice, q.mention, "
    "q.held_for, q.attempts, q.edit_attempts, q.first_attempt_at, q.reference, q.key_address, d.address, "
    f"d.parked_at, d.parked_reason, {PREFERENCES}"
)


@dataclass(frozen=True, slots=True)
class Stories:
    """The posts of claimed rows with all copies, and which feeds each destination follows.

    `copies`: by id. `told`: by the id of the first copy, those that are told together, the oldest first.
    `follows`: destination and feed; the feed 0 is every feed.
    """

    copies: Mapping[int, Row]
    told: Mapping[int, Sequence[Row]]
    follows: Collection[tuple[int, int]]
    posts: dict[int, Post] = field(default_factory=dict)  # those read so far, by the id of their copy

    @classmethod
    def of(cls, copies: Sequence[Row], follows: Iterable[Row]) -> Stories:
        """Read them from rows of `posts` with `feed_name`, the oldest first, and of subscriptions."""
        told: dict[int, list[Row]] = {}
        for each in copies:
            if each["joins"]:
                told.setdefault(each["canonical_id"], []).append(each)
        pairs = {(row["destination_id"], row["feed_id"]) for row in follows}
        return cls({row["id"]: row for row in copies}, told, pairs)

    def subject(self, row: Row) -> str:
        """Return the id of the first copy of the story of a delivery. It never changes."""
        return str(self.copies[row["post_id"]]["key"])

    def shown(self, row: Row) -> Row:
        """Return the copy that a delivery shows."""
        return self.copies[shown_id(row)]

    def post(self, row: Row) -> Post:
        """Return the post that a delivery shows, with what other feeds that its destination follows add."""
        shown = self.shown(row)
        others = [
            self._read(each)
            for each in (self.told.get(row["post_id"], ()) if shown["joins"] else ())
            if each["feed_id"] != shown["feed_id"] and self._follows(row["destination_id"], each["feed_id"])
        ]
        return together(self._read(shown), others) if others else self._read(shown)

    def _read(self, copy: Row) -> Post:
        post = self.posts.get(copy["id"])
        if post is None:
            post = self.posts[copy["id"]] = post_from(copy)
        return post

    def _follows(self, destination: int, feed: int) -> bool:
        return (destination, 0) in self.follows or (destination, feed) in self.follows


def told_apart(rows: Iterable[Row], copies: Sequence[Row]) -> list[int]:
    """Return the destinations of claimed rows whose posts have copies in other feeds."""
    several = {each["canonical_id"] for each in copies if each["id"] != each["canonical_id"]}
    return sorted({row["destination_id"] for row in rows if row["post_id"] in several})


def claims_from(
    rows: Sequence[Row], stories: Stories, edits: Collection[int], now: datetime, zone: tzinfo
) -> list[Claim]:
    """Return the claims of the given rows, the oldest first.

    `rows`: with CLAIM_COLUMNS; those of one message follow each other.
    `edits`: the ids of the rows whose sent messages are to be edited. `zone`: of destinations without one.
    """
    groups = groupby(rows, key=lambda row: (row["destination_id"], row["bundle"] or row["id"]))
    claims = [_claim(list(group), stories, edits, now, zone) for _, group in groups]
    return sorted(claims, key=lambda claim: claim.delivery_ids[0])


def _claim(
    rows: Sequence[Row], stories: Stories, edits: Collection[int], now: datetime, zone: tzinfo
) -> Claim:
    first = rows[0]
    shown = stories.shown(first) if first["post_id"] is not None else None
    edit = first["id"] in edits
    uncertain = any(row["uncertain"] for row in rows)
    alert = first["post_id"] is not None and not edit
    return Claim(
        delivery_ids=tuple(row["id"] for row in rows),
        action=Action.EDIT if edit else Action.SEND,
        key=attempt_key(first["key_address"] or first["address"], _what(first, stories)),
        destination=destination_from(first),
        message=_message(rows, stories),
        attempts=(first["edit_attempts"] if edit else first["attempts"]) - 1,
        uncertain=uncertain,
        first_attempt_at=maybe_from_ms(first["first_attempt_at"]) or now,
        reference=first["reference"],
        revision=shown["revision"] if shown else 0,
        quiet=uncertain and alert and held_until(preferences_from(first), now, zone) is not None,
        seen_at=from_ms(shown["first_seen_at"]) if shown and alert and not first["bundle"] else None,
    )


def _what(row: Row, stories: Stories) -> str:
    """Return the subject of the message: the attempt key is made from it and the address."""
    if row["bundle"]:
        return str(row["bundle"])
    return stories.subject(row) if row["post_id"] is not None else f"notice:{row['id']}"


def _message(rows: Sequence[Row], stories: Stories) -> Message:
    first = rows[0]
    plain = bool(first["plain"])
    if first["post_id"] is None:
        return Notice(text=first["notice"], plain=plain)
    if first["bundle"]:
        return Digest(
            posts=newest_first([stories.post(row) for row in rows]),
            heading=digest_heading([HeldFor(row["held_for"]) for row in rows], len(rows)),
            mention=_mention(rows),
            plain=plain,
            number=first["id"],
        )
    return Alert(
        post=stories.post(first),
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
