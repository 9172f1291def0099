"""Categories, tags, and what we know of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

EVERYTHING = "*"  # the term that stands for "every post" in a filter


class Kind(StrEnum):
    """What a term is: the author *files* a post under categories and merely *tags* it."""

    CATEGORY = "category"
    TAG = "tag"


class Cadence(StrEnum):
    """How soon a subscription delivers."""

    NOW = "now"
    DAILY = "daily"
    WEEKLY = "weekly"


class EvidenceRank(IntEnum):
    """The quality of the evidence for a filing; lower is better (docs/architecture.md, "Filing")."""

    API = 1  # WordPress.com API or wp-json: categories and tags are separate objects
    PAGE = 2  # the post's own page: rel, href and classes of its links
    ORDER = 3  # exactly one descent in the feed's merged list
    KNOWN = 4  # names known to be categories; several readings possible
    GIVEN = 5  # the feed is no WordPress feed: its categories are taken as they are
    NONE = 9  # nothing was printed, or the evidence decides nothing

    @property
    def exact(self) -> bool:
        """Whether better evidence cannot be expected, so that no re-filing is planned."""
        return self in (EvidenceRank.API, EvidenceRank.PAGE, EvidenceRank.GIVEN)


@dataclass(frozen=True, slots=True)
class Filing:
    """What a post is filed under and tagged with, and on what evidence.

    `ambiguous`: the evidence allows several readings. `categories` then holds those that all readings share.
    Followers of another category get the post when better evidence decides for it.
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
    posts: int = 0  # posts in the archive that carry it
    feed: str = ""  # name of the feed it belongs to
    last_used: datetime | None = None  # when the newest of those posts was published
