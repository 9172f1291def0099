"""Compares one entry with one known post: keys, title, text and date. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from enum import Enum
from functools import lru_cache

from bot.model import Entry
from bot.pipeline.detect.identity import Identity, alias, digest, identify, text_hash, text_key
from bot.pipeline.detect.settings import DETECT
from bot.text.normalize import fold

DOUBTS = 2  # the guid and the link may each be unfit as a key
_NO_WORDS = digest("")
_QUERY = re.compile(r"\?[^#]*")


@dataclass(frozen=True, slots=True)
class StoredPost:
    """A post as stored: guid, link, title, text and labels as last seen.

    `published`: the printed date if `dated`, else when the post was first seen. `aliases`: other keys
    recorded for it, besides those derived from its guid and link.
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
    """An entry of the window with its identity. `known` is the matching stored post; None while unseen.

    `published`: the printed date, or now if that date is missing or in the future. `place`: position of the
    entry in the document, 0 at the top. `characters`: length of the text behind `text_hash`.
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
        """The id of the known post, else the entry's own."""
        return self.known.id if self.known else self.identity.id

    @property
    def edited(self) -> bool:
        """Whether title, text, labels or link of a known post differ; U+00A0 in titles counts as a space.

        A link that differs in its query alone is the same: some sites write a new one into each answer, and
        every message would be edited at every poll.
        """
        entry, post, words = self.entry, self.known, self.entry.title.split()
        return post is not None and (
            (words != post.title.split() and words != [])
            or post.text_hash not in ("", self.text_hash)
            or entry.labels != post.labels
            or is_other_page(entry.link, post.link)
        )


class Dates(Enum):
    """How the date of an entry compares with the date of a known post."""

    SAME = "same"
    NEAR = "near"  # less than 24 h apart, or less than 36 h where one has no time of day
    NONE = "none"  # one of the two has no date
    FAR = "far"


def compare_dates(entry: Entry, post: StoredPost) -> Dates:
    """Compare the printed dates of an entry and a known post."""
    if entry.published is None or post.published is None or not post.dated:
        return Dates.NONE
    if entry.published == post.published:
        return Dates.SAME
    cut = at_midnight(entry.published) is not at_midnight(post.published)
    apart = abs(entry.published - post.published)
    return Dates.NEAR if apart < (DETECT.cut if cut else DETECT.touched) else Dates.FAR


def is_no_later(entry: Entry, post: StoredPost) -> bool:
    """Return whether an entry is dated no later than a known post; a repeat would be dated later."""
    return bool(entry.published and post.published and entry.published <= post.published)


def at_midnight(date: datetime) -> bool:
    """Return whether a date has no time of day: it is at midnight UTC."""
    return date.astimezone(UTC).time() == time()


def same_title(entry: Entry, post: StoredPost) -> bool:
    """Return whether both have the same, non-empty title."""
    return fold(entry.title) == fold(post.title) != ""


def same_text(found: Candidate, post: StoredPost) -> bool:
    """Return whether both have the same, non-empty text."""
    return found.text_hash == post.text_hash not in ("", _NO_WORDS)


def same_number(found: Candidate, post: StoredPost) -> bool:
    """Return whether the two may be one post; a WordPress blog never gives one post two numbers."""
    mine, theirs = found.identity, identify(Entry(post.guid, post.link, post.title))
    place, _, number = mine.id.rpartition(":")
    before, _, other = theirs.id.rpartition(":")
    return not (mine.wordpress_id and theirs.wordpress_id and place == before and number != other)


def contradicts(entry: Entry, post: StoredPost) -> bool:
    """Return whether title or date contradict that an entry is a known post."""
    title = fold(entry.title)
    return title not in ("", fold(post.title)) or entry.published not in (None, post.published)


def is_reuse(found: Candidate, post: StoredPost) -> bool:
    """Return whether another post re-uses the guid: other link and title, and a date over 30 days later."""
    date, before = found.entry.published, post.published
    return (
        is_other_link(found.entry.link, post.link)
        and fold(found.entry.title) != fold(post.title)
        and date is not None
        and before is not None
        and date - before > DETECT.reused_after
    )


def is_other_link(link: str, before: str) -> bool:
    """Return whether two non-empty links lead to different posts, ignoring scheme and host."""
    return bool(link and before) and (alias(link) or link) != (alias(before) or before)


def is_other_page(link: str, before: str) -> bool:
    """Return whether two links lead to different posts and differ in more than their queries."""
    return is_other_link(link, before) and is_other_link(_QUERY.sub("", link), _QUERY.sub("", before))


def doubting(entry: Entry, doubted: int) -> Identity:
    """Return the identity of an entry, ignoring its guid if `doubted` is 1, guid and link if it is 2."""
    if not doubted:
        return identify(entry)
    return identify(replace(entry, guid="", link="" if doubted == DOUBTS else entry.link))


def keys_of(entry: Entry) -> frozenset[str]:
    """Return all keys that derive from guid, link, title and date of an entry."""
    if text_key(entry):  # else a key may be made of its text, or of its date as it is written
        return _keys(entry.guid, entry.link, entry.title, entry.published)
    return _derived(entry)


@lru_cache(maxsize=500)  # most entries of a window are known posts, whose keys are asked for next
def _keys(guid: str, link: str, title: str, published: datetime | None) -> frozenset[str]:
    return _derived(Entry(guid=guid, link=link, title=title, published=published))


def _derived(entry: Entry) -> frozenset[str]:
    found = [doubting(entry, doubted) for doubted in range(DOUBTS + 1)]
    return frozenset(key for identity in found for key in (identity.id, *identity.aliases))


def keys_of_known(post: StoredPost) -> frozenset[str]:
    """Return all keys of a known post: those stored, and those this version of the program derives."""
    given = keys_of(Entry(guid=post.guid, link=post.link, title=post.title, published=post.published))
    return given | {post.id, *post.aliases}


def lookup_keys(entries: Iterable[Entry]) -> list[str]:
    """Return every id and alias under which posts of this window may be stored."""
    return list(dict.fromkeys(key for entry in entries for key in keys_of(entry)))


def lookup_texts(entries: Iterable[Entry]) -> list[str]:
    """Return the text hashes under which posts of this window may be stored, except the empty text's."""
    found = dict.fromkeys(text_hash(entry) for entry in entries)
    return [each for each in found if each != _NO_WORDS]
