"""What every store must show of a feed whose interval the config changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from bot.model import FeedState
from bot.ports import PollRecord, Store
from tests.contracts.store_samples import T0, later, settings

pytest_plugins = ["tests.contracts.store_fixtures"]

HOUR, TEN_MINUTES = 3600.0, 600.0


async def next_poll(store: Store, after: float, **state: Any) -> datetime:
    """Poll a feed that is asked each hour, change that after a minute, and return its next poll."""
    hourly = settings("Blog", origin="config", every=HOUR)
    await store.sync_feeds([hourly], T0)
    (feed,) = await store.feeds()
    known = FeedState(**{"baseline_at": T0, "last_success_at": T0, **state})
    await store.record_polls([PollRecord(feed.id, feed.url, known, later(HOUR))], T0)
    await store.sync_feeds([settings("Blog", origin="config", every=after)], later(60))
    (feed,) = await store.feeds()
    return feed.next_poll_at


async def test_a_shorter_interval_counts_from_the_last_poll(store: Store) -> None:
    assert await next_poll(store, TEN_MINUTES) == later(TEN_MINUTES)


async def test_an_interval_that_is_over_already_makes_the_feed_due(store: Store) -> None:
    assert await next_poll(store, 1.0) == later(60)


async def test_a_longer_interval_counts_from_the_next_poll_on(store: Store) -> None:
    assert await next_poll(store, 2 * HOUR) == later(HOUR)


@pytest.mark.parametrize(
    ("state", "due"),
    [
        ({"failures": 1, "failing_since": T0}, HOUR),
        ({"stopped": True}, HOUR),
        ({"last_success_at": None}, HOUR),
        ({"ttl": 1800.0}, 1800.0),
        ({"ttl": 2 * HOUR}, HOUR),
        ({"not_before": later(1200.0)}, 1200.0),
    ],
)
async def test_what_server_and_feed_ask_for_still_counts(
    store: Store, state: dict[str, Any], due: float
) -> None:
    assert await next_poll(store, TEN_MINUTES, **state) == later(due)
