"""Windows of a feed, and a store that remembers what was sifted, for tests of what is new."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.model import Entry
from bot.pipeline.detect.changes import (
    Candidate,
    StoredPost,
    WindowChanges,
    detect_changes,
    lookup_keys,
    lookup_texts,
    text_hash,
)

BASELINE = datetime(2022, 11, 26, 12, tzinfo=UTC)
NOW = BASELINE + timedelta(days=10)
HIGHEST = 100  # WordPress number of the newest post of the baseline


def days(number: float) -> datetime:
    """Return a time so many days after the baseline."""
    return BASELINE + timedelta(days=number)


def post(number: int, day: float | None = None, **fields: object) -> Entry:
    """Return a WordPress post as its feed prints it."""
    entry = Entry(
        guid=f"http://blog.example/?p={number}",
        link=f"https://blog.example/2022/post-{number}/",
        title=f"Post {number}",
        published=None if day is None else days(day),
        html=f"<p>Text of post {number}.</p>",
        labels=("Trade", "Asia"),
    )
    return replace(entry, **fields)  # type: ignore[arg-type]  # fields of an entry by name


class Memory:
    """What a store would know of one feed; it finds posts by their aliases, and may tell them or not."""

    def __init__(self, baseline: Iterable[Entry] = (), *, tells_aliases: bool = False) -> None:
        self._tells_aliases = tells_aliases
        self.posts: dict[str, StoredPost] = {}
        self.baseline_at: datetime | None = None
        self.looked_at: datetime | None = None
        entries = list(baseline)
        if entries:
            self.poll(entries, now=BASELINE)
            self.baseline_at = BASELINE

    def look(self, entries: Sequence[Entry], now: datetime = NOW) -> WindowChanges:
        """Sift a window with the posts that its ids and aliases find; remember nothing."""
        keys, texts = set(lookup_keys(entries)), set(lookup_texts(entries))
        found = [
            post for post in self.posts.values() if keys & {post.id, *post.aliases} or post.text_hash in texts
        ]
        if not self._tells_aliases:
            found = [replace(post, aliases=()) for post in found]
        return detect_changes(
            entries,
            found,
            baseline_at=self.baseline_at,
            highest_wordpress_id=HIGHEST,
            now=now,
            looked_at=self.looked_at,
        )

    def poll(self, entries: Sequence[Entry], now: datetime = NOW) -> WindowChanges:
        """Sift a window and remember what it brought, as the poll does."""
        changes = self.look(entries, now)
        for found in (*changes.new, *changes.silent, *changes.changed, *changes.same):
            self._remember(found)
        for new_id, known_id in changes.moved_ids:
            self._add(known_id, new_id)
        self.looked_at = now
        return changes

    def _remember(self, found: Candidate) -> None:
        entry = found.entry
        key = found.known.id if found.known else found.identity.id
        before = self.posts.get(key)
        known = StoredPost(
            id=key,
            guid=entry.guid or (before.guid if before else ""),
            link=entry.link or (before.link if before else ""),
            title=entry.title or (before.title if before else ""),
            published=entry.published or (before.published if before else found.published),
            text_hash=text_hash(entry),
            labels=entry.labels,
            aliases=before.aliases if before else (),
            dated=entry.published is not None or (before is not None and before.dated),
        )
        self.posts[key] = known
        for alias in found.identity.aliases:
            self._add(key, alias)

    def _add(self, key: str, alias: str) -> None:
        known = self.posts[key]
        self.posts[key] = replace(known, aliases=tuple(dict.fromkeys((*known.aliases, alias))))


def titles(found: Iterable[Candidate]) -> list[str]:
    """Return the titles of found entries, in order."""
    return [each.entry.title for each in found]
