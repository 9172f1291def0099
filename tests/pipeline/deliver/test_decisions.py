"""What became of each attempt: one line of log with the ids of `/alerts log`, and the counts."""

from __future__ import annotations

import io
import json
import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.clock import steady_seconds
from bot.config.secrets import RedactingFilter, Secrets
from bot.errors import NotYetError, TemporaryError
from bot.logs import setup
from bot.model import Cadence
from bot.pipeline.deliver.outbox import Outbox
from bot.pipeline.deliver.settings import DeliverySettings
from bot.ports import AttemptOutcome, LimitKind
from bot.ports.meter import NoMeter
from tests.contracts.adapters import BUSY, GONE, REFUSED
from tests.contracts.store_samples import add_feed, claim_one, follow, publish, row
from tests.pipeline.deliver.office import Office

DECISIONS = "bot.pipeline.deliver.decisions"


@dataclass
class Notebook(NoMeter):
    """A meter that can be read."""

    attempts: Counter[str] = field(default_factory=Counter)
    limits: Counter[str] = field(default_factory=Counter)
    times: list[tuple[str, float, float]] = field(default_factory=list)

    def attempted(self, platform: str, outcome: AttemptOutcome) -> None:
        self.attempts[f"{platform} {outcome}"] += 1

    def limited(self, platform: str, kind: LimitKind) -> None:
        self.limits[f"{platform} {kind}"] += 1

    def took(self, platform: str, published: float, seen: float) -> None:
        self.times.append((platform, published, seen))


def metered(office: Office) -> tuple[Outbox, Notebook]:
    meter = Notebook()
    adapters = {office.board.name: office.board}
    return Outbox(office.store, adapters, office.clock, DeliverySettings(), "one", meter=meter), meter


def decided(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.name == DECISIONS]


async def test_each_decision_is_a_line_with_the_ids_of_the_log(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, DECISIONS)
    for to, post, *troubles in (
        ("console:alice", "p1", REFUSED, REFUSED),
        ("console:bob", "p2", GONE),
        ("console:carol", "p3"),
    ):
        office.board.meet("send", *troubles)
        await office.alert(post, to=to)
        await office.drain()
    (info,) = await office.store.delivery_log("console:bob", 5)

    assert sorted(decided(caplog)) == [
        "failed, console:alice: no. 1, post p1 of Blog",
        "parked, console:bob: no. 2, post p2 of Blog",
        "sent, console:admin: no. 3, a notice",
        "sent, console:carol: no. 4, post p3 of Blog",
    ]
    assert info.number == 2


async def test_the_line_of_a_message_with_several_posts_names_them_all(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, DECISIONS)
    blog, other = await add_feed(office.store), await add_feed(office.store, "Other\nBlog")
    await follow(office.store, "console:alice", "Trade", cadence=Cadence.DAILY)
    for feed, post in ((blog, "p1"), (other, "p2"), (other, "p3")):
        await publish(office.store, feed, row(post, "Trade"), at=office.clock.now())
    office.clock.forward(timedelta(days=1).total_seconds())
    await office.drain()

    (record,) = [record for record in caplog.records if record.name == DECISIONS]
    assert record.message.startswith("sent, console:alice: no. 1, 2, 3, post ")
    assert record.message.endswith(" of Other Blog, Blog")
    assert record.__dict__["deliveries"] == [1, 2, 3]


async def test_an_outage_does_not_fill_the_log(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, DECISIONS)
    for number in range(20):
        await office.alert("p1", to=f"console:c{number}")
    office.board.always("send", BUSY)
    await office.drain()

    assert decided(caplog) == []


async def test_lines_for_machines_have_the_ids_as_values(office: Office) -> None:
    stream, logger = io.StringIO(), logging.getLogger(DECISIONS)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(setup._JsonFormatter())
    handler.addFilter(RedactingFilter(Secrets()))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        await office.alert("p1")
        await office.drain()
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
    line = json.loads(stream.getvalue())

    assert {name: line[name] for name in ("outcome", "destination", "deliveries", "post", "feed")} == {
        "outcome": "sent",
        "destination": "console:alice",
        "deliveries": [1],
        "post": "p1",
        "feed": "Blog",
    }


async def test_attempts_and_rate_limits_are_counted(office: Office) -> None:
    outbox, meter = metered(office)
    await office.alert("p1")
    office.board.meet("send", NotYetError("full", retry_after=1), TemporaryError("slow", retry_after=1), BUSY)
    for _ in range(4):
        await outbox._deliverer.deliver(await claim_one(office.store, office.clock.now()), steady_seconds())
        office.clock.forward(60)
    await office.change(row("p1", "alice", title="New"))
    await outbox.drain()

    assert meter.attempts == {
        "console postponed": 1,
        "console retried": 2,
        "console sent": 1,
        "console edited": 1,
    }
    assert meter.limits == {"console paced": 1, "console met": 1}


async def test_it_is_measured_how_long_alerts_took_and_not_what_came_later_on_purpose(office: Office) -> None:
    outbox, meter = metered(office)
    feed = await add_feed(office.store)
    await follow(office.store, "console:alice", "Trade")
    await follow(office.store, "console:bob", "Trade", cadence=Cadence.DAILY)
    office.clock.forward(90)
    await publish(
        office.store, feed, row("p1", "Trade", first_seen=office.clock.now()), at=office.clock.now()
    )
    office.clock.forward(2.5)
    await outbox.drain()
    office.clock.forward(timedelta(days=1).total_seconds())
    await office.store.notify(["console:alice"], "A notice.", office.clock.now())
    await outbox.drain()

    assert meter.attempts["console sent"] == 3
    assert meter.times == [("console", 92.5, 2.5)]
