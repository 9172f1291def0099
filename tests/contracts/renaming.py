"""Short ways to rename categories in a store, and to look at what came of it."""

from __future__ import annotations

from typing import Any

from bot.model import BlogCategory, Feed, Kind, Rename
from bot.ports import CategoryChange, Store
from tests.contracts.store_samples import (
    T0,
    about,
    later,
    send_all,
)

API = "https://api.example/sites/blog/posts/"
ROOM = "console:room"
TRADE = BlogCategory(1, "Trade", 0)
NEW = Rename("Trade", "Tariffs")


async def known(store: Store, feed: Feed, *categories: BlogCategory) -> None:
    """Store categories of the feed."""
    await store.change_categories(CategoryChange(feed.id, API, T0, store=categories))


async def renamed(store: Store, feed: Feed, /, *renames: Rename, **values: Any) -> bool:
    """Rename categories of the feed, to the end."""
    done = await store.change_categories(CategoryChange(feed.id, API, later(60), renames=renames, **values))
    while await store.move_on(feed.id):
        pass
    return done


async def follows(store: Store, address: str) -> list[tuple[str, str, str, bool, str]]:
    """Return cadence, feed, name, whether it is left out, and mention of all that an address follows."""
    found = []
    for each in await store.subscriptions(address):
        for key in each.filter.include | each.filter.exclude:
            out = key in each.filter.exclude
            name, mention = each.filter.labels[key], "" if out else each.mentions.get(key, "")
            found.append((str(each.cadence), each.feed, name, out, mention))
    return sorted(found)


async def notices(store: Store, *addresses: str) -> list[str]:
    """Send what is due; return the notices for some addresses."""
    claims = await send_all(store, later(120))
    return [
        str(about(each)) for each in claims if each.destination.address in addresses and not is_news(each)
    ]


def is_news(claim: Any) -> bool:
    """Return whether a message is about posts."""
    return hasattr(claim.message, "post") or hasattr(claim.message, "posts")


async def names(store: Store) -> dict[str, int]:
    """Return the categories with their numbers of posts."""
    return {each.name: each.posts for each in await store.terms(kind=Kind.CATEGORY)}
