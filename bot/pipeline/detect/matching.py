"""Matches the entries of a window with known posts: by id, or by other keys that agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.model import Entry
from bot.pipeline.detect.identity import Identity, alias, re_uses, reused, text_key, without_text
from bot.pipeline.detect.likeness import (
    DOUBTS,
    Candidate,
    StoredPost,
    contradicts,
    doubting,
    is_reuse,
    keys_of_known,
    same_text,
    same_title,
)
from bot.pipeline.detect.moves import Moves
from bot.pipeline.detect.settings import DETECT
from bot.text.normalize import fold

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


class Window:
    """The entries of one document, oldest first, matched one to one with known posts."""

    def __init__(self, entries: Sequence[Entry], known: Iterable[StoredPost], now: datetime) -> None:
        places = {id(entry): place for place, entry in enumerate(entries)}
        found = [_found(identity, entry, places[id(entry)], now) for identity, entry in _identified(entries)]
        self.found = sorted(found, key=lambda each: (each.published, -each.place))
        self.moved: list[tuple[str, str]] = []
        self._posts = {post.id: post for post in known}
        self._keys = {post.id: keys_of_known(post) for post in self._posts.values()}
        self._under: dict[str, list[StoredPost]] = {}
        self._with_text: dict[str, list[StoredPost]] = {}
        for post in sorted(self._posts.values(), key=lambda each: each.published or _LONG_AGO, reverse=True):
            for key in self._keys[post.id]:
                posts = self._under.setdefault(key, [])
                if len(posts) < DETECT.compared or key == post.id:
                    posts.append(post)
            self._with_text.setdefault(post.text_hash, []).append(post)
        self._taken: set[str] = set()

    def match_ids(self) -> None:
        """Match entries whose id is known: with the post of this id, else with posts that share the key."""
        self._accept(self._claims(self._is_named))
        self._accept(self._claims(self._is_sharing))
        self.found = [self._unless_reused(found) for found in self.found]

    def match_moved(self) -> None:
        """Match entries whose id is unknown by their other keys or their text."""
        moves = self._moves()
        self.moved += self._accept(
            (found, post)
            for found in self._unseen()
            for post in self._candidates(alias(found.entry.guid), alias(found.entry.link))
            if self._is_moved(found, post, moves)
        )
        self.moved += self._accept(self._moves().single(self._retold))
        retold = self._moves().together(self._alike, len(self.moved))
        renamed = len({found.identity.id for found, _ in retold})
        if 2 * (renamed + len(self.moved)) >= len(self.found):
            self.moved += self._accept(retold)

    def pass_over_twins(self) -> None:
        """Leave out unseen entries with the link, title, text and date of another one.

        A known one stays; else the one whose id is the least, whatever the order of the document.
        """
        ids = {_content(found): "" for found in self.found if found.known}
        for found in sorted(self._unseen(), key=lambda each: each.identity.id):
            ids.setdefault(_content(found), found.identity.id)
        self.found = [
            found
            for found in self.found
            if found.known or not found.entry.link or ids[_content(found)] == found.identity.id
        ]

    def _moves(self) -> Moves:
        return Moves(self.found, self._posts.values())

    def _claims(self, is_own: Callable[[Candidate, StoredPost], bool]) -> list[tuple[Candidate, StoredPost]]:
        return [
            (found, post)
            for found in self._unseen()
            for post in self._candidates(found.identity.id)
            if is_own(found, post) and not is_reuse(found, post)
        ]

    def _is_named(self, found: Candidate, post: StoredPost) -> bool:
        return post.id == found.identity.id or re_uses(post.id, found.identity.id)

    def _is_sharing(self, found: Candidate, post: StoredPost) -> bool:
        """Return whether the entry is this post of another id; if several share the key, the rest decides."""
        return (
            found.identity.id in post.aliases
            or len(self._candidates(found.identity.id)) == 1
            or self._agreement(found, post) >= DETECT.enough
            or not contradicts(found.entry, post)
        )

    def _unless_reused(self, found: Candidate) -> Candidate:
        key = found.identity.id
        if found.known or not (key in self._posts or self._candidates(key)):
            return found
        return replace(found, identity=reused(found.identity, found.entry))

    def _unseen(self) -> list[Candidate]:
        return [found for found in self.found if found.known is None]

    def _candidates(self, *keys: str) -> list[StoredPost]:
        posts = {post.id: post for key in keys for post in self._under.get(key, ())}
        return [post for post in posts.values() if post.id not in self._taken]

    def _retold(self, found: Candidate) -> list[StoredPost]:
        """Return posts with the text of an entry that are not matched yet."""
        posts = self._with_text.get(found.text_hash, ())[: DETECT.compared]
        return [post for post in posts if post.id not in self._taken]

    def _alike(self, found: Candidate) -> list[StoredPost]:
        """Return posts with the title and date, link or text of an entry that are not matched yet."""
        by_key = self._candidates(text_key(found.entry), alias(found.entry.link))
        return list({post.id: post for post in (*by_key, *self._retold(found))}.values())

    def _accept(self, claims: Iterable[tuple[Candidate, StoredPost]]) -> list[tuple[str, str]]:
        """Assign each entry one post, best agreement first, whatever the claims' order; return both ids."""
        given: dict[str, StoredPost] = {}
        for found, post in sorted(claims, key=lambda claim: self._precedence(*claim)):
            if found.identity.id not in given and post.id not in self._taken:
                given[found.identity.id] = post
                self._taken.add(post.id)
        self.found = [
            replace(each, known=given[each.identity.id]) if each.identity.id in given else each
            for each in self.found
        ]
        return [(entry_id, post.id) for entry_id, post in given.items()]

    def _precedence(self, found: Candidate, post: StoredPost) -> tuple[int, timedelta, bool, str, str]:
        key, date = found.identity.id, found.entry.published
        apart = abs(date - post.published) if date and post.published else timedelta.max
        agreement = self._agreement(found, post) + same_text(found, post)
        return -agreement, apart, post.id != key, key, post.id

    def _agreement(self, found: Candidate, post: StoredPost) -> int:
        """Count how many of guid, link, title and date agree. A guid equal to the link counts once."""
        guid, link, keys = alias(found.entry.guid), alias(found.entry.link), self._keys[post.id]
        return sum(
            (
                guid in keys,
                link in keys and link != guid,
                same_title(found.entry, post),
                found.entry.published is not None and found.entry.published == post.published,
            )
        )

    def _is_moved(self, found: Candidate, post: StoredPost, moves: Moves) -> bool:
        """Return whether enough agrees; one number on two blogs, or a link of all posts, is not enough."""
        contradicted = found.entry.guid and post.guid and alias(found.entry.guid) not in self._keys[post.id]
        needed = DETECT.enough + bool(contradicted and found.entry.published)
        agreement = self._agreement(found, post) + moves.counts(found, post)
        return moves.is_rebuilt(found, post) or agreement >= needed


def _content(found: Candidate) -> tuple[object, ...]:
    """Return what a reader sees of an entry."""
    return (found.entry.link, found.entry.title, found.text_hash, found.entry.published)


def _found(identity: Identity, entry: Entry, place: int, now: datetime) -> Candidate:
    known = entry if entry.text_hash else without_text(entry)
    published = min(entry.published or now, now)
    return Candidate(
        entry,
        identity,
        published,
        place=place,
        text_hash=known.text_hash,
        characters=known.characters,
    )


def _identified(entries: Iterable[Entry], doubted: int = 0) -> list[tuple[Identity, Entry]]:
    """Identify the entries and drop duplicates.

    A guid that several posts of one document share identifies none of them; then the link is used, under the
    same condition. `doubted`: how many of the two are ignored.
    """
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(doubting(entry, doubted).id, []).append(entry)
    found: dict[str, list[tuple[Identity, Entry]]] = {}
    for group in groups.values():
        if doubted < DOUBTS and _are_different(group):
            pairs = _identified(group, doubted + 1)
        else:
            pairs = [(doubting(entry, doubted), entry) for entry in group]
        for pair in pairs:
            found.setdefault(pair[0].id, []).append(pair)
    return [max(pairs, key=_lastness) for pairs in found.values()]


def _lastness(pair: tuple[Identity, Entry]) -> tuple[datetime, str, str, str, str]:
    """Return the sort key of duplicates: the last edit, then fields that do not depend on the window."""
    entry = pair[1]
    return entry.updated or entry.published or _LONG_AGO, entry.title, entry.html, entry.link, entry.guid


def _are_different(entries: list[Entry]) -> bool:
    """Return whether entries under one key are several posts: link and title, or title and date, differ."""
    titles = {fold(entry.title) for entry in entries}
    links = {alias(entry.link) or entry.link for entry in entries}
    dates = {entry.published for entry in entries}
    by_link = len(links) > 1 and "" not in links and (len(titles) > 1 or titles == {""})
    return by_link or (len(titles) > 1 and "" not in titles and len(dates) > 1 and None not in dates)
