"""Looks for better evidence for posts that were filed on weak evidence. Belongs to the poll."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.model import Feed
from bot.pipeline.assemble import quiet_refiling
from bot.pipeline.classify.rules import better
from bot.pipeline.collect_evidence import (
    ClassifyRequest,
    ClassifyResult,
    EvidenceCollector,
    ToFile,
    refile_at,
)
from bot.ports import FeedStore, PollCommit, PollRecord, PostRow

AT_ONCE = 10  # posts a poll
PAGE_TRIES = 3  # times that a post's page is asked again; then only the API is
_ANY_TIME = datetime(9999, 1, 1, tzinfo=UTC)


class Reclassifier:
    """Files posts again whose time for that has come."""

    def __init__(self, store: FeedStore, collector: EvidenceCollector) -> None:
        self._store = store
        self._collector = collector

    async def refile(self, feed: Feed, record: PollRecord, now: datetime) -> PollCommit:
        """Return what a poll without news stores: its record, and the posts that were filed again."""
        waiting = await self._store.posts_to_refile(feed.id, _ANY_TIME, AT_ONCE + 1)
        rows = [row for row in waiting if row.refile_at is not None and row.refile_at <= now][:AT_ONCE]
        job = ClassifyRequest(
            feed=feed,
            posts=[_to_file(row) for row in rows],
            generator=feed.state.generator,
            site=feed.state.site,
            vocabulary=await self._store.vocabulary(feed.id),
            now=now,
        )
        filed = await self._collector.file(job)
        pairs = [(row, _refiled(row, filed, job)) for row in rows]
        left = [after for _, after in pairs] + waiting[len(rows) :]
        state = replace(
            record.state,
            api=filed.api,
            api_retry_at=filed.api_retry_at,
            slow_until=filed.slow_until or record.state.slow_until,
            refile_at=min((row.refile_at for row in left if row.refile_at is not None), default=None),
        )
        return PollCommit(
            replace(record, state=state),
            changed=tuple(after for before, after in pairs if not quiet_refiling(before, after, now)),
            quiet_changed=tuple(after for before, after in pairs if quiet_refiling(before, after, now)),
            vocabulary=filed.vocabulary,
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
        ask_page=row.refile_attempts < PAGE_TRIES,
    )


def _refiled(row: PostRow, filed: ClassifyResult, job: ClassifyRequest) -> PostRow:
    """Return the post with the better of both filings and the next time to look."""
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
