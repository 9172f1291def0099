"""What the classify stage is asked, and what it answers. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import BlogApi, Feed, Filing, ParsedFeed
from bot.pipeline.detection import Detected
from bot.ports import Lexicon


@dataclass(frozen=True, slots=True)
class EvidenceSettings:
    """How much a blog is asked in one poll, and when it is asked again."""

    seconds: float = 5.0  # for all evidence of a poll, half of them for the API: the alert goes out in time
    seconds_when_slow: float = 1.0  # the same, after the blog did not answer in time
    slow_for: timedelta = timedelta(minutes=10)  # how long a blog counts as slow after that
    pages_at_once: int = 2
    most_pages: int = 20  # in a poll; the other posts are classified by the feed alone, and again later
    retry_api: timedelta = timedelta(days=1)  # after which a blog without an API is asked for one again
    refile_for: timedelta = timedelta(days=7)  # how long better evidence for a new post is looked for
    refile_at_most: float = 3600.0  # seconds between two looks, except for feeds polled less often


EVIDENCE = EvidenceSettings()


@dataclass(frozen=True, slots=True)
class ToFile:
    """What is known of a post that is to be filed."""

    id: str
    link: str
    guid: str
    title: str
    wordpress_id: int
    labels: tuple[str, ...]
    html: str = ""
    ask_page: bool = True  # its page has not been asked in vain before


@dataclass(frozen=True, slots=True)
class ClassifyRequest:
    """Posts of one feed to be filed at `now`. `vocabulary`: what is known of the feed's names so far."""

    feed: Feed
    posts: Sequence[ToFile]
    generator: str
    site: str  # the blog's own address, as the feed prints it
    vocabulary: Lexicon
    now: datetime

    @property
    def wordpress(self) -> bool:
        """Whether the feed's labels are categories and tags merged, as WordPress prints them."""
        return "wordpress" in self.generator.casefold() or any(post.wordpress_id for post in self.posts)


@dataclass(frozen=True, slots=True)
class ClassifyResult:
    """The filings by post id, names learned to be categories, and what polling remembers of the API."""

    filings: Mapping[str, Filing]
    vocabulary: tuple[str, ...]
    api: BlogApi | None
    api_retry_at: datetime | None
    slow_until: datetime | None  # the blog kept us waiting; until then it is not waited for as long
    settled: frozenset[str]  # ids of posts that all has been heard about: asking again would tell no more


def classify_request(
    feed: Feed, parsed: ParsedFeed, detected: Detected, vocabulary: Lexicon, now: datetime
) -> ClassifyRequest:
    """Return the request to classify what a poll detected."""
    return ClassifyRequest(
        feed=feed,
        posts=[
            ToFile(
                id=found.post_id,
                link=found.entry.link,
                guid=found.entry.guid,
                title=found.entry.title,
                wordpress_id=found.identity.wordpress_id,
                labels=found.entry.labels,
                html=found.entry.html,
            )
            for found in detected.to_read
        ],
        generator=parsed.generator,
        site=parsed.link or feed.state.site,
        vocabulary=vocabulary,
        now=now,
    )


def refile_at(
    filing: Filing, job: ClassifyRequest, *, settled: bool, attempts: int, first_seen: datetime
) -> datetime | None:
    """Return when to look for better evidence: after 1, 2, then 4 intervals; None when there is no use.

    `settled`: API and page have answered, and said nothing.
    """
    if filing.rank.exact or not job.wordpress or settled or job.now - first_seen > EVIDENCE.refile_for:
        return None
    every = job.feed.settings.every
    wait = every * 2.0 ** min(attempts, 2)
    return job.now + timedelta(seconds=min(wait, max(every, EVIDENCE.refile_at_most)))
