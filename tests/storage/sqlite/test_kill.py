"""`kill -9` in the middle of writing loses nothing that was acknowledged, and breaks nothing."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from storage import open_store
from tests.contracts.store_samples import later

ROOT = Path(__file__).parents[3]

# Publishes posts for ever and says after each commit which post is stored.
_CHILD = """
import asyncio, sys
from storage import open_store
from tests.contracts.store_samples import ALICE, add_feed, claim, follow, publish, row
from bot.ports import Sent
from tests.contracts.store_samples import T0

async def main(url):
    store = await open_store(url)
    await store.take_over("child")
    feed = (await store.feeds() or [await add_feed(store)])[0]
    await follow(store, ALICE, "Trade")
    number = int(sys.argv[2])
    while True:
        number += 1
        await publish(store, feed, row(f"p{number}", "Trade", text="word " * 2000))
        print("stored", number, flush=True)
        for each in await claim(store, owner="child", catch_up_after=0):
            await store.settle([Sent(each, "r", T0)])
            print("sent", number, flush=True)

asyncio.run(main(sys.argv[1]))
"""


def write_until_killed(url: str, first: int, acknowledged: int) -> list[list[str]]:
    """Let a child write, kill it as soon as it has said so many lines; return all that it said."""
    with subprocess.Popen(
        [sys.executable, "-c", _CHILD, url, str(first)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(acknowledged)]
        child.kill()
        lines += child.stdout.readlines()
    return [line.split() for line in lines if line.endswith("\n")]


async def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    stored: set[str] = set()
    sent: set[str] = set()
    for turn, acknowledged in enumerate((1, 4, 11, 30)):
        said = write_until_killed(url, 1000 * turn, acknowledged)
        stored |= {f"p{number}" for what, number in said if what == "stored"}
        sent |= {f"p{number}" for what, number in said if what == "sent"}
        with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        store = await open_store(url)
        await store.take_over("test")  # the dead child holds nothing back
        kept = {post.id for post in await store.latest(99_999)}
        log = await store.delivery_log(None, 99_999)
        await store.aclose()

        assert stored <= kept
        assert len(kept) <= len(stored) + turn + 1  # at most one commit was not heard of
        assert {info.post.id for info in log if info.post} == kept  # a post and its delivery, or neither
        assert sent <= {info.post.id for info in log if info.post and info.state == "sent"}


async def test_a_claim_of_a_killed_process_comes_back_as_uncertain(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    write_until_killed(url, 0, 3)
    store = await open_store(url)
    await store.take_over("test")
    log = await store.delivery_log(None, 99)
    claims = await store.claim("test", later(1), lease=60, limit=9, platforms=["console"], catch_up_after=0)
    await store.aclose()

    under_way = sum(info.state == "sending" for info in log)
    assert sum(each.uncertain for each in claims) == under_way
