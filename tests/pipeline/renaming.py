"""Short ways to watch a blog whose categories change."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from bot.model import Kind
from tests.databases import Database
from tests.pipeline.newsroom import ALICE, Newsroom, open_newsroom

LIST = "/categories"


def lists(room: Newsroom) -> int:
    """Return how often the list of categories was asked for."""
    return sum(LIST in path for path in (request.path for request in room.blog.requests))


async def names(room: Newsroom) -> set[str]:
    """Return the names of categories with posts."""
    return {each.name for each in await room.store.terms(kind=Kind.CATEGORY) if each.posts}


async def followed(room: Newsroom, address: str = ALICE) -> set[str]:
    """Return the keys that an address follows."""
    return {key for each in await room.store.subscriptions(address) for key in each.filter.include}


def pass_a_day(room: Newsroom) -> None:
    """Let a day pass without a poll."""
    room.clock.time += timedelta(days=1.1)


def fail_list(room: Newsroom, fault: Any) -> None:
    """Let the list of categories meet a fault."""
    host = room.blog.blog.host
    for site in (host, host.partition(":")[0]):
        room.blog.fail_always(fault, path=f"/rest/v1.1/sites/{site}/categories")


@asynccontextmanager
async def following_trade(database: Database) -> AsyncIterator[Newsroom]:
    """Open a newsroom in which alice follows Trade, of which the blog has three posts."""
    async with open_newsroom(database) as opened:
        await opened.begin("Trade")
        opened.forget_requests()
        yield opened
