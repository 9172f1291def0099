"""The cost of polls that bring nothing: the real poller on the real store, compared with a bare aiohttp loop.

Both request the same URLs equally often, in alternating rounds, and decode and digest what is answered. The
store is a file. All work of a poll is counted: claim, fetch, decide, record, and the thread of the store.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from statistics import median

import aiohttp

from bench.meter import Spent, metered
from bench.peer import Peers, peers
from bench.poll_rig import Bench
from bench.report import Floor, Verdicts, heading, line
from bench.site import BODY, ETAG, LAST_MODIFIED, running_site
from bot.model import FeedState
from bot.shell.run import spare_collector

URLS = 1000
ROUNDS = 7
PEER_URLS = 500
AT_ONCE = 50  # concurrent requests of the bare loop
AS_BARE = Floor(0.75)
AS_DIGEST = Floor(0.9)
AS_PEER = Floor(12)
_KNOWN = FeedState(
    etag=ETAG, last_modified=LAST_MODIFIED, body_hash=blake2b(BODY, digest_size=16).hexdigest()
)


async def bare_round(session: aiohttp.ClientSession, urls: Sequence[str]) -> Spent:
    """Request every URL once, with the validators; read, decode and digest the answers."""
    headers = {"If-None-Match": ETAG, "If-Modified-Since": LAST_MODIFIED}
    waiting = iter(urls)

    async def worker() -> None:
        for url in waiting:
            async with session.get(url, headers=headers) as response:
                if body := await response.read():
                    blake2b(body, digest_size=16).hexdigest()

    with metered() as spent:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(worker())
    return spent


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of polls without news: what the server does under a path, and the aim."""

    path: str
    title: str
    floor: Floor | None = None


KINDS = (
    Kind("unchanged", "304, kept connections", AS_BARE),
    Kind("fresh", "304, a new connection each (hours apart)", AS_BARE),
    Kind("zipped", f"200 with the same {len(BODY):,} bytes, in gzip", AS_DIGEST),
    Kind("same", f"200 with the same {len(BODY):,} bytes"),
)


async def unchanged(bases: Sequence[str], kind: Kind, verdicts: Verdicts) -> None:
    """Compare rounds over feeds without new posts."""
    path = kind.path
    urls = [f"{bases[number % len(bases)]}/{path}/{number}" for number in range(URLS)]
    ours, theirs = [], []
    async with Bench.open() as bench, aiohttp.ClientSession() as session:
        await bench.watch(urls, _KNOWN)
        for _ in range(ROUNDS + 1):
            theirs.append(await bare_round(session, urls))
            ours.append(await bench.round())
        parsed = any(each.pid for each in bench.lanes.quick)
    del theirs[0], ours[0]  # first connections, first imports
    heading(f"unchanged polls, {kind.title} ({URLS:,} URLs, {ROUNDS} rounds in turn, CPU of the process)")
    for name, rounds in (("bare aiohttp loop", theirs), ("Bystander: claim, fetch, record", ours)):
        share = median(each.collecting_share for each in rounds)
        line(name, median(_cpus(rounds)) / URLS * 1e6, "us/poll", f"garbage collector {share:.0%}")
    verdicts.compare(f"{path}: share of the bare loop's speed", _cpus(theirs), _cpus(ours), kind.floor)
    if parsed:
        raise RuntimeError("An unchanged body was parsed.")


async def beside_peer(bases: Sequence[str], verdicts: Verdicts, peer: Peers) -> None:
    """Compare rounds over unchanged feeds with a peer that polls them."""
    urls = [f"{bases[number % len(bases)]}/unchanged/{number}" for number in range(PEER_URLS)]
    ours, theirs = [], []
    heading(f"unchanged polls, 304, beside a peer ({PEER_URLS} URLs, {ROUNDS} rounds in turn, CPU)")
    async with Bench.open() as bench, peer.watching(urls) as other:
        await bench.watch(urls, _KNOWN)
        for _ in range(ROUNDS + 1):
            theirs.append(await other.round())
            ours.append((await bench.round()).cpu)
    line("reader", median(theirs[1:]) / len(urls) * 1e6, "us/poll")
    line("Bystander", median(ours[1:]) / len(urls) * 1e6, "us/poll")
    verdicts.compare("unchanged: times the peer's speed", theirs[1:], ours[1:], AS_PEER)


def _cpus(rounds: Sequence[Spent]) -> list[float]:
    return [each.cpu for each in rounds]


async def run() -> int:
    """Run all comparisons of polls without news; return the exit code."""
    spare_collector()  # as `bystander run` does
    verdicts = Verdicts()
    async with running_site() as bases, peers() as peer:
        for kind in KINDS:
            await unchanged(bases, kind, verdicts)
        if peer:
            await beside_peer(bases, verdicts, peer)
    return verdicts.code()


if __name__ == "__main__":
    sys.exit(asyncio.run(run()))
