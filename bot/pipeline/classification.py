"""The requests and results of the classify stage. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import BlogApi, Feed, Filing, Kind, ParsedFeed
from bot.pipeline.classify.evidence import FiledPost
from bot.pipeline.classify.given import Said
from bot.pipeline.classify.hosts import WORDPRESS, filed_by_link, host_of, section_of
from bot.pipeline.detection import Detected
from bot.ports import Lexicon


@dataclass(frozen=True, slots=True)
class EvidenceSettings:
    """Limits of the requests for evidence in one poll, and when they are repeated."""

    seconds: float = 5.0  # for all evidence of a poll, half of it for the API; short, as the alert waits
    seconds_when_slow: float = 1.0  # the same, after the blog did not answer in time
    slow_for: timedelta = timedelta(minutes=10)  # how long a blog counts as slow after that
    pages_at_once: int = 2
    most_pages: int = 20  # per poll; other posts are classified by the feed alone, and again later
    retry_api: timedelta = timedelta(days=1)  # until the API of a blog without one is searched for again
    refile_for: timedelta = timedelta(days=7)  # how long better evidence for a new post is searched for
    refile_at_most: float = 3600.0  # seconds between two searches, except for feeds polled less often
    refiled_at_once: int = 10  # posts per poll
    page_tries: int = 3  # how often a post's page is fetched again; after that only the API is queried


EVIDENCE = EvidenceSettings()


@dataclass(frozen=True, slots=True)
class ToFile:
    """The data of a post to be classified."""

    id: str
    link: str
    guid: str
    title: str
    wordpress_id: int
    labels: tuple[str, ...]
    kinds: tuple[Kind | None, ...] = ()  # of each label, as far as the feed says so
    html: str = ""
    ask_page: bool = True  # False once its page has been requested too often in vain


@dataclass(frozen=True, slots=True)
class ClassifyRequest:
    """Posts of one feed to be classified at `now`. `vocabulary`: the feed's names learned so far."""

    feed: Feed
    posts: Sequence[ToFile]
    generator: str
    site: str  # the blog's own address, as the feed prints it
    vocabulary: Lexicon
    now: datetime
    shelves: tuple[str, ...] = ()  # categories of the feed as a whole

    @property
    def wordpress(self) -> bool:
        """Whether the feed's labels are categories and tags merged, as WordPress prints them.

        The generator decides; only if it names no known program, the look of the guids does.
        """
        host = host_of(self.generator)
        return host == WORDPRESS if host else any(post.wordpress_id for post in self.posts)

    def said_of(self, post: ToFile) -> Said:
        """Return what the feed says of a post's labels beside their names."""
        in_link = filed_by_link(post.link, self.site)
        section = section_of(self.generator, self.site, self.feed.url)
        return Said(post.kinds, host_of(self.generator), in_link, self.shelves, section)


@dataclass(frozen=True, slots=True)
class ClassifyResult:
    """The filings by post id, names learned to be categories, and the API's state to be stored."""

    filings: Mapping[str, Filing]
    vocabulary: tuple[str, ...]
    api: BlogApi | None
    api_retry_at: datetime | None
    slow_until: datetime | None  # the blog was slow; until then its time limit is shorter
    settled: frozenset[str]  # ids of posts for which all sources have answered: no need to ask again
    answered: BlogApi | None = None  # the API that answered now
    listed: tuple[FiledPost, ...] = ()  # what it lists, if that is certainly the feed's own blog
    categories_at: datetime | None = None  # when the list of categories was asked for, if that was now


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
                kinds=found.entry.kinds,
                html=found.entry.html,
            )
            for found in detected.to_read
        ],
        generator=parsed.generator,
        site=parsed.link or feed.state.site,
        vocabulary=vocabulary,
        now=now,
        shelves=parsed.shelves,
    )


def refile_at(
    filing: Filing, job: ClassifyRequest, *, settled: bool, attempts: int, first_seen: datetime
) -> datetime | None:
    """Return when to search for better evidence: after 1, 2, then 4 intervals; None if that is useless.

    `settled`: the API and the page have answered, without exact evidence.
    """
    if filing.rank.exact or not job.wordpress or settled or job.now - first_seen > EVIDENCE.refile_for:
        return None
    every = job.feed.settings.every
    wait = every * 2.0 ** min(attempts, 2)
    return job.now + timedelta(seconds=min(wait, max(every, EVIDENCE.refile_at_most)))
