"""The cost of polls that bring posts, from fetch to outbox: first polls, and one new post in each feed.

Compared with feedparser alone, without what it does to make HTML safe, on similar bodies; and with a peer.
The CPU of the children that parse is counted, but not their start: once in hours, and the peer's is not.
"""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import feedparser

from bench.bodies import POSTS, feed
from bench.meter import metered
from bench.peer import Peers, peers
from bench.poll_rig import Bench
from bench.report import Floor, Verdicts, heading, line
from bench.site import running_site
from bot.shell.run import spare_collector

FEEDS = 10  # a first poll of more takes so long on a busy machine that texts run out of time
ROUNDS = 5
FIRST_ROUNDS = 3
AS_PEER = Floor(12)
FIRST_AS_PEER = Floor(4)


def _feedparser_cpu(bodies: Sequence[bytes]) -> float:
    with metered() as spent:
        for body in bodies:
            feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    return spent.cpu


def _urls(bases: Sequence[str], name: str) -> list[str]:
    return [f"{bases[number % len(bases)]}/news/{name}-{number}" for number in range(FEEDS)]


async def first_polls(bases: Sequence[str], verdicts: Verdicts, peer: Peers | None) -> None:
    """Compare first polls of new feeds, all of whose posts are stored and none is announced."""
    bodies = [feed(f"blog{number}") for number in range(FEEDS)]
    ours, alone, theirs, starts = [], [], [], []
    for each in range(FIRST_ROUNDS + 1):
        alone.append(_feedparser_cpu(bodies))
        async with Bench.open() as bench:
            await bench.watch(_urls(bases, f"first{each}"))
            starts.append(await bench.warm())
            ours.append((await bench.round()).cpu)
        if peer:
            async with peer.watching(_urls(bases, f"peer{each}")) as other:
                theirs.append(await other.round())
    heading(f"first polls ({FEEDS} feeds of {POSTS} posts, {FIRST_ROUNDS} rounds in turn, CPU)")
    line("start of the two children, left out below", median(starts) * 1e3, "ms")
    _compare(verdicts, "first poll", Rounds(ours, alone, theirs), FIRST_AS_PEER)


async def new_posts(bases: Sequence[str], verdicts: Verdicts, peer: Peers | None) -> None:
    """Compare rounds in which each feed has one new post."""
    bodies = [feed(f"blog{number}") for number in range(FEEDS)]
    ours, alone, theirs = [], [], []
    async with Bench.open() as bench:
        await bench.watch(_urls(bases, "ours"))
        await bench.follow_everything()
        await bench.round()
        for _ in range(ROUNDS + 1):
            alone.append(_feedparser_cpu(bodies))
            ours.append((await bench.round()).cpu)
        alerts = (await bench.store.queue_health()).waiting
    if peer:
        async with peer.watching(_urls(bases, "theirs")) as other:
            theirs = [await other.round() for _ in range(ROUNDS + 2)][1:]
    if alerts != FEEDS * (ROUNDS + 1):
        raise RuntimeError(f"{alerts} alerts were made, not {FEEDS * (ROUNDS + 1)}.")
    heading(f"new posts ({FEEDS} feeds, one new post of {POSTS} each, {ROUNDS} rounds in turn, CPU)")
    _compare(verdicts, "one new post", Rounds(ours, alone, theirs), AS_PEER)


@dataclass(frozen=True, slots=True)
class Rounds:
    """CPU seconds of rounds taken in turn, by side; the first round of each imported what it needs."""

    ours: Sequence[float]
    feedparser: Sequence[float]
    peer: Sequence[float]


def _compare(verdicts: Verdicts, name: str, rounds: Rounds, floor: Floor) -> None:
    line("feedparser alone", median(rounds.feedparser[1:]) / FEEDS * 1e3, "ms/poll")
    line("Bystander, with its children", median(rounds.ours[1:]) / FEEDS * 1e3, "ms/poll")
    verdicts.compare(f"{name}: times feedparser's speed", rounds.feedparser[1:], rounds.ours[1:])
    if rounds.peer:
        line("reader", median(rounds.peer[1:]) / FEEDS * 1e3, "ms/poll")
        verdicts.compare(f"{name}: times the peer's speed", rounds.peer[1:], rounds.ours[1:], floor)


async def run() -> int:
    """Run all comparisons of polls with news; return the exit code."""
    spare_collector()  # as `bystander run` does
    verdicts = Verdicts()
    async with running_site() as bases, peers() as peer:
        await first_polls(bases, verdicts, peer)
        await new_posts(bases, verdicts, peer)
    return verdicts.code()


if __name__ == "__main__":
    sys.exit(asyncio.run(run()))
