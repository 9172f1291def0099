"""Keeps up with a blog's categories: which number has which name, and which is above which.

The answer to a poll's question about new posts shows the numbers of their categories, so most new names are
known without another request, and before the first post under them is matched. The whole list is asked for
once a day, in a poll that found something new, or when only it can tell.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from bot.model import BlogApi, BlogCategory, Feed, Filing, Rename
from bot.pipeline import notices
from bot.pipeline.category_list import SETTINGS, CategoryList, CategorySettings, read_list
from bot.pipeline.classification import ClassifyResult
from bot.pipeline.classify.evidence import FiledPost, find_filed
from bot.pipeline.classify.hierarchy import with_parents
from bot.pipeline.classify.names import Names
from bot.pipeline.classify.renames import Compared, Use, compared, merged_into
from bot.pipeline.fetch.client import Fetcher
from bot.ports import AdminNotice, CategoryChange, CategoryStore, KnownCategories, PostRow, Quota
from bot.sandbox.remote import Runner
from bot.text.hierarchy import above_by_name, counts_for_parents
from bot.text.normalize import fold

_log = logging.getLogger(__name__)


class RenameStore(CategoryStore, Protocol):
    """The part of a store that is used here; see `bot.ports`."""

    async def spend(self, key: str, quota: Quota) -> bool:
        """Count an event if the quota has room for it, and return whether it had."""
        ...


@dataclass(frozen=True, slots=True)
class KeptCategories:
    """What a poll has to know: names that changed now, the categories, and when their list was asked for."""

    renames: tuple[Rename, ...] = ()
    categories: tuple[BlogCategory, ...] = ()
    listed_at: datetime | None = None


class CategoryKeeper:
    """Compares what a blog's API shows with what is stored, and lets the store follow certain changes."""

    def __init__(
        self,
        store: RenameStore,
        fetcher: Fetcher,
        parser: Runner,
        admins: Sequence[str],
        settings: CategorySettings = SETTINGS,
    ) -> None:
        self._store = store
        self._fetcher = fetcher
        self._parser = parser
        self._admins = admins
        self._settings = settings

    async def keep(
        self, feed: Feed, classified: ClassifyResult, known_posts: Mapping[str, PostRow], now: datetime
    ) -> KeptCategories:
        """Follow what has changed; never raises for failures of the blog."""
        api = classified.answered or classified.api
        if api is None or feed.settings.api_base == "off":
            return KeptCategories()
        known = await self._store.blog_categories(feed.id, source_of(api))
        seen = [each for post in classified.listed for each in post.numbered]
        if classified.answered is None or not seen:
            return KeptCategories(categories=known.categories)
        look = _Look(feed, source_of(api), known, self._admins, now)
        most = self._settings.renames
        found = look.compare(seen, complete=False, most=most)
        listed = await self._list(feed, api, now, unsure=found.unsure)
        if listed is not None and listed.categories:
            whole = listed.complete and _believable(known, listed, self._settings)
            found = look.compare(listed.categories, complete=whole, most=most)
        posts = _compared_posts(classified.listed, known_posts)
        change = await self._within_quota(feed, look.with_missing(look.change(found), found, posts))
        if change != look.nothing:
            await self._store.change_categories(change)
        if change.renames:
            await self.finish(feed)
        for rename in change.renames:
            _log.info("%s: %s is called %s now.", feed.settings.name, rename.old, rename.new)
        stored = {each.id: each for each in (*known.categories, *change.store)}
        return KeptCategories(change.renames, tuple(stored.values()), None if listed is None else now)

    async def finish(self, feed: Feed) -> None:
        """Carry out the renames that are under way, also those that a crash has left."""
        while await self._store.move_on(feed.id):
            pass

    async def known(self, feed: Feed) -> tuple[BlogCategory, ...]:
        """Return the stored categories of a feed's blog, without asking it."""
        api = feed.state.api
        if api is None:
            return ()
        return (await self._store.blog_categories(feed.id, source_of(api))).categories

    async def _within_quota(self, feed: Feed, change: CategoryChange) -> CategoryChange:
        """Leave out the renames if the blog has changed names too often lately; they may come later."""
        quota = Quota(self._settings.changes, self._settings.every.total_seconds())
        if not change.renames or await self._store.spend(f"renames:{feed.id}", quota):
            return change
        _log.warning("%s changes the names of its categories again and again.", feed.settings.name)
        store = tuple(each for each in change.store if each.id not in change.expected)
        return replace(change, renames=(), expected={}, store=store, forgotten=frozenset(), notices=())

    async def _list(self, feed: Feed, api: BlogApi, now: datetime, *, unsure: bool) -> CategoryList | None:
        """Return the blog's list of categories as far as it can be read; None if it is not due."""
        last = feed.state.categories_at
        if feed.state.baseline_at is None:
            return None  # nothing of the first poll is announced
        wait = self._settings.when_unsure if unsure else self._settings.every
        if last is not None and last <= now < last + wait:
            return None
        listed = await read_list(self._fetcher, self._parser, api, self._settings)
        if listed.error:
            _log.info("%s: its list of categories cannot be read: %s", feed.settings.name, listed.error)
        return listed


def filed_above(
    feed: Feed,
    filings: Mapping[str, Filing],
    categories: Sequence[BlogCategory],
    known: Mapping[str, PostRow],
) -> dict[str, Filing]:
    """Return filings by post id with the categories above theirs, if that is switched on for the feed."""
    on = counts_for_parents(feed)
    above = above_by_name(categories, Names(feed.settings.aliases).use) if on else {}
    if not above:
        return dict(filings)
    before = {post_id: row.post.filing for post_id, row in known.items()}
    return {each: with_parents(filing, above, before.get(each)) for each, filing in filings.items()}


def source_of(api: BlogApi) -> str:
    """Return whose numbers an API shows: its address, without what is asked of it."""
    return api.url.partition("?")[0]


def _believable(known: KnownCategories, listed: CategoryList, settings: CategorySettings) -> bool:
    """Whether a list may be whole: one from which half of the categories vanished at once is not believed."""
    there = {each.id for each in listed.categories}
    gone = sum(each.id not in there and each.id not in known.missing for each in known.categories)
    return gone <= max(settings.few_missing, len(known.categories) // 2)


@dataclass(frozen=True, slots=True)
class _Look:
    """One look at the categories of a feed's blog."""

    feed: Feed
    source: str
    known: KnownCategories
    admins: Sequence[str]
    now: datetime

    @property
    def use(self) -> Use:
        return Names(self.feed.settings.aliases).use

    @property
    def nothing(self) -> CategoryChange:
        return CategoryChange(self.feed.id, self.source, self.now, missing=self.known.missing)

    def compare(self, seen: Sequence[BlogCategory], *, complete: bool, most: int) -> Compared:
        return compared(self.known.categories, seen, self.use, complete=complete, most=most)

    def change(self, found: Compared) -> CategoryChange:
        """Return what is to be stored, without what is missing."""
        stored, missing = {each.id: each for each in self.known.categories}, self.known.missing
        fresh = tuple(each for each in found.store if stored.get(each.id) != each or each.id in missing)
        return replace(
            self.nothing,
            store=fresh,
            missing=missing - {each.id for each in fresh},
            renames=found.renames,
            expected=found.expected,
            notices=self._told(notices.of_names(self.feed.settings, found.renames, found.undecided)),
        )

    def with_missing(
        self, change: CategoryChange, found: Compared, posts: Sequence[tuple[Filing, Sequence[str]]]
    ) -> CategoryChange:
        """Add what a whole list does not have: merged, missing, or given up at the second look.

        `posts`: the known ones with their stored filings and the categories that the API gives them now.
        """
        if not found.missing:
            return change
        names = {fold(self.use(each.name)) for each in found.store}
        merged, given_up, taken = dict[int, Rename](), dict[int, str](), set[int]()
        for each in found.missing:
            target = merged_into(each.name, posts, self.use)
            if fold(self.use(each.name)) in names:
                taken.add(each.id)  # another category has its name, and with it its followers
            elif target:
                merged[each.id] = Rename(self.use(each.name), target)
            elif each.id in self.known.missing:
                given_up[each.id] = self.use(each.name)
        gone = taken | merged.keys() | given_up.keys()
        numbers = {each.id: each.name for each in found.missing}
        texts = [
            *notices.of_names(self.feed.settings, tuple(merged.values()), ()),
            *notices.given_up(self.feed.settings.name, list(given_up.values())),
        ]
        return replace(
            change,
            renames=(*change.renames, *merged.values()),
            expected={**change.expected, **{number: numbers[number] for number in merged}},
            forgotten=frozenset(gone),
            missing=frozenset(numbers.keys() - gone),
            notices=(*change.notices, *self._told(texts)),
        )

    def _told(self, texts: Sequence[str]) -> tuple[AdminNotice, ...]:
        return tuple(AdminNotice(admin, text) for text in texts for admin in self.admins)


def _compared_posts(
    listed: Sequence[FiledPost], known: Mapping[str, PostRow]
) -> list[tuple[Filing, Sequence[str]]]:
    """Return the stored filing of each known post that the API lists, and its categories there."""
    found = [
        (row, find_filed(listed, link=row.post.link, guid=row.guid, wordpress_id=row.wordpress_id))
        for row in known.values()
    ]
    return [(row.post.filing, filed.categories) for row, filed in found if filed is not None]
