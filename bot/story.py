"""Decides whether a post of one feed tells the same story as a post of another. Pure.

A story that is taken for another is lost for its readers, and one that comes twice is only a nuisance. So
what is in doubt is two stories:

| agrees | one story |
|---|---|
| title and text, the text long | if their dates are less than a day apart, or the link is the same too |
| link and title, dates less than a day apart | if one text is in the other, or they were printed at once |
| link and a long text, dates less than a day apart | yes, with another title |
| nearly the text and the title, dates less than a day apart | with `cluster = "near"`, see `_is_near` |

A link counts where it leads to the feed's own site: two blogs may comment on one article of a third. Text and
link count only while nothing else in either feed has them, as a weekly thread repeats both. A story has at
most one post of each feed, since a feed that prints two posts means two. Two pages of one site are two
stories unless their addresses end alike.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from hashlib import blake2b
from urllib.parse import urlsplit

from bot.model import Post
from bot.text.normalize import fold
from bot.text.overlap import Gap, overlap
from bot.text.tokens import tokens

LINK, TEXT, MARK = "l:", "x:", "n:"  # the beginnings of keys: link, title with text, marks of shingles


@dataclass(frozen=True, slots=True)
class StorySettings:
    """How much must agree, and how far a search goes."""

    keep: timedelta = timedelta(days=30)  # how long a post can be found by its keys
    day: timedelta = timedelta(days=1)  # dates less apart are near
    found: int = 10  # newest posts that are looked at for each key, and that are compared
    characters: int = 12_000  # of a text that are compared word by word
    words: int = 2_000  # likewise, for scripts where each character is one
    long: int = 200  # characters of a text that is not equal by chance, if the title says something too
    very_long: int = 600  # the same, under a title such as "Open thread"
    title_words: int = 4  # of a title that says something
    title_signs: int = 8  # the same in scripts without spaces
    short: int = 8  # words; fewer could be in many texts
    shingle: int = 4  # words
    marks: int = 8  # smallest hashes of shingles that are kept
    marks_shared: int = 3  # of two texts that can be near; those with four fifths in common share six
    near_words: int = 100  # of a text that can be near another one
    near_common: float = 0.8  # of the longer text that is in both
    block: int = 4  # words that only one text has in one place; fewer may turn its sense
    blocks: int = 3  # places where an excerpt may leave something out
    read_on: int = 6  # words below an excerpt that are not in the text, such as "continue reading"
    title_common: float = 0.6  # of the longer title that is in both


STORY = StorySettings()
_SLUG = re.compile(r"\d|[^\W\d_]+[-_][^\W\d_]+[-_][^\W\d_]+")  # in an address of one post's own page
_WORDY = re.compile(r"[^\W\d_]{2,}[^\w/]+[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Copy:
    """What of a post says which story it tells. `keys`: those of `bot.ports.PostRow.story`."""

    feed: int
    keys: frozenset[str]
    title: str
    link: str
    text: str
    published: datetime
    printed: datetime | None = None
    image: str = ""

    @property
    def date(self) -> datetime:
        """The date as the feed prints it, also in the future; without one, when the post was first seen."""
        return self.printed or self.published


@dataclass(frozen=True, slots=True)
class Told:
    """A stored copy. `story`: the id of the first copy; `began`: the date of that; `first`: this is it.

    `ours`: the story has a post of the new copy's feed already.
    """

    copy: Copy
    story: int
    began: datetime
    first: bool = True
    ours: bool = False


def story_of(new: Copy, found: Sequence[Told]) -> int | None:
    """Return the oldest story that a new copy tells, of those found by its keys; None if it is another one.

    Only those that share most keys are compared, so that texts made for it cost little.
    """
    carriers = Counter((key, each.copy.feed) for each in found for key in each.copy.keys & new.keys)

    def shared(told: Told) -> frozenset[str]:
        """Return the keys of both that nothing else in either feed has."""
        if told.ours or told.copy.feed == new.feed:
            return frozenset()
        both = told.copy.keys & new.keys
        return frozenset(
            key for key in both if not carriers[key, new.feed] and carriers[key, told.copy.feed] == 1
        )

    likely = sorted(((each, shared(each)) for each in found), key=lambda pair: (-len(pair[1]), pair[0].story))
    same = (each.story for each, keys in likely[: STORY.found] if keys and _is_same(new, each, keys))
    return min(same, default=None)


def together(post: Post, others: Iterable[Post]) -> Post:
    """Return a post as it is shown with the other copies of its story: their feeds, and all categories."""
    copies = list(others)
    names: dict[str, str] = {}
    for name in (name for each in (post, *copies) for name in each.filing.categories):
        names.setdefault(fold(name), name)
    own = dict.fromkeys(post.filing.categories)
    filing = replace(post.filing, categories=tuple(own | dict.fromkeys(names.values())))
    feeds = dict.fromkeys(each.feed for each in copies if each.feed != post.feed)
    return replace(post, filing=filing, also=tuple(feeds))


def has_telling_text(title: str, text: str, words: Sequence[str]) -> bool:
    """Return whether no other post has a title with its text by chance. `words`: of the text."""
    of_title = tokens(title)
    longer = sum(len(word) > 1 and word.isalpha() for word in of_title)
    says = longer >= STORY.title_words or len(of_title) - longer >= STORY.title_signs
    enough = STORY.long if says else STORY.very_long
    return bool(fold(title)) and len(text) >= enough and len(words) >= STORY.short


def marks_of(words: Sequence[str]) -> tuple[str, ...]:
    """Return the marks by which a nearly equal text is found: the smallest of some hashes of its shingles."""
    if not STORY.near_words <= len(words) <= STORY.words:
        return ()
    starts = range(len(words) - STORY.shingle + 1)
    hashes = [
        blake2b(" ".join(words[at : at + STORY.shingle]).encode("utf-8", "replace"), digest_size=64).digest()
        for at in starts
    ]
    size = 64 // STORY.marks
    smallest = (min(each[at : at + size] for each in hashes) for at in range(0, 64, size))
    return tuple(f"{MARK}{place}:{mark.hex()}" for place, mark in enumerate(smallest))


def _is_same(new: Copy, told: Told, shared: frozenset[str]) -> bool:
    kinds = Counter(key[:2] for key in shared)
    near = all(abs(new.date - each) < STORY.day for each in (told.copy.date, told.began))
    if kinds[TEXT] and (kinds[LINK] or (near and not _is_other_page(new, told.copy))):
        return True
    if kinds[LINK] and near and _agree(new, told.copy):
        return True
    alike = told.first and near and kinds[MARK] >= STORY.marks_shared
    return alike and not _is_other_page(new, told.copy) and _is_near(new, told.copy)


def _is_other_page(new: Copy, other: Copy) -> bool:
    """Return whether both are on one site under addresses, or with pictures, that differ."""
    (host, path), (other_host, other_path) = _place(new.link), _place(other.link)
    if host != other_host or not host or path == other_path:
        return False
    end, other_end = path.rpartition("/")[2], other_path.rpartition("/")[2]
    pictures = {_place(each.image)[1].rpartition("/")[2] for each in (new, other) if each.image}
    return end != other_end or not _WORDY.search(end) or len(pictures) > 1


def _place(address: str) -> tuple[str, str]:
    """Return the host, without www, and the rest of an address; both "" for what is none."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return "", ""
    query = f"?{parts.query}" if parts.query else ""
    return parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/") + query


def _agree(new: Copy, other: Copy) -> bool:
    """Return whether title and text allow that two posts under one link are one.

    The answers in a forum share link and title, so short or empty texts count as equal only if they were
    published at the same time.
    """
    ours, theirs = _words(new.text), _words(other.text)
    own_page = bool(_SLUG.search(_place(new.link)[1]))
    at_once = own_page and _at_once(new, other)
    if fold(new.title) != fold(other.title) or not fold(new.title):
        return ours == theirs != [] and (at_once or len(new.text) >= STORY.long)
    if ours == theirs and len(ours) >= STORY.short:
        return True
    less, more = sorted((ours, theirs), key=len)
    if at_once or (own_page and less == more and _is_undated(new, other)):
        return True
    return len(less) >= STORY.short and _is_excerpt(less, more)


def _at_once(new: Copy, other: Copy) -> bool:
    """Return whether both are printed with the same date and time of day."""
    printed = new.printed
    return printed is not None and printed == other.printed and printed.astimezone(UTC).time() != time()


def _is_undated(new: Copy, other: Copy) -> bool:
    return new.printed is None or other.printed is None


def _is_excerpt(less: Sequence[str], more: Sequence[str]) -> bool:
    """Return whether one text is a part of another, but for a few words such as "continue reading"."""
    found = overlap(less, more)
    below = found.tail.ours
    return (
        len(found.gaps) <= STORY.blocks
        and not any(gap.ours for gap in found.gaps)
        and len(below) <= STORY.read_on
        and not _numbers(below)
        and found.common >= STORY.short
    )


def _is_near(new: Copy, other: Copy) -> bool:
    """Return whether four fifths of the longer text are in both, and the rest in one of them alone.

    Words in the place of other words, or a few words more, may be the news in a text that is otherwise the
    same each time. A block more in one place, as long as a short sentence, is a note, a caption or a foot.
    """
    ours, theirs = _words(new.text), _words(other.text)
    if not _are_titles_alike(tokens(new.title), tokens(other.title)) or not ours or not theirs:
        return False
    found = overlap(ours, theirs)
    return (
        found.common >= STORY.near_common * max(len(ours), len(theirs))
        and all(map(_is_block, found.gaps))
        and not found.tail.exchanged
    )


def _is_block(gap: Gap) -> bool:
    return not gap.exchanged and len(gap.ours or gap.theirs) >= STORY.block


def _are_titles_alike(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Return whether titles are equal, or one has words more in front or behind, but no other numbers."""
    less, more = sorted((ours, theirs), key=len)
    if ours == theirs:
        return bool(ours)
    inside = len(less) >= STORY.block and (more[: len(less)] == less or more[-len(less) :] == less)
    enough = len(less) >= STORY.title_common * len(more)
    return inside and enough and _numbers(less) == _numbers(more)


def _numbers(words: Iterable[str]) -> list[str]:
    return sorted(word for word in words if any(sign.isdigit() for sign in word))


def _words(text: str) -> list[str]:
    return tokens(text[: STORY.characters])[: STORY.words]
