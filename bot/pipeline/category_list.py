"""Reads the list of categories that a blog's API has, as far as that is bounded."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from bot.errors import BystanderError
from bot.model import BlogApi, BlogCategory
from bot.pipeline.calls import CATEGORIES_OF_API
from bot.pipeline.classify.evidence import CategoryPage
from bot.pipeline.classify.wordpress import CATEGORIES_PER_PAGE, categories_url
from bot.pipeline.collect_evidence import refuse_busy
from bot.pipeline.fetch.client import Fetcher
from bot.sandbox.remote import Runner


@dataclass(frozen=True, slots=True)
class CategorySettings:
    """When a blog's list of categories is read, and how much is believed of it."""

    seconds: float = 2.5  # for the whole list; alerts wait for it
    pages: int = 5  # of a hundred each
    seconds_when_long: float = 7.5  # the same for a list that says on its first page how many it has
    pages_when_long: int = 20  # one that is longer still is never whole, and only its beginning is read
    every: timedelta = timedelta(days=1)
    when_unsure: timedelta = timedelta(hours=1)  # between two lists, when only a list can tell
    renames: int = 20  # at once; a blog that renames more is looked at by a person
    changes: int = 6  # of names, in a day; what goes to and fro is left alone
    few_missing: int = 3  # at once that are believed in any case; of more, half of the list at most


SETTINGS = CategorySettings()


@dataclass(frozen=True, slots=True)
class CategoryList:
    """What could be read. `complete`: whether that is all. `error`: why it is not, if that is known."""

    categories: tuple[BlogCategory, ...]
    complete: bool
    error: str = ""


async def read_list(
    fetcher: Fetcher, parser: Runner, api: BlogApi, settings: CategorySettings
) -> CategoryList:
    """Return a blog's list of categories as far as it can be read; never raises for failures of the blog."""
    found: list[BlogCategory] = []
    try:
        async with asyncio.timeout(settings.seconds) as limit:
            complete = await _read(_Source(fetcher, parser, api), found, settings, limit)
    except (BystanderError, TimeoutError) as error:
        return CategoryList(tuple(found), complete=False, error=str(error) or "it takes too long")
    distinct = {each.id for each in found}
    return CategoryList(tuple(found), complete and len(distinct) == len(found))


@dataclass(frozen=True, slots=True)
class _Source:
    fetcher: Fetcher
    parser: Runner
    api: BlogApi

    async def page(self, number: int) -> tuple[CategoryPage, bool] | None:
        """Return a page, and whether it says that there are more; None where there is none to be had."""
        url = categories_url(self.api, page=number)
        async with self.fetcher.open(url, accept="application/json") as answer:
            refuse_busy(answer)
            if answer.status != HTTPStatus.OK:
                return None
            page = await self.parser.run(CATEGORIES_OF_API[self.api.kind], answer.body)
            return page, 'rel="next"' in answer.link_header


async def _read(
    source: _Source, found: list[BlogCategory], settings: CategorySettings, limit: asyncio.Timeout
) -> bool:
    """Add the categories of all pages to `found`; return whether these are all."""
    rows, number, last = 0, 0, settings.pages
    while (number := number + 1) <= last:
        got = await source.page(number)
        if got is None:
            return False
        page, more = got
        if number == 1 and _is_long(page.total, settings):
            last = settings.pages_when_long
            limit.reschedule(_later(limit, settings.seconds_when_long - settings.seconds))
        rows += page.rows
        found += page.categories
        if page.total:
            if not page.rows or rows >= page.total:
                return len(found) == rows == page.total
        elif not more and page.rows < CATEGORIES_PER_PAGE:
            return len(found) == rows
    return False


def _is_long(total: int, settings: CategorySettings) -> bool:
    """Whether a list has more pages than usual, and not more than can be read."""
    return settings.pages * CATEGORIES_PER_PAGE < total <= settings.pages_when_long * CATEGORIES_PER_PAGE


def _later(limit: asyncio.Timeout, seconds: float) -> float | None:
    end = limit.when()
    return None if end is None else end + seconds
