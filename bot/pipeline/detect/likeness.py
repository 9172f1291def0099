"""How much one entry is like one known post: keys, title, text and date compared. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import Enum

from bot.model import Entry
from bot.pipeline.detect.identity import Identity, alias, digest, identify, text_hash
from bot.text.normalize import fold

DOUBTS = 2  # guid and link may be no keys
LONG = 200  # characters of a text that are not written twice by chance
_REUSED_AFTER = timedelta(days=30)
_TOUCHED = timedelta(hours=24)
_CUT = timedelta(hours=36)  # a date cut to its day, in any time zone
_NO_WORDS = digest("")


@dataclass(frozen=True, slots=True)
class StoredPost:
    """What the store remembers of a post: guid, link, title, text and labels as last seen.

    `published`: the printed date, else when it was first seen; `dated` tells which. `aliases`: other keys
    recorded for it; those that its guid and link give go without saying.
    """

    id: str
    guid: str
    link: str
    title: str
    published: datetime | None
    text_hash: str
    labels: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    dated: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry of the window, identified. `known` is the post it is; None while unseen.

    `published`: the printed date, or the present moment where it is later or none is printed. `place`: of
    the entry in the document, 0 at the top. `characters`: how long the text behind `text_hash` is.
    """

    entry: Entry
    identity: Identity
    published: datetime
    known: StoredPost | None = None
    place: int = 0
    text_hash: str = ""
    characters: int = 0

    @property
    def post_id(self) -> str:
        """The id of the post that the entry is: that of the known one, else its own."""
        return self.known.id if self.known else self.identity.id

    @property
    def edited(self) -> bool:
        """Whether title, text, labels or link of a known post differ; U+00A0 comes and goes in titles."""
        entry, post, words = self.entry, self.known, self.entry.title.split()
        return post is not None and (
            (words != post.title.split() and words != [])
            or post.text_hash not in ("", self.text_hash)
            or entry.labels != post.labels
            or is_other_link(entry.link, post.link)
        )


class Dates(Enum):
    """How the date of an entry stands to the one a post had."""

    SAME = "same"
    NEAR = "near"  # less than a day apart, or a little more where one is cut to its day
    NONE = "none"  # one of the two has none
    FAR = "far"


def compare_dates(entry: Entry, post: StoredPost) -> Dates:
    """Compare the printed dates of an entry and a known post."""
    if entry.published is None or post.published is None or not post.dated:
        return Dates.NONE
    if entry.published == post.published:
        return Dates.SAME
    cut = at_midnight(entry.published) is not at_midnight(post.published)
    apart = abs(entry.published - post.published)
    return Dates.NEAR if apart < (_CUT if cut else _TOUCHED) else Dates.FAR


def is_no_later(entry: Entry, post: StoredPost) -> bool:
    """Whether an entry is dated no later than a known post, as no repeat of that post would be."""
    return bool(entry.published and post.published and entry.published <= post.published)


def at_midnight(date: datetime) -> bool:
    """Whether a date has no time of day."""
    return date.astimezone(UTC).time() == time()


def same_title(entry: Entry, post: StoredPost) -> bool:
    """Whether both have a title, and the same one."""
    return fold(entry.title) == fold(post.title) != ""


def same_text(found: Candidate, post: StoredPost) -> bool:
    """Whether both have a text, and the same one."""
    return found.text_hash == post.text_hash not in ("", _NO_WORDS)


def same_number(found: Candidate, post: StoredPost) -> bool:
    """Whether the two may be one WordPress post: a blog does not give one post two numbers."""
    mine, theirs = found.identity, identify(Entry(post.guid, post.link, post.title))
    place, _, number = mine.id.rpartition(":")
    before, _, other = theirs.id.rpartition(":")
    return not (mine.wordpress_id and theirs.wordpress_id and place == before and number != other)


def contradicts(entry: Entry, post: StoredPost) -> bool:
    """Whether title or date speak against an entry being a known post."""
    title = fold(entry.title)
    return title not in ("", fold(post.title)) or entry.published not in (None, post.published)


def is_reuse(found: Candidate, post: StoredPost) -> bool:
    """Whether the guid of a known post is used again for another one: link, title and date all say so."""
    date, before = found.entry.published, post.published
    return (
        is_other_link(found.entry.link, post.link)
        and fold(found.entry.title) != fold(post.title)
        and date is not None
        and before is not None
        and date - before > _REUSED_AFTER
    )


def is_other_link(link: str, before: str) -> bool:
    """Whether two links, both given, lead to different posts; host and scheme do not matter."""
    return bool(link and before) and (alias(link) or link) != (alias(before) or before)


def doubting(entry: Entry, doubted: int) -> Identity:
    """Return the identity of an entry of which the guid (1), the link too (2), is not believed."""
    return identify(
        replace(entry, guid="" if doubted else entry.guid, link="" if doubted == DOUBTS else entry.link)
    )


def keys_of(entry: Entry) -> frozenset[str]:
    """Return all keys that guid, link, title and date of an entry give."""
    found = [doubting(entry, doubted) for doubted in range(DOUBTS + 1)]
    return frozenset(key for identity in found for key in (identity.id, *identity.aliases))


def keys_of_known(post: StoredPost) -> frozenset[str]:
    """Return all keys of a known post, those included that a later version of this program gives it."""
    given = keys_of(Entry(guid=post.guid, link=post.link, title=post.title, published=post.published))
    return given | {post.id, *post.aliases}


def lookup_keys(entries: Iterable[Entry]) -> list[str]:
    """Return every id and alias under which the store may know posts of this window."""
    return list(dict.fromkeys(key for entry in entries for key in keys_of(entry)))


def lookup_texts(entries: Iterable[Entry]) -> list[str]:
    """Return the text hashes under which the store may know posts of this window; none for no words."""
    found = dict.fromkeys(text_hash(entry) for entry in entries)
    return [each for each in found if each != _NO_WORDS]
