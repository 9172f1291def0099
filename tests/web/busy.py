"""Databases to look at: a busy one, and one with trouble."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.model import Cadence, EvidenceRank, FeedState, Filing, Post
from bot.ports import Failed, Parked, PollCommit, PollRecord, PostRow, Sent, Settlement
from tests.contracts.store_samples import follow
from tests.contracts.store_samples import row as sample
from tests.web.scene import NOW, Scene

BLOGS = ("China Bystander", "Lawfare", "A Blog with quite a Long Name, Kept by Several People", "經濟學家")
MEND = "The bot may not write there; allow it to send messages in the channel's settings."
PERSON = "console:ann-the-reader"
TITLES = (
    "Chipmakers ask for licences as new export rules come into force",
    "What the trade figures of October say",
    "A very long headline that goes on and on, with Donaudampfschifffahrtsgesellschaftskapitaenswitwe in it",
    "中国出口增长放缓",
)
WELL = FeedState(baseline_at=NOW - timedelta(days=90), last_success_at=NOW - timedelta(minutes=4))


def story(number: int, seen: datetime, feed: str) -> PostRow:
    """Return a post of a feed, filed under a few names."""
    filing = Filing(
        ("China-U.S.", "Trade") if number % 3 else ("Trade",),
        ("Huawei", "Export controls", "Tariffs")[: number % 4],
        EvidenceRank.API if number % 4 else EvidenceRank.KNOWN,
        "The blog's API lists categories and tags apart."
        if number % 4
        else "Known categories leave two readings.",
        ambiguous=not number % 4,
    )
    key = f"{feed}-{number}"
    post = Post(
        id=f"wp:{key}",
        link=f"https://blog.example/2022/11/{key.replace(' ', '-')}/",
        title=TITLES[number % len(TITLES)],
        author="Ann Author",
        published=seen - timedelta(seconds=60 + 97 * (number % 11)),
        summary="A summary.",
        filing=filing,
    )
    return replace(sample(key), post=post, first_seen=seen, aliases=(f"link:{key}",), guid=key, text_hash=key)


async def fill(scene: Scene, *, trouble: bool = False) -> None:
    """Let four blogs be polled for two weeks, with followers on three platforms.

    `trouble`: at the end places are shut, messages are refused, a blog fails and another one is gone.
    """
    store = scene.store
    await store.take_over("me")
    scene.adapters |= {"discord": True, "slack": not trouble}
    for platform, number in (("console", 2), ("discord", 5), ("slack", 3)):
        for place in range(number):
            await follow(store, f"{platform}:channel-{place}", "Trade", channel=True)
    await follow(store, PERSON, "Trade", cadence=Cadence.DAILY)
    for name in BLOGS:
        await scene.watch(name, WELL, next_poll=NOW + timedelta(minutes=11))
    feeds = await store.feeds()
    for hours in range(14 * 24, 0, -7):
        at, quiet = NOW - timedelta(hours=hours), []
        for number, feed in enumerate(feeds):
            state = WELL._replace(failures=int((hours // 7 + number) % 9 == 0))
            record = PollRecord(feed.id, feed.url, state, NOW + timedelta(minutes=11))
            if (hours // 7) % (number + 2):
                quiet.append(record)
            else:
                news = story(hours, at, feed.settings.name)
                await store.commit_poll(PollCommit(record, new=(news,), at=at))
        await store.record_polls(quiet, at)
        await _deliver(scene, at + timedelta(seconds=2.5), trouble=trouble and hours < 40)
    if trouble:
        await _break(scene)


async def _deliver(scene: Scene, at: datetime, *, trouble: bool) -> None:
    platforms = ["console", "discord", "slack"]
    while claims := await scene.store.claim(
        "me", at, lease=60, limit=99, platforms=platforms, catch_up_after=5
    ):
        outcomes: list[Settlement] = []
        for claim in claims:
            outcome: Settlement = Sent(claim, "1", at)
            if trouble and claim.destination.local == "channel-1":
                outcome = Parked(claim, MEND, at, at + timedelta(days=1))
            elif trouble and claim.destination.local == "channel-2":
                outcome = Failed(claim, "Too long.", at)
            outcomes.append(outcome)
        await scene.store.settle(outcomes)


async def _break(scene: Scene) -> None:
    first, second, *_ = await scene.store.feeds()
    error = "The server's certificate cannot be trusted (it expired on 1 November); tell the blog's owner."
    failing = WELL._replace(
        failures=7, failing_since=NOW - timedelta(hours=9), last_error=error, reported=True
    )
    gone = failing._replace(failures=2, last_error="HTTP 410", stopped=True)
    for feed, state in ((first, failing), (second, gone)):
        await scene.store.record_polls([PollRecord(feed.id, feed.url, state, NOW)], NOW)
    await scene.store.notify(["console:channel-0"], "A notice.", NOW - timedelta(minutes=42))
    scene.troubles.append("The process that reads feeds was stopped several times lately.")
    scene.loops["poll"] = False
