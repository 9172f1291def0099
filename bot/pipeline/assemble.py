"""Combines the results of the stages into the rows of the store, one per post. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.model import Feed, FeedState, Filing, NamedHub, ParsedFeed, Post, Silence
from bot.pipeline.classification import ClassifyRequest, ClassifyResult, refile_at
from bot.pipeline.classify.rules import better
from bot.pipeline.detect.changes import Candidate, WindowChanges, text_hash
from bot.pipeline.detect.remembered import is_redated, kept
from bot.pipeline.detection import Detected
from bot.pipeline.story_keys import story_keys
from bot.pipeline.summarize.extract import Reading
from bot.ports import PollCommit, PollRecord, PostRow


@dataclass(frozen=True, slots=True)
class NewsSettings:
    """Up to when a change of a post is news."""

    edits: int = 24  # of one post that are reported; a text that changes at every poll is no news
    recent: timedelta = timedelta(days=7)  # age up to which a changed filing of a silent post is news


NEWS = NewsSettings()


@dataclass(frozen=True, slots=True)
class AssembledPosts:
    """Rows for the store (see `bot.ports.PollCommit`), and the result of the classify stage."""

    new: tuple[PostRow, ...]
    changed: tuple[PostRow, ...]
    quiet_changed: tuple[PostRow, ...]
    filed: ClassifyResult

    @property
    def rows(self) -> tuple[PostRow, ...]:
        """All rows."""
        return self.new + self.changed + self.quiet_changed

    @property
    def highest_wordpress_id(self) -> int:
        """The highest post id among the rows, 0 without."""
        return max((row.wordpress_id for row in self.rows), default=0)

    @property
    def refile_at(self) -> datetime | None:
        """The earliest time to search for better evidence."""
        return min((row.refile_at for row in self.rows if row.refile_at is not None), default=None)


def assemble(
    request: ClassifyRequest, detected: Detected, classified: ClassifyResult, readings: Mapping[str, Reading]
) -> AssembledPosts:
    """Return the rows of new, silent and changed posts, and of known ones with new keys or a new date."""
    context, changes, now = _Context(request, classified, readings), detected.changes, request.now
    moved_ids = {known for _, known in changes.moved_ids}
    changed = [
        _changed(context, found, detected.known[found.post_id], moved_ids) for found in changes.changed
    ]
    same = [(found, detected.known[found.post_id], found.post_id in moved_ids) for found in changes.same]
    return AssembledPosts(
        new=tuple(
            _fresh(context, found, silent=silent)
            for part, silent in ((detected.silent, True), (detected.new, False))
            for found in part
        ),
        changed=tuple(after for before, after in changed if not _quiet(before, after, now)),
        quiet_changed=tuple(after for before, after in changed if _quiet(before, after, now))
        + tuple(
            kept(found, before, now if moved else before.moved_at)
            for found, before, moved in same
            if moved or is_redated(found, before)
        ),
        filed=classified,
    )


def commit_of(
    record: PollRecord,
    parsed: ParsedFeed,
    detected: Detected,
    posts: AssembledPosts,
    now: datetime,
    *,
    hub: NamedHub,
) -> PollCommit:
    """Return what the store writes in one transaction: the feed's next state, its posts and its hub."""
    state = _state_after(record.state, parsed, posts, now, detected.changes)
    return PollCommit(
        replace(record, state=state._replace(hub=hub.url, topic=hub.topic)),
        hub=hub,
        new=posts.new,
        changed=posts.changed,
        quiet_changed=posts.quiet_changed,
        vocabulary=posts.filed.vocabulary,
        at=now,
    )


@dataclass(frozen=True, slots=True)
class _Context:
    request: ClassifyRequest
    filed: ClassifyResult
    readings: Mapping[str, Reading]  # by post id, as the filings are

    def plan(self, post_id: str, filing: Filing, attempts: int, first_seen: datetime) -> datetime | None:
        settled = post_id in self.filed.settled
        return refile_at(filing, self.request, settled=settled, attempts=attempts, first_seen=first_seen)

    def story(self, found: Candidate, post_id: str, *, silent: bool = False) -> tuple[str, ...] | None:
        text, request = self.readings[post_id].text, self.request
        # A post from before the bot came, and without a date, could be of any time.
        published = (
            datetime.min.replace(tzinfo=UTC) if silent and not found.entry.published else found.published
        )
        return story_keys(found.entry, text, published, feed=request.feed, site=request.site, now=request.now)


def quiet_refiling(before: PostRow, after: PostRow, now: datetime) -> bool:
    """Return whether a silent post's new filing is no news, but only better evidence about the old one.

    A silent post was never announced, so its filing is news only if the author changed it within a week of
    publication. The author did if the evidence is exact before and after, and either of the same kind or
    accompanied by changed labels in the feed.
    """
    old, new = before.post.filing.rank, after.post.filing.rank
    author_did = old.exact and new.exact and (old is new or before.labels != after.labels)
    return before.silent and not (author_did and now - before.post.published <= NEWS.recent)


def _quiet(before: PostRow, after: PostRow, now: datetime) -> bool:
    same_filing = before.post.filing == after.post.filing
    return quiet_refiling(before, after, now) or (same_filing and before.edits >= NEWS.edits)


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
        feed=context.request.feed.settings.name,
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
        first_seen=context.request.now,
        silent=silent,
        silence=_silence(context.request.feed) if silent else Silence.UNKNOWN,
        date_text=entry.date_text,
        refile_at=context.plan(post.id, filing, 0, context.request.now),
        story=context.story(found, post.id, silent=silent),
    )


def _silence(feed: Feed) -> Silence:
    """Return why a post of this poll is silent: the first poll, or later its old date."""
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
        moved_at=context.request.now if old.id in moved_ids else before.moved_at,
        refile_at=context.plan(old.id, filing, before.refile_attempts, before.first_seen),
        story=context.story(found, old.id),
    )
    return before, after


def _state_after(
    state: FeedState, parsed: ParsedFeed, made: AssembledPosts, now: datetime, changes: WindowChanges
) -> FeedState:
    """Return the feed's state, updated with the posts of this poll."""
    first, renamed = changes.first, changes.warning != ""
    waiting = [each for each in (made.refile_at, state.refile_at) if each is not None]
    return state._replace(
        baseline_at=state.baseline_at or now,
        children=state.children or first,
        highest_wordpress_id=made.highest_wordpress_id if first else state.highest_wordpress_id,
        renamed_at=now if renamed else state.renamed_at,
        site=parsed.link or state.site,
        generator=parsed.generator,
        api=made.filed.api,
        api_retry_at=made.filed.api_retry_at,
        categories_at=made.filed.categories_at or state.categories_at,
        slow_until=made.filed.slow_until or state.slow_until,
        refile_at=min(waiting, default=None),
    )
