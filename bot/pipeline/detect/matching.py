"""Which entries of a window are posts that are known: by id, or by other keys that agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.model import Entry
from bot.pipeline.detect.identity import Identity, alias, identify, re_uses, reused, text_key
from bot.text.normalize import fold

_REUSED_AFTER = timedelta(days=30)
_DOUBTS = 2  # guid and link may be no keys
_ENOUGH = 2  # of guid, link, title and date, to be the same post
_COMPARED = 50  # newest posts that share a key; some feeds give all posts one link
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Known:
    """What the store remembers of a post: guid, link, title, text and labels as last seen.

    `published`: the printed date, else when it was first seen. `aliases`: other keys recorded for it; those
    that its guid and link give go without saying.
    """

    id: str
    guid: str
    link: str
    title: str
    published: datetime | None
    text_hash: str
    labels: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """An entry of the window, identified. `known` is the post it is; None while unseen.

    `published`: the printed date, or the present moment where it is later or none is printed.
    """

    entry: Entry
    identity: Identity
    published: datetime
    known: Known | None = None


class Window:
    """The entries of one document, oldest first, matched one to one with known posts."""

    def __init__(self, entries: Sequence[Entry], known: Iterable[Known], now: datetime) -> None:
        from_the_bottom = {id(entry): place for place, entry in enumerate(reversed(entries))}
        found = [
            Found(entry, identity, min(entry.published or now, now))
            for identity, entry in _identified(entries)
        ]
        self.found = sorted(found, key=lambda each: (each.published, from_the_bottom[id(each.entry)]))
        self.moved: list[tuple[str, str]] = []
        self._posts = {post.id: post for post in known}
        self._keys = {post.id: _keys_of(post) for post in self._posts.values()}
        self._under: dict[str, list[Known]] = {}
        for post in sorted(self._posts.values(), key=lambda each: each.published or _LONG_AGO, reverse=True):
            for key in self._keys[post.id]:
                posts = self._under.setdefault(key, [])
                if len(posts) < _COMPARED or key == post.id:
                    posts.append(post)
        self._taken: set[str] = set()

    def match_ids(self) -> None:
        """Match entries whose id is known: with posts of this very id, then with others that share it."""
        self._accept(self._claims(self._is_named))
        self._accept(self._claims(self._is_sharing))
        self.found = [self._unless_reused(found) for found in self.found]

    def match_moved(self) -> None:
        """Match entries whose id is not known, but other keys are."""
        self.moved += self._accept(
            (found, post)
            for found in self._unseen()
            for post in self._candidates(alias(found.entry.guid), alias(found.entry.link))
            if self._is_moved(found, post)
        )
        retold = [
            (found, post) for found in self._unseen() for post in self._candidates(text_key(found.entry))
        ]
        renamed = len({found.identity.id for found, _ in retold})
        if 2 * (renamed + len(self.moved)) >= len(self.found):
            self.moved += self._accept(retold)

    def _claims(self, is_own: Callable[[Found, Known], bool]) -> list[tuple[Found, Known]]:
        return [
            (found, post)
            for found in self._unseen()
            for post in self._candidates(found.identity.id)
            if is_own(found, post) and not _is_reuse(found, post)
        ]

    def _is_named(self, found: Found, post: Known) -> bool:
        return post.id == found.identity.id or re_uses(post.id, found.identity.id)

    def _is_sharing(self, found: Found, post: Known) -> bool:
        """Whether the entry's id stands for a post of another id; of several, title and date decide."""
        return (
            found.identity.id in post.aliases
            or len(self._candidates(found.identity.id)) == 1
            or self._agreement(found, post) >= _ENOUGH
            or not _contradicts(found.entry, post)
        )

    def _unless_reused(self, found: Found) -> Found:
        key = found.identity.id
        if found.known or not (key in self._posts or self._candidates(key)):
            return found
        return replace(found, identity=reused(found.identity, found.entry))

    def _unseen(self) -> list[Found]:
        return [found for found in self.found if found.known is None]

    def _candidates(self, *keys: str) -> list[Known]:
        posts = {post.id: post for key in keys for post in self._under.get(key, ())}
        return [post for post in posts.values() if post.id not in self._taken]

    def _accept(self, claims: Iterable[tuple[Found, Known]]) -> list[tuple[str, str]]:
        """Give each entry one post, the best agreement first, whatever their order; return both ids."""
        given: dict[str, Known] = {}
        for found, post in sorted(claims, key=lambda claim: self._precedence(*claim)):
            if found.identity.id not in given and post.id not in self._taken:
                given[found.identity.id] = post
                self._taken.add(post.id)
        self.found = [replace(each, known=given.get(each.identity.id, each.known)) for each in self.found]
        return [(entry_id, post.id) for entry_id, post in given.items()]

    def _precedence(self, found: Found, post: Known) -> tuple[int, bool, str, str]:
        key = found.identity.id
        return -self._agreement(found, post), post.id != key, key, post.id

    def _agreement(self, found: Found, post: Known) -> int:
        """Count what agrees: guid, link, title, date. A guid that is the link counts once."""
        guid, link, keys = alias(found.entry.guid), alias(found.entry.link), self._keys[post.id]
        return sum(
            (
                guid in keys,
                link in keys and link != guid,
                fold(found.entry.title) == fold(post.title) != "",
                found.entry.published is not None and found.entry.published == post.published,
            )
        )

    def _is_moved(self, found: Found, post: Known) -> bool:
        """Whether enough agrees: like numbers on two blogs, or one page for all posts, are not enough."""
        contradicted = found.entry.guid and post.guid and alias(found.entry.guid) not in self._keys[post.id]
        needed = _ENOUGH + 1 if contradicted and found.entry.published else _ENOUGH
        return self._agreement(found, post) >= needed


def lookup_keys(entries: Iterable[Entry]) -> list[str]:
    """Return every id and alias under which the store may know posts of this window."""
    return list(dict.fromkeys(key for entry in entries for key in _keys(entry)))


def _identified(entries: Iterable[Entry], doubted: int = 0) -> list[tuple[Identity, Entry]]:
    """Identify the entries, doubles dropped.

    A guid, or then a link, that different posts of one document share identifies none of them; `doubted` is
    how many of the two are left aside.
    """
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(_doubting(entry, doubted).id, []).append(entry)
    found: dict[str, list[tuple[Identity, Entry]]] = {}
    for group in groups.values():
        if doubted < _DOUBTS and _are_different(group):
            pairs = _identified(group, doubted + 1)
        else:
            pairs = [(_doubting(entry, doubted), entry) for entry in group]
        for pair in pairs:
            found.setdefault(pair[0].id, []).append(pair)
    return [max(pairs, key=_lastness) for pairs in found.values()]


def _lastness(pair: tuple[Identity, Entry]) -> tuple[datetime, str, str, str, str]:
    """Return what orders doubles: the last edited first, and then anything that is the same in any window."""
    entry = pair[1]
    return entry.updated or entry.published or _LONG_AGO, entry.title, entry.html, entry.link, entry.guid


def _doubting(entry: Entry, doubted: int) -> Identity:
    return identify(
        replace(entry, guid="" if doubted else entry.guid, link="" if doubted == _DOUBTS else entry.link)
    )


def _are_different(entries: list[Entry]) -> bool:
    """Whether entries under one key are several posts: by link and title, or by title and date, of each."""
    titles = {fold(entry.title) for entry in entries}
    links = {alias(entry.link) or entry.link for entry in entries}
    dates = {entry.published for entry in entries}
    by_link = len(links) > 1 and "" not in links and (len(titles) > 1 or titles == {""})
    return by_link or (len(titles) > 1 and "" not in titles and len(dates) > 1 and None not in dates)


def _keys(entry: Entry) -> frozenset[str]:
    """Return all keys that guid, link, title and date of a post give."""
    found = [_doubting(entry, doubted) for doubted in range(_DOUBTS + 1)]
    return frozenset(key for identity in found for key in (identity.id, *identity.aliases))


def _keys_of(post: Known) -> frozenset[str]:
    """Return all keys of a known post, those included that a later version of this program gives it."""
    given = _keys(Entry(guid=post.guid, link=post.link, title=post.title, published=post.published))
    return given | {post.id, *post.aliases}


def _contradicts(entry: Entry, post: Known) -> bool:
    """Whether title or date speak against an entry being a known post."""
    title = fold(entry.title)
    return title not in ("", fold(post.title)) or entry.published not in (None, post.published)


def _is_reuse(found: Found, post: Known) -> bool:
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
