"""The detect stage with its two sources: the stored posts, and the feed's older pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from bot.model import Entry, Feed, ParsedFeed, Rename
from bot.pipeline import notices
from bot.pipeline.detect.changes import (
    Candidate,
    WindowChanges,
    detect_changes,
    lookup_keys,
    lookup_texts,
)
from bot.pipeline.detect.remembered import known_of, rows_by_id
from bot.pipeline.fetch.client import Fetcher
from bot.pipeline.older_pages import page_back, was_away
from bot.ports import Lexicon, PostRow
from bot.sandbox.remote import Runner
from bot.text.refiling import refiled


class PostStore(Protocol):
    """The store's queries about a feed's posts; see `bot.ports.FeedStore`."""

    async def known_posts(
        self, feed_id: int, ids: Sequence[str], aliases: Sequence[str], text_hashes: Sequence[str] = ()
    ) -> list[PostRow]:
        """Return the stored posts that have one of the ids, aliases or text hashes."""
        ...

    async def vocabulary(self, feed_id: int) -> Lexicon:
        """Return the names known to be categories of a feed."""
        ...


@dataclass(frozen=True, slots=True)
class Detected:
    """The changes in a window, with its known posts by id, and warnings for the admins."""

    changes: WindowChanges
    known: Mapping[str, PostRow]
    announce_latest: int = 0
    warnings: tuple[str, ...] = ()

    @property
    def new(self) -> tuple[Candidate, ...]:
        """Unseen entries that are announced; at a first poll, the newest `announce_latest`."""
        changes = self.changes
        return changes.new + changes.silent[len(changes.silent) - self._lifted :]

    @property
    def silent(self) -> tuple[Candidate, ...]:
        """Unseen entries that are stored and not announced."""
        return self.changes.silent[: len(self.changes.silent) - self._lifted]

    @property
    def to_read(self) -> tuple[Candidate, ...]:
        """All entries to be classified and summarized; the last ones have priority for evidence."""
        return (*self.silent, *self.changes.changed, *self.new)

    @property
    def _lifted(self) -> int:
        return min(self.announce_latest, len(self.changes.silent)) if self.changes.first else 0


async def detect(
    feed: Feed, parsed: ParsedFeed, now: datetime, *, store: PostStore, fetcher: Fetcher, parser: Runner
) -> Detected:
    """Return the changes in a parsed feed, and in older pages if posts may have dropped out of it.

    Raises FetchError or ParseError like `page_back`.
    """

    async def look(entries: Sequence[Entry]) -> Detected:
        return await compare(feed, entries, now, store)

    found = await look(parsed.entries)
    warnings = notices.renamed(feed.settings.name, found.changes.warning, feed.state.renamed_at, now)
    if found.changes.gap:
        older = await page_back(fetcher, parser, feed, parsed, look)
        if not older.closed and was_away(feed, now):
            warnings.append(notices.gap_left(feed.settings.name))
        found = await look((*parsed.entries, *older.entries))
    return Detected(found.changes, found.known, feed.settings.announce_latest, tuple(warnings))


def with_new_names(detected: Detected, renames: Sequence[Rename]) -> Detected:
    """Return what was detected, with the known posts as the store has them since it renamed categories."""
    if not renames:
        return detected
    known = {
        post_id: replace(row, post=replace(row.post, filing=refiled(row.post.filing, renames)))
        for post_id, row in detected.known.items()
    }
    return replace(detected, known=known)


async def compare(feed: Feed, entries: Sequence[Entry], now: datetime, store: PostStore) -> Detected:
    """Compare entries with the posts stored under their keys or texts."""
    keys = lookup_keys(entries)
    rows = await store.known_posts(feed.id, keys, keys, lookup_texts(entries))
    changes = detect_changes(
        entries,
        [known_of(row) for row in rows],
        baseline_at=feed.state.baseline_at,
        highest_wordpress_id=feed.state.highest_wordpress_id,
        now=now,
        looked_at=feed.state.last_success_at,
    )
    return Detected(changes, rows_by_id(rows))
