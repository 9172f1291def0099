"""A full disk is named, loses nothing, and is got over once there is room again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import StoreError
from storage.sqlite.store import open_sqlite
from tests.contracts.store_samples import (
    ALICE,
    add_feed,
    claim_one,
    follow,
    publish,
    row,
    send_all,
    states,
)

ROOT = Path(__file__).parents[3]
LARGE = "word " * 100_000


async def test_a_database_that_cannot_grow_says_so_and_goes_on_when_it_can(tmp_path: Path) -> None:
    store = await open_sqlite(f"sqlite:///{tmp_path / 'x.db'}")
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await publish(store, feed, row("p1", "Trade"))
    each = await claim_one(store)
    writer = store._database._writer
    ((pages,),) = await writer.execute_fetchall("PRAGMA page_count")
    await writer.execute(f"PRAGMA max_page_count = {pages}")
    before = await store.feeds()
    with pytest.raises(StoreError, match=r"the disk is full; free some space, nothing is lost") as caught:
        await publish(store, feed, row("p2", "Trade", text=LARGE))

    assert "x.db" in str(caught.value)
    assert await store.feeds() == before
    assert [post.id for post in await store.latest(9)] == ["p1"]
    assert await states(store) == ["sending"]

    await writer.execute("PRAGMA max_page_count = 1000000")
    await publish(store, feed, row("p2", "Trade", text=LARGE))
    assert [item.key for item in await send_all(store)] == []  # p1 is still under way
    assert each.uncertain is False
    assert [post.id for post in await store.latest(9)] == ["p2", "p1"]
    await store.aclose()


# The limit of the system on the size of a file, which holds for the log and for the database alike.
_CHILD = """
import asyncio, json, resource, sys
from bot.errors import StoreError
from storage import open_store
from tests.contracts.store_samples import add_feed, follow, publish, row, send_all, ALICE

async def main(url):
    store = await open_store(url)
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, hard))
    stored, said = [], ""
    for number in range(100):
        try:
            await publish(store, feed, row(f"p{number}", "Trade", text=f"{number} " * 5000))
        except StoreError as error:
            said = str(error)
            break
        stored.append(f"p{number}")
    kept = sorted(post.id for post in await store.latest(200))
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    await publish(store, feed, row("afterwards", "Trade"))
    sent = sum(len(each.delivery_ids) for each in await send_all(store))
    print(json.dumps({"stored": sorted(stored), "kept": kept, "said": said, "sent": sent}))
    await store.aclose()

asyncio.run(main(sys.argv[1]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_disk_that_refuses_writes_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, f"sqlite:///{tmp_path / 'x.db'}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)

    assert "check the disk and its free space" in told["said"]
    assert 0 < len(told["stored"]) < 100
    assert told["kept"] == told["stored"]
    assert told["sent"] == len(told["stored"]) + 1
