"""Recognises known posts under new keys by their text. Pure; the table of rules is in `changes.py`.

A text is strong evidence only if no other post has it: a weekly thread repeats both words and title, and many
posts share stock excerpts and show notes. So each rule requires something that a second post could not have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from bot.pipeline.detect.identity import alias
from bot.pipeline.detect.likeness import (
    Candidate,
    Dates,
    StoredPost,
    at_midnight,
    compare_dates,
    is_no_later,
    same_number,
    same_text,
    same_title,
)
from bot.pipeline.detect.settings import DETECT
from bot.text.normalize import fold

Claim = tuple[Candidate, StoredPost]
Candidates = Callable[[Candidate], Iterable[StoredPost]]


class Moves:
    """The evidence, from the window and all known posts, that entries are known posts under new keys."""

    def __init__(self, found: Sequence[Candidate], posts: Iterable[StoredPost]) -> None:
        self._found = found
        posts = list(posts)  # each count is the larger of two: entries in the window, known posts
        self._texts = Counter(each.text_hash for each in found) | Counter(post.text_hash for post in posts)
        self._retold = Counter((fold(each.entry.title), each.text_hash) for each in found) | Counter(
            (fold(post.title), post.text_hash) for post in posts
        )
        self._links = Counter(alias(each.entry.link) for each in found) | Counter(
            alias(post.link) for post in posts
        )

    def counts(self, found: Candidate, post: StoredPost) -> bool:
        """Return whether the text counts as a key: nothing else has it, and it is no repeat of the post."""
        return self._has_own_text(found, post) and _is_no_repeat(found, post)

    def is_rebuilt(self, found: Candidate, post: StoredPost) -> bool:
        """Return whether link, title and text are the post's, and the entry is no repeat of it."""
        return self._has_its_page(found, post) and _is_no_repeat(found, post)

    def single(self, candidates: Candidates) -> Iterator[Claim]:
        """Yield entries, each with a post whose move is certain without evidence from other entries."""
        for found, post in self._pairs(candidates):
            if same_text(found, post) and same_number(found, post) and self._is_retold(found, post):
                yield found, post

    def together(self, candidates: Candidates, moved: int) -> list[Claim]:
        """Return entries with posts whose move is accepted only if half of the window or more has moved.

        `moved`: how many moves are certain by themselves. A single entry must agree in title and date.
        """
        claims = [(found, post, compare_dates(found.entry, post)) for found, post in self._pairs(candidates)]
        exact = [
            (found, post)
            for found, post, dates in claims
            if dates is Dates.SAME and same_title(found.entry, post)
        ]
        alike = [claim for claim in claims if self._is_alike(claim[0], claim[1])]
        far = [(found, post) for found, post, dates in alike if dates is Dates.FAR]
        loose = [
            (found, post)
            for found, post, dates in alike
            if dates in (Dates.SAME, Dates.NEAR) or (dates is Dates.NONE and self._is_only_one(found, post))
        ]
        one_build = _are_one_build(found.entry.published for found, _ in far)
        loose += [
            (found, post)
            for found, post in far
            if (one_build and self._is_only_one(found, post)) or self._has_its_page(found, post)
        ]
        all_of_them = [*exact, *loose]
        return all_of_them if moved + len({found.identity.id for found, _ in all_of_them}) > 1 else exact

    def _pairs(self, candidates: Candidates) -> Iterator[Claim]:
        for found in self._found:
            if found.known is None:
                yield from ((found, post) for post in candidates(found))

    def _is_retold(self, found: Candidate, post: StoredPost) -> bool:
        title, dates = same_title(found.entry, post), compare_dates(found.entry, post)
        if dates is Dates.SAME and title:
            return True
        earlier = dates is Dates.NEAR and is_no_later(found.entry, post)
        if title and earlier:
            return True
        if dates is Dates.FAR or not self._has_own_text(found, post):
            return False
        date, long = found.entry.published, found.characters >= DETECT.long
        if long and earlier:
            return True
        if dates is Dates.SAME and date is not None:
            return long or not at_midnight(date)
        return (title or long) and self._is_missing(found, post, dates)

    def _is_missing(self, found: Candidate, post: StoredPost, dates: Dates) -> bool:
        """Return whether the post is absent though its place is in view: newer ones did not push it out."""
        in_view = [each for each in self._found if each.known is not None]
        if dates is Dates.NONE:
            places = [each.place for each in in_view]
            return bool(places) and min(places) < found.place < max(places)
        before = post.published
        return before is not None and any(
            each.known and each.known.published is not None and each.known.published < before
            for each in in_view
        )

    def _is_alike(self, found: Candidate, post: StoredPost) -> bool:
        """Return whether title (or lack of one) and text agree, or title and a link of this post alone."""
        title = same_title(found.entry, post)
        untitled = fold(found.entry.title) == fold(post.title) == ""
        return (same_text(found, post) and (title or untitled)) or (title and self._has_own_link(found, post))

    def _is_only_one(self, found: Candidate, post: StoredPost) -> bool:
        retold = self._retold[(fold(found.entry.title), found.text_hash)]
        return self._has_own_link(found, post) or (same_text(found, post) and retold == 1)

    def _has_own_text(self, found: Candidate, post: StoredPost) -> bool:
        """Return whether both have the same text, and no other entry or known post has it."""
        return same_text(found, post) and self._texts[found.text_hash] == 1

    def _has_its_page(self, found: Candidate, post: StoredPost) -> bool:
        """Return whether link, title and text are the post's, and no other post has the link."""
        return self._has_own_link(found, post) and same_title(found.entry, post) and same_text(found, post)

    def _has_own_link(self, found: Candidate, post: StoredPost) -> bool:
        link = alias(found.entry.link)
        return link == alias(post.link) != "" and self._links[link] == 1


def _is_no_repeat(found: Candidate, post: StoredPost) -> bool:
    return found.characters >= DETECT.long or compare_dates(found.entry, post) is not Dates.FAR


def _are_one_build(dates: Iterable[datetime | None]) -> bool:
    found = [date for date in dates if date is not None]
    return len(found) >= DETECT.build and max(found) - min(found) <= DETECT.build_span
