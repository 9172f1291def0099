"""Searches for better evidence for posts that were classified on weak evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from bot.model import Feed, FeedState
from bot.pipeline.assemble import quiet_refiling
from bot.pipeline.blog_categories import CategoryKeeper, filed_above
from bot.pipeline.classification import EVIDENCE, ClassifyRequest, ClassifyResult, ToFile, refile_at
from bot.pipeline.classify.rules import better
from bot.pipeline.collect_evidence import EvidenceCollector
from bot.ports import Lexicon, PollCommit, PollRecord, PostRow


class RefileStore(Protocol):
    """The store's queries for reclassification; see `bot.ports.FeedStore`."""

    async def posts_to_refile(self, feed_id: int, now: datetime, limit: int) -> list[PostRow]:
        """Return posts whose search for better evidence is due by `now`, oldest first."""
        ...

    async def vocabulary(self, feed_id: int) -> Lexicon:
        """Return the names known to be categories of a feed."""
        ...


async def reclassify(
    feed: Feed,
    record: PollRecord,
    now: datetime,
    *,
    store: RefileStore,
    collector: EvidenceCollector,
    keeper: CategoryKeeper,
) -> PollRecord | PollCommit:
    """Return what to store after a poll without news: its record, and the reclassified posts."""
    if feed.state.refile_at is None or feed.state.refile_at > now:
        return record
    most, any_time = EVIDENCE.refiled_at_once, datetime(9999, 1, 1, tzinfo=UTC)
    waiting = await store.posts_to_refile(feed.id, any_time, most + 1)  # one more shows what is left
    rows = [row for row in waiting if row.refile_at is not None and row.refile_at <= now][:most]
    request = ClassifyRequest(
        feed=feed,
        posts=[_to_file(row) for row in rows],
        generator=feed.state.generator,
        site=feed.state.site,
        vocabulary=await store.vocabulary(feed.id),
        now=now,
    )
    classified = await collector.classify(request)
    known, filings = {row.post.id: row for row in rows}, classified.filings
    filings = filed_above(feed, filings, await keeper.known(feed), known)
    classified = replace(classified, filings=filings)
    pairs = [(row, _refiled(row, classified, request)) for row in rows]
    left = [after for _, after in pairs] + waiting[len(rows) :]
    return _commit(
        replace(record, state=_state_after(record.state, classified, left)), pairs, classified, now
    )


def _state_after(state: FeedState, classified: ClassifyResult, left: Sequence[PostRow]) -> FeedState:
    return state._replace(
        api=classified.api,
        api_retry_at=classified.api_retry_at,
        slow_until=classified.slow_until or state.slow_until,
        refile_at=min((row.refile_at for row in left if row.refile_at is not None), default=None),
    )


def _commit(
    record: PollRecord, pairs: Sequence[tuple[PostRow, PostRow]], classified: ClassifyResult, now: datetime
) -> PollCommit:
    return PollCommit(
        record,
        changed=tuple(after for before, after in pairs if not quiet_refiling(before, after, now)),
        quiet_changed=tuple(after for before, after in pairs if quiet_refiling(before, after, now)),
        vocabulary=classified.vocabulary,
        at=now,
    )


def _to_file(row: PostRow) -> ToFile:
    return ToFile(
        id=row.post.id,
        link=row.post.link,
        guid=row.guid,
        title=row.post.title,
        wordpress_id=row.wordpress_id,
        labels=row.labels,
        ask_page=row.refile_attempts < EVIDENCE.page_tries,
    )


def _refiled(row: PostRow, filed: ClassifyResult, job: ClassifyRequest) -> PostRow:
    """Return the post with the better of both filings and the time of the next search."""
    offered = filed.filings[row.post.id]
    filing = offered if better(offered, row.post.filing) else row.post.filing
    attempts = row.refile_attempts + 1
    settled = row.post.id in filed.settled
    return replace(
        row,
        post=replace(row.post, filing=filing),
        refile_attempts=attempts,
        refile_at=refile_at(filing, job, settled=settled, attempts=attempts, first_seen=row.first_seen),
    )
