"""Categories and tags, the filing of posts under them, and the other terms of a filter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

EVERYTHING = "*"  # the term that stands for "every post" in a filter


class Kind(StrEnum):
    """The kind of a term: authors *file* a post under categories and *tag* it with tags.

    Words and author are no part of a filing: they are what a person looks for in a post.
    """

    CATEGORY = "category"
    TAG = "tag"
    WORDS = "words"  # a word or a phrase in the title or the text
    AUTHOR = "author"


FILING_KINDS = (Kind.CATEGORY, Kind.TAG)  # the kinds that a blog gives names of


class Cadence(StrEnum):
    """How soon a subscription delivers."""

    NOW = "now"
    DAILY = "daily"
    WEEKLY = "weekly"


class EvidenceRank(IntEnum):
    """The quality of the evidence for a filing; lower is better (docs/architecture.md, "Filing")."""

    API = 1  # WordPress.com API or wp-json: categories and tags are separate objects
    PAGE = 2  # the post's own page: rel, href and classes of its links
    ORDER = 3  # exactly one descent in the feed's merged list separates categories from tags
    KNOWN = 4  # names known to be categories; several readings possible
    GIVEN = 5  # the feed is no WordPress feed: its categories are taken as they are
    NONE = 9  # no labels were printed, or the evidence is not conclusive

    @property
    def exact(self) -> bool:
        """Whether no better evidence is expected, so that no re-filing is planned."""
        return self in (EvidenceRank.API, EvidenceRank.PAGE, EvidenceRank.GIVEN)


@dataclass(frozen=True, slots=True)
class Filing:
    """The categories and tags of a post, and the evidence for them.

    `ambiguous`: the evidence allows several readings. `categories` then has only those that all readings
    share. Followers of another category get the post once better evidence shows that it is filed there.
    """

    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    rank: EvidenceRank = EvidenceRank.NONE
    evidence: str = ""  # one sentence that /why can show
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """A category or a tag as known for a feed. `fold` is its tolerant form (`bot.text.normalize.fold`)."""

    kind: Kind
    name: str
    fold: str
    posts: int = 0  # number of posts in the archive with this term
    feed: str = ""  # name of the feed it belongs to
    last_used: datetime | None = None  # when the newest of those posts was published


@dataclass(frozen=True, slots=True)
class BlogCategory:
    """A category as its blog knows it: by a number that stays when the name changes.

    `parent`: the number of the category above it, 0 for none, None where the blog did not say.
    """

    id: int
    name: str
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class Rename:
    """A category whose posts are filed under another name now; names as used (`FeedSettings.aliases`)."""

    old: str
    new: str
