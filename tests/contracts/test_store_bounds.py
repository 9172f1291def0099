"""What every store must show of very many held posts: one claim takes a part, and later ones the rest."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from bot.model import Cadence, Preferences, QuietHours
from bot.ports import Store
from tests.contracts.store_samples import T0, add_feed, claim, follow, publish, row, send_all

pytest_plugins = ["tests.contracts.store_fixtures"]

EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)
MANY = 25


async def test_more_quiet_destinations_than_one_claim_holds_are_all_held(store: Store) -> None:
    feed = await add_feed(store)
    for number in range(MANY):
        await follow(store, f"console:p{number}", "Trade")
        await store.set_preferences(
            f"console:p{number}", Preferences(quiet=QuietHours(time(11), time(13))), T0
        )
    await publish(store, feed, row("p1", "Trade"))

    for _ in range(3):  # with a limit of one message, a claim holds ten of them at most
        assert await claim(store, limit=1) == []
    assert (await store.queue_health()).held == MANY
    assert len(await send_all(store, T0 + timedelta(hours=2))) == MANY


async def test_all_digests_of_one_time_come_however_few_a_claim_gives_out(store: Store) -> None:
    feed = await add_feed(store)
    for number in range(MANY):
        await follow(store, f"console:p{number}", "Trade", cadence=Cadence.DAILY)
    await publish(store, feed, row("p1", "Trade"))

    assert len(await claim(store, EIGHT, limit=3)) == 3
    assert len(await send_all(store, EIGHT)) == MANY - 3
