"""What of a feed's window is new, edited, moved or old. Titles and dates never make a post new.

| entry | is |
|---|---|
| id known | the same post; edited when title, text, labels or link differ |
| id known, but link and title differ and the date is more than 30 days later | new: the guid is re-used |
| guid or link known but for scheme and host, and one thing more agrees | the same post, moved |
| title and date known, and half of the window or more has new ids | the same posts, moved, and a warning |
| else, before the baseline | seen, silently |
| else, with an id above the baseline's, or a date later than 48 h before it, or no date | new |
| else | old, lifted into view by a deletion: seen, silently |

The whole window is looked at, in any order: scheduled posts have old ids and new dates, back-dated ones new
ids and old dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.model import Entry
from bot.names import fold
from bot.pipeline.identity import Identity, alias, identify, reused, text_hash, text_key

__all__ = ["Found", "Identity", "Known", "Sifted", "identify", "sift", "text_hash"]

_REUSED_AFTER = timedelta(days=30)
_BEFORE_BASELINE = timedelta(hours=48)
_KEYS = 2  # guid and link
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
    """An entry of the window, identified. `published` is never in the future; `known` is the post it is."""

    entry: Entry
    identity: Identity
    published: datetime
    known: Known | None = None


@dataclass(frozen=True, slots=True)
class Sifted:
    """What a window holds, each part oldest first.

    `first`: there was no baseline, so that all that is unseen is silent. `gap`: there was one, and the window
    holds no known post: page back. `moved_ids`: (new id, known id) of posts in `changed` or `same` whose keys
    are to be recorded, guid and link included. `warning`: a sentence for the admins, or "".
    """

    new: tuple[Found, ...] = ()
    silent: tuple[Found, ...] = ()
    changed: tuple[Found, ...] = ()
    same: tuple[Found, ...] = ()
    moved_ids: tuple[tuple[str, str], ...] = ()
    first: bool = False
    gap: bool = False
    warning: str = ""


def sift(
    entries: Sequence[Entry],
    known: Iterable[Known],
    *,
    baseline_at: datetime | None,
    highest_wordpress_id: int,
    now: datetime,
) -> Sifted:
    """Tell what is new in a window; `known` is what the store has under the ids and aliases of its entries.

    `highest_wordpress_id` is that of the baseline, 0 for none.
    """
    window = _Window(entries, known, now)
    window.match_ids()
    window.match_moved()
    seen = [found for found in window.found if found.known]
    unseen = [found for found in window.found if not found.known]

    def is_new(found: Found) -> bool:
        if baseline_at is None:
            return False
        later = found.identity.wordpress_id > highest_wordpress_id > 0
        return later or found.entry.published is None or found.published > baseline_at - _BEFORE_BASELINE

    return Sifted(
        new=tuple(found for found in unseen if is_new(found)),
        silent=tuple(found for found in unseen if not is_new(found)),
        changed=tuple(found for found in seen if _is_edited(found)),
        same=tuple(found for found in seen if not _is_edited(found)),
        moved_ids=tuple(window.moved),
        first=baseline_at is None,
        gap=baseline_at is not None and bool(unseen) and not seen,
        warning=_warning(len(window.moved), len(window.found)),
    )


class _Window:
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
        self._keys = {post.id: _keys(post) for post in self._posts.values()}
        self._under: dict[str, list[Known]] = {}
        for post in sorted(self._posts.values(), key=lambda each: each.published or _LONG_AGO, reverse=True):
            for key in self._keys[post.id]:
                posts = self._under.setdefault(key, [])
                if len(posts) < _COMPARED or key == post.id:
                    posts.append(post)
        self._taken: set[str] = set()

    def match_ids(self) -> None:
        """Match entries whose id is known; a second sight of the same post is dropped."""
        matched: dict[str, Found] = {}
        for found in sorted(
            self.found, key=lambda each: (each.identity.id not in self._posts, each.identity.id)
        ):
            posts = self._under.get(found.identity.id, [])
            own = [post for post in posts if not _is_reuse(found, post)]
            if own:
                best = max(
                    own, key=lambda post: (self._agreement(found, post), post.published or _LONG_AGO, post.id)
                )
                if best.id not in self._taken:
                    matched[found.identity.id] = replace(found, known=best)
                    self._taken.add(best.id)
            elif posts:
                matched[found.identity.id] = replace(found, identity=reused(found.identity, found.entry))
            else:
                matched[found.identity.id] = found
        self.found = [matched[each.identity.id] for each in self.found if each.identity.id in matched]

    def match_moved(self) -> None:
        """Match entries whose id is not known, but other keys are."""
        self._accept(
            (self._agreement(found, post), found, post)
            for found in self._unseen()
            for post in self._candidates(alias(found.entry.guid), alias(found.entry.link))
            if self._is_moved(found, post)
        )
        retold = [
            (0, found, post) for found in self._unseen() for post in self._candidates(text_key(found.entry))
        ]
        renamed = len({found.identity.id for _, found, _ in retold})
        if 2 * (renamed + len(self.moved)) >= len(self.found):
            self._accept(retold)

    def _unseen(self) -> list[Found]:
        return [found for found in self.found if found.known is None]

    def _candidates(self, *keys: str) -> list[Known]:
        posts = {post.id: post for key in keys for post in self._under.get(key, ())}
        return [post for post in posts.values() if post.id not in self._taken]

    def _accept(self, claims: Iterable[tuple[int, Found, Known]]) -> None:
        """Give each entry its post, the best agreement first, whatever the order of the window."""
        given: dict[str, Known] = {}
        for _, found, post in sorted(
            claims, key=lambda claim: (-claim[0], claim[1].identity.id, claim[2].id)
        ):
            if found.identity.id not in given and post.id not in self._taken:
                given[found.identity.id] = post
                self._taken.add(post.id)
        self.moved += [(new_id, post.id) for new_id, post in given.items()]
        self.found = [replace(each, known=given.get(each.identity.id, each.known)) for each in self.found]

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
        return self._agreement(found, post) >= (3 if contradicted and found.entry.published else 2)


def _identified(entries: Sequence[Entry], doubted: int = 0) -> list[tuple[Identity, Entry]]:
    """Identify the entries, doubles dropped.

    A guid, or then a link, that different posts of one document share identifies none of them; `doubted` is
    how many of the two are left aside.
    """
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(_doubting(entry, doubted).id, []).append(entry)
    found: dict[str, tuple[Identity, Entry]] = {}
    for group in groups.values():
        if doubted < _KEYS and _are_different(group):
            pairs = _identified(group, doubted + 1)
        else:
            last = max(
                group, key=lambda each: (each.updated or each.published or _LONG_AGO, each.title, each.html)
            )
            pairs = [(_doubting(last, doubted), last)]
        for identity, entry in pairs:
            found.setdefault(identity.id, (identity, entry))
    return list(found.values())


def _doubting(entry: Entry, doubted: int) -> Identity:
    return identify(
        replace(entry, guid=entry.guid if doubted == 0 else "", link=entry.link if doubted < _KEYS else "")
    )


def _are_different(entries: list[Entry]) -> bool:
    titles = {fold(entry.title) for entry in entries}
    links = {alias(entry.link) or entry.link for entry in entries}
    dates = {entry.published for entry in entries}
    untitled = titles == {""}
    return (len(links) > 1 and (len(titles) > 1 or untitled)) or (len(titles) > 1 and len(dates) > 1)


def _keys(post: Known) -> frozenset[str]:
    """Return all keys of a known post: those recorded, and those that its guid and link give today."""
    identity = identify(Entry(guid=post.guid, link=post.link, title=post.title, published=post.published))
    return frozenset((post.id, *post.aliases, identity.id, *identity.aliases))


def _is_reuse(found: Found, post: Known) -> bool:
    """Whether the guid of a known post is used again for another one: link, title and date all say so."""
    date, before = found.entry.published, post.published
    return (
        _is_other_link(found.entry.link, post.link)
        and fold(found.entry.title) != fold(post.title)
        and date is not None
        and before is not None
        and date - before > _REUSED_AFTER
    )


def _is_edited(found: Found) -> bool:
    entry, post = found.entry, found.known
    return post is not None and (
        entry.title.split() != post.title.split()  # pages print U+00A0 where feeds do not
        or (post.text_hash != "" and text_hash(entry) != post.text_hash)
        or entry.labels != post.labels
        or _is_other_link(entry.link, post.link)
    )


def _is_other_link(link: str, before: str) -> bool:
    return bool(link and before) and (alias(link) or link) != (alias(before) or before)


def _warning(moved: int, all_of_them: int) -> str:
    if moved == 0 or 2 * moved < all_of_them:
        return ""
    return (
        f"{moved} of {all_of_them} posts came under new ids; they are known otherwise, so none was announced."
    )
