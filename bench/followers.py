"""Destinations that follow one category, and posts filed under it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from bot.model import Cadence, Kind
from bot.ports import Store
from bot.sample.blog import SamplePost, load_posts
from bot.text.normalize import term_key

CATEGORY = "China-U.S."


async def follow(store: Store, addresses: Iterable[str]) -> None:
    """Subscribe every address to CATEGORY, as /alerts add does."""
    for address in addresses:
        await store.follow(
            address,
            feed_id=None,
            include={term_key(Kind.CATEGORY, CATEGORY): CATEGORY},
            exclude={},
            cadence=Cadence.NOW,
            channel=True,
            mention="",
            by="bench",
            now=datetime.now(UTC),
        )


def sample_post(number: int) -> SamplePost:
    """Return a new post of CATEGORY that the sample blog has not published; `number` starts at 1."""
    last = max(load_posts(), key=lambda post: post.number)
    title = f"Bench {number}: {last.title}"
    return replace(
        last, number=last.number + number, slug=f"bench-{number}", title=title, categories=(CATEGORY,)
    )
