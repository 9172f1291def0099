"""A move keeps everything: all rows of all tables, to and fro, and what the outbox does next."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bot.model import Action, Claim, Digest, Kind
from bot.ports import PollCommit, Sent, Store
from storage.shared.moving import TABLES
from tests.contracts.store_samples import (
    ALICE,
    CAROL,
    about,
    add_feed,
    claim,
    follow,
    later,
    publish,
    record,
    row,
)
from tests.contracts.stores import opened
from tests.fakes import postgres
from tests.storage.move_samples import DAVE, ERIN, NEWS, moved, rows_of, schema_of, url_of
from tests.storage.postgres.test_migrate import contents


async def test_every_table_comes_back_as_it_was(filled: Path, empty_url: str, tmp_path: Path) -> None:
    before = rows_of(filled)
    kinds = {row[7] for row in before["deliveries"]}
    await moved(url_of(filled), empty_url)
    source = await moved(empty_url, url_of(tmp_path / "back.db"))

    assert [table for table in TABLES if not before[table]] == []
    assert kinds == {"held", "pending", "sending", "sent", "parked", "failed"}
    assert rows_of(tmp_path / "back.db") == before
    assert schema_of(tmp_path / "back.db") == schema_of(filled)
    assert source.remarks() == ()
    assert not (tmp_path / "back.db.moving").exists()


TEXTS = some.lists(some.text(max_size=30), min_size=2, max_size=3, unique_by=lambda text: text.lower())


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=TEXTS)
async def test_any_text_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("texts")
    async with opened(url_of(folder / "first.db")) as store:
        for number, text in enumerate(texts):
            await store.set_value(f"{number} {text}", f"{text}.")
            await store.notify([f"console:{number} {text}"], text, later(0))
    before = rows_of(folder / "first.db")
    async with postgres.server().database(migrated=False) as url:
        await moved(url_of(folder / "first.db"), url)
        await moved(url, url_of(folder / "back.db"))

    assert rows_of(folder / "back.db") == before


async def test_a_filled_server_is_built_as_a_new_one(filled: Path, empty_url: str) -> None:
    await moved(url_of(filled), empty_url)
    async with postgres.server().database() as fresh:
        expected, actual = await contents(fresh), await contents(empty_url)
    with psycopg.connect(empty_url) as connection:
        asleep = connection.execute("SELECT tgname FROM pg_trigger WHERE tgenabled <> 'O'").fetchall()

    assert actual[:-2] == expected[:-2]  # the last but one has the counts
    assert actual[-1] == expected[-1]
    assert asleep == []


async def test_new_rows_get_ids_of_their_own(filled: Path, empty_url: str) -> None:
    before = rows_of(filled)
    await moved(url_of(filled), empty_url)
    async with opened(empty_url) as store:
        feed = await add_feed(store, "Newest")
        await follow(store, "console:zoe", "Trade", channel=True)
        await publish(store, feed, row("newest", "Trade"))
    await moved(empty_url, url_of(filled.parent / "back.db"))
    after = rows_of(filled.parent / "back.db")

    for table in ("feeds", "posts", "destinations", "subscriptions", "changes", "deliveries"):
        old, new = {each[0] for each in before[table]}, {each[0] for each in after[table]}
        assert max(old) < min(new - old), table


@pytest.fixture(params=["postgres", "sqlite"])
async def twins(
    request: pytest.FixtureRequest, filled: Path, empty_url: str
) -> AsyncIterator[tuple[Store, Store]]:
    """The same content in a file that was never moved, and in a database of each kind that was moved to."""
    stayed = filled.parent / "stayed.db"
    with closing(sqlite3.connect(filled)) as source, closing(sqlite3.connect(stayed)) as copy:
        source.backup(copy)
    await moved(url_of(filled), empty_url)
    url = empty_url
    if request.param == "sqlite":
        url = url_of(filled.parent / "back.db")
        await moved(empty_url, url)
    async with opened(url_of(stayed)) as one, opened(url) as other:
        yield one, other


async def seen_by_people(store: Store) -> list[object]:
    """Return what commands show of all that is stored."""
    found = await store.find("title", 99)
    return [
        *(await store.feeds(), await store.subscriptions(), await store.latest(99)),
        *(await store.delivery_log(None, 999), await store.queue_health(), await store.all_preferences()),
        *(await store.changes(NEWS, 99), await store.held(DAVE), await store.sent_digest([ALICE])),
        *(await store.list_values(""), sorted(post.id for post in found.posts)),
        *(
            sorted(await store.terms(), key=repr),
            await store.term_counts(Kind.TAG),
            await store.addresses(""),
        ),
    ]


async def test_people_see_the_same(twins: tuple[Store, Store]) -> None:
    stayed, gone = twins
    expected = await seen_by_people(stayed)

    assert await seen_by_people(gone) == expected


async def future(store: Store) -> list[tuple[datetime, list[Claim]]]:
    """Let a bot take over, a sent post be edited, and a new one come; return what is sent, and when."""
    (feed,) = [each for each in await store.feeds() if each.settings.name == "Blog"]
    edited, new = row("p1", "Trade", title="Edited"), row("new", "Trade")
    await store.take_over("next")
    await store.commit_poll(PollCommit(record(feed), changed=(edited,), new=(new,), at=later(200)))
    sent: list[tuple[datetime, list[Claim]]] = []
    now, end = later(200), later(86_400 * 9)
    while now <= end:
        claims = sorted(await claim(store, now, owner="next"), key=lambda each: (each.key, each.action))
        await store.settle([Sent(each, each.reference or f"to {each.key}", now) for each in claims])
        await store.probe_parked(now)
        sent.append((now, claims))
        now = max(await store.next_delivery_at(["console"]) or end, now + timedelta(seconds=1))
    return sent


async def test_what_is_sent_afterwards_is_the_same_and_nothing_comes_twice(
    twins: tuple[Store, Store],
) -> None:
    stayed, gone = twins
    log = await gone.delivery_log(ALICE, 99)
    arrived = {info.post.id for info in log if info.post and info.state == "sent"}
    sent = await future(gone)
    claims = [(at, each) for at, group in sent for each in group]
    to_alice = [each for _, each in claims if each.destination.address == ALICE]
    digests = {each.destination.address: at for at, each in claims if isinstance(each.message, Digest)}

    assert sent == await future(stayed)
    assert arrived
    assert arrived.isdisjoint(str(about(each)) for each in to_alice if each.action == Action.SEND)
    assert "reference \0" in [each.reference for each in to_alice if each.action == Action.EDIT]
    assert sum(each.uncertain for _, each in claims) == 1  # the message that was under way
    assert digests[DAVE] == datetime(2026, 3, 2, 1, 30, tzinfo=UTC)  # half past nine in Shanghai
    assert digests[ERIN] == later(90_000)  # the end of the snooze
    assert CAROL in {each.destination.address for _, each in claims}  # parked, and probed after the move
