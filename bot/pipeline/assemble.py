"""From sifted entries to rows of the store: filed, summarized, and told apart by what follows from them.

Belongs to the poll (it knows several stages).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.errors import BystanderError
from bot.model import Entry, Feed, FeedState, Filing, ParsedFeed, Post, Silence
from bot.pipeline.classify.rules import better
from bot.pipeline.collect_evidence import ClassifyRequest, ClassifyResult, ToFile, refile_at
from bot.pipeline.detect.changes import Candidate, WindowChanges, text_hash
from bot.pipeline.detect.remembered import is_redated, kept
from bot.pipeline.summarize.extract import Reading, Source
from bot.ports import Lexicon, PostRow
from bot.sandbox.sandbox import Sandbox
from bot.text.truncate import clip

_log = logging.getLogger(__name__)

MOST_EDITS = 24  # of one post that are passed on; a text that changes on every poll is no news
RECENT = timedelta(days=7)  # within which a changed filing of a post we never announced is still news
READ_SECONDS = 30.0  # for the texts of one poll; the rest is left unread, so that nobody waits for malice
_AT_ONCE = 20  # posts read in one call through the sandbox
_SUMMARY = 600  # characters


@dataclass(frozen=True, slots=True)
class AssembledPosts:
    """Rows for the store (see `bot.ports.PollCommit`), and what was learned on the way."""

    new: tuple[PostRow, ...]
    silent: tuple[PostRow, ...]
    changed: tuple[PostRow, ...]
    quiet_changed: tuple[PostRow, ...]
    filed: ClassifyResult

    @property
    def rows(self) -> tuple[PostRow, ...]:
        """All rows."""
        return self.new + self.silent + self.changed + self.quiet_changed

    @property
    def highest_wordpress_id(self) -> int:
        """The highest post id among the rows, 0 without."""
        return max((row.wordpress_id for row in self.rows), default=0)

    @property
    def refile_at(self) -> datetime | None:
        """When better evidence is to be looked for at the earliest."""
        return min((row.refile_at for row in self.rows if row.refile_at is not None), default=None)


class Files(Protocol):
    """Files the posts of a job; never raises for what a blog does."""

    async def file(self, job: ClassifyRequest) -> ClassifyResult:
        """Return a filing for each post of the job."""
        ...


class PostAssembler:
    """Makes rows of what a poll brought."""

    def __init__(self, collector: Files, sandbox: Sandbox) -> None:
        self._collector = collector
        self._sandbox = sandbox

    async def make(
        self,
        feed: Feed,
        parsed: ParsedFeed,
        changes: WindowChanges,
        *,
        rows: Mapping[str, PostRow],
        vocabulary: Lexicon,
        now: datetime,
    ) -> AssembledPosts:
        """File and summarize; `rows` are the known posts of the window by id."""
        new, silent = _announced(changes, feed.settings.announce_latest)
        wanted = (*silent, *changes.changed, *new)  # the last ones get evidence first
        job = ClassifyRequest(
            feed=feed,
            posts=[_to_file(found) for found in wanted],
            generator=parsed.generator,
            site=parsed.link or feed.state.site,
            vocabulary=vocabulary,
            now=now,
        )
        filed = await self._collector.file(job)
        read = await self._read([found.entry for found in wanted])
        readings = {_id(found): reading for found, reading in zip(wanted, read, strict=True)}
        context = _Context(job, filed, readings)
        moved_ids = {known for _, known in changes.moved_ids}
        changed = [_changed(context, found, rows[_id(found)], moved_ids) for found in changes.changed]
        same = [(found, rows[_id(found)], _id(found) in moved_ids) for found in changes.same]
        return AssembledPosts(
            new=tuple(_fresh(context, found, silent=False) for found in new),
            silent=tuple(_fresh(context, found, silent=True) for found in silent),
            changed=tuple(after for before, after in changed if not _quiet(before, after, now)),
            quiet_changed=tuple(after for before, after in changed if _quiet(before, after, now))
            + tuple(
                kept(found, before, now if moved else before.moved_at)
                for found, before, moved in same
                if moved or is_redated(found, before)
            ),
            filed=filed,
        )

    async def _read(self, entries: Sequence[Entry]) -> list[Reading]:
        """Read the texts in the sandbox, in the order of the entries."""
        deadline = asyncio.get_running_loop().time() + READ_SECONDS
        sources = [Source(entry.html, entry.title, entry.excerpt) for entry in entries]
        batches = [sources[start : start + _AT_ONCE] for start in range(0, len(sources), _AT_ONCE)]
        return [reading for batch in batches for reading in await self._read_some(batch, deadline)]

    async def _read_some(self, sources: list[Source], deadline: float) -> list[Reading]:
        """Read texts together, else each by itself: one that cannot be read does not spoil the others."""
        try:
            async with asyncio.timeout_at(deadline):
                readings: list[Reading] = await self._sandbox.run(
                    "bot.pipeline.summarize.reader:read", sources
                )
        except (BystanderError, TimeoutError) as error:
            if len(sources) > 1:
                return [reading for each in sources for reading in await self._read_some([each], deadline)]
            _log.warning(
                "The text of %r cannot be read: %s", sources[0].title, str(error) or "no time is left"
            )
            return [Reading(summary=clip(sources[0].excerpt, _SUMMARY), text="", update="")]
        return readings


@dataclass(frozen=True, slots=True)
class _Context:
    job: ClassifyRequest
    filed: ClassifyResult
    readings: Mapping[str, Reading]  # by post id, as the filings are

    def plan(self, post_id: str, filing: Filing, attempts: int, first_seen: datetime) -> datetime | None:
        settled = post_id in self.filed.settled
        return refile_at(filing, self.job, settled=settled, attempts=attempts, first_seen=first_seen)


def quiet_refiling(before: PostRow, after: PostRow, now: datetime) -> bool:
    """Whether a new filing of a post is only better knowledge of ours, and nobody is to be told.

    A post of the baseline was never announced: only when its author changed the filing, and not long after
    it came out, is that news. The author did when exact evidence says so, and the feed or evidence of the
    same kind said otherwise before.
    """
    old, new = before.post.filing.rank, after.post.filing.rank
    author_did = old.exact and new.exact and (old is new or before.labels != after.labels)
    return before.silent and not (author_did and now - before.post.published <= RECENT)


def _quiet(before: PostRow, after: PostRow, now: datetime) -> bool:
    same_filing = before.post.filing == after.post.filing
    return quiet_refiling(before, after, now) or (same_filing and before.edits >= MOST_EDITS)


def _announced(changes: WindowChanges, latest: int) -> tuple[tuple[Candidate, ...], tuple[Candidate, ...]]:
    """Return new and silent entries; of a first poll the newest `latest` are announced."""
    if not changes.first or not latest:
        return changes.new, changes.silent
    return changes.new + changes.silent[-latest:], changes.silent[:-latest]


def _to_file(found: Candidate) -> ToFile:
    entry = found.entry
    return ToFile(
        id=_id(found),
        link=entry.link,
        guid=entry.guid,
        title=entry.title,
        wordpress_id=found.identity.wordpress_id,
        labels=entry.labels,
        html=entry.html,
    )


def _id(found: Candidate) -> str:
    return found.known.id if found.known else found.identity.id


def _fresh(context: _Context, found: Candidate, *, silent: bool) -> PostRow:
    """Return the row of a post seen for the first time."""
    entry, reading = found.entry, context.readings[found.identity.id]
    filing = context.filed.filings[found.identity.id]
    post = Post(
        id=found.identity.id,
        link=entry.link,
        title=entry.title,
        author=entry.author,
        published=found.published,
        summary=reading.summary,
        filing=filing,
        image=entry.image,
        feed=context.job.feed.settings.name,
    )
    return PostRow(
        post=post,
        guid=entry.guid,
        wordpress_id=found.identity.wordpress_id,
        aliases=found.identity.aliases,
        labels=entry.labels,
        text=reading.text,
        text_hash=text_hash(entry),
        printed=entry.published,
        first_seen=context.job.now,
        silent=silent,
        silence=_silence(context.job.feed) if silent else Silence.UNKNOWN,
        date_text=entry.date_text,
        refile_at=context.plan(post.id, filing, 0, context.job.now),
    )


def _silence(feed: Feed) -> Silence:
    """Return why a post of this poll is silent: beyond the first poll only its date makes it so."""
    return Silence.FIRST if feed.state.baseline_at is None else Silence.OLD


def _changed(
    context: _Context, found: Candidate, before: PostRow, moved_ids: Collection[str]
) -> tuple[PostRow, PostRow]:
    """Return a known post before and after an edit or a new filing."""
    entry, reading = found.entry, context.readings[before.post.id]
    offered, old = context.filed.filings[before.post.id], before.post
    filing = offered if better(offered, old.filing) else old.filing
    added = reading.update if reading.update and reading.update not in before.text else ""
    post = replace(
        old,
        link=entry.link or old.link,
        title=entry.title or old.title,
        author=entry.author or old.author,
        summary=reading.summary or old.summary,
        filing=filing,
        image=entry.image,
        update=added or old.update,
    )
    after = replace(
        before,
        post=post,
        guid=entry.guid or before.guid,
        aliases=(found.identity.id, *found.identity.aliases),
        labels=entry.labels,
        text=reading.text or before.text,
        text_hash=text_hash(entry),
        printed=entry.published or before.printed,
        edits=before.edits + 1,
        moved_at=context.job.now if old.id in moved_ids else before.moved_at,
        refile_at=context.plan(old.id, filing, before.refile_attempts, before.first_seen),
    )
    return before, after


def state_after(
    state: FeedState, parsed: ParsedFeed, made: AssembledPosts, now: datetime, changes: WindowChanges
) -> FeedState:
    """Return the feed's state with what the posts of this poll add to it."""
    first, renamed = changes.first, changes.warning != ""
    waiting = [each for each in (made.refile_at, state.refile_at) if each is not None]
    return replace(
        state,
        baseline_at=state.baseline_at or now,
        highest_wordpress_id=made.highest_wordpress_id if first else state.highest_wordpress_id,
        renamed_at=now if renamed else state.renamed_at,
        site=parsed.link or state.site,
        generator=parsed.generator,
        api=made.filed.api,
        api_retry_at=made.filed.api_retry_at,
        slow_until=made.filed.slow_until or state.slow_until,
        refile_at=min(waiting, default=None),
    )
