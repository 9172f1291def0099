"""Two processes at work while their server has no room: on its disk, or for another connection."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from tests.acceptance.process import NEVER_SHOWN
from tests.fakes import postgres
from tests.fleet.fleet import Fleet, Plan, fleet

pytestmark = [
    pytest.mark.skipif(
        sys.platform != "linux" or os.geteuid() != 0, reason="a small disk is mounted by root"
    ),
    pytest.mark.slow,
    pytest.mark.timeout(500),
]

FULL = "because the server's disk is full; free some space, nothing is lost meanwhile"
NO_ROOM = "has no connection left; raise max_connections of the server, or stop what else uses it"
SIZE = "60m"  # of the disk; a new database takes 10


@contextmanager
def small_disk() -> Iterator[Path]:
    """Mount a small file system, and make a tablespace on it, called small."""
    server = postgres.server()
    folder = Path(tempfile.mkdtemp(prefix="pg-disk-"))
    folder.chmod(0o755)  # as root, the server runs as another user
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "bystander", folder], check=False)
    if mounted.returncode:
        folder.rmdir()
        pytest.skip("nothing may be mounted here")
    try:
        with psycopg.connect(server.url()) as connection:
            (data,) = connection.execute("SHOW data_directory").fetchone() or ("",)
        place = folder / "place"
        place.mkdir()
        shutil.chown(place, Path(data).stat().st_uid)
        server.run(f"CREATE TABLESPACE small LOCATION '{place}'")
        yield folder
        server.run("DROP TABLESPACE small")
    finally:
        subprocess.run(["umount", folder], check=True)
        folder.rmdir()


def fill(disk: Path) -> Path:
    """Take all the room of a disk; return the file that has it."""
    path = disk / "filling"
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    return path


async def at_work(made: Fleet) -> None:
    """Start two processes, and let them deliver a post to each place."""
    made.make_places()
    await made.follow()
    for number in range(2):
        await made.start(number)
    await made.until(
        lambda: made.count("SELECT count(DISTINCT feed_id) FROM posts") == made.plan.feeds, "polls"
    )
    for bot in made.bots.values():
        await bot.ready()
    await published(made)


async def published(made: Fleet) -> None:
    """Publish, and wait until every place has every post, each once."""
    publish(made)
    await made.until(lambda: not wrong(made), "the alerts")


def wrong(made: Fleet) -> list[str]:
    """Return the places that do not have every post once. Posts of the same second have no order."""
    return [
        each.address for each in made.spots if sorted(each.titles()) != sorted(made.farm.titles(each.blog))
    ]


def publish(made: Fleet, length: int = 0) -> None:
    for blog in range(made.plan.feeds):
        made.farm.publish(blog, length)


def errors_of(log: str) -> list[str]:
    """Return the lines of a log that tell of something wrong."""
    return [line for line in log.splitlines() if re.search(r" (ERROR|CRITICAL) ", line)]


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root mounts a small disk")
async def test_while_the_disk_of_the_server_is_full_nothing_is_lost_and_nothing_comes_twice(
    tmp_path: Path,
) -> None:
    said = list[str]()
    with small_disk() as disk:
        async with fleet(Plan(feeds=6, destinations=24, every=1.0), tmp_path, said.append) as made:
            name = made.url.partition("?")[0].rpartition("/")[2]
            postgres.server().run(f"ALTER DATABASE {name} SET TABLESPACE small")
            await at_work(made)
            filling = fill(disk)
            publish(made, length=40_000)  # so long that it needs new pages
            await made.until(lambda: all(FULL in bot.log for bot in made.bots.values()), "the full disk")
            publish(made)
            filling.unlink()
            await published(made)
            await made.until(lambda: all(back(bot.log) for bot in made.bots.values()), "the end of it")
            await made.stop()

            assert wrong(made) == []
    for log in made.logs:
        told_once(log, FULL)


async def test_while_the_server_has_too_few_connections_nothing_is_lost_and_nothing_comes_twice(
    tmp_path: Path,
) -> None:
    server, said = postgres.server(), list[str]()
    plan = Plan(feeds=6, destinations=24, every=1.0, patience=240)
    server.run("CREATE ROLE limited LOGIN")  # an administrator has no limit
    async with fleet(plan, tmp_path, said.append, user="limited") as made:
        await at_work(made)
        server.run("ALTER ROLE limited CONNECTION LIMIT 3")
        server.run("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'limited'")
        publish(made)
        await made.until(lambda: all(NO_ROOM in bot.log for bot in made.bots.values()), "too few connections")
        publish(made)
        server.run("ALTER ROLE limited CONNECTION LIMIT -1")
        await published(made)
        await made.until(lambda: all(back(bot.log) for bot in made.bots.values()), "the end of it")
        await made.stop()

        assert wrong(made) == []
    server.run("DROP ROLE limited")
    for log in made.logs:
        told_once(log, NO_ROOM, also="does not answer")  # when the server ended the connections


def told_once(log: str, sentence: str, also: str = "") -> None:
    """Check that all errors of a log say the same of the server, each part once a minute at most."""
    errors = [
        line for line in errors_of(log) if not re.search(r"ended( with \w+)?; another one begins", line)
    ]
    told: dict[str, datetime] = {}
    for line in errors:
        day, hour, _, words = line.split(maxsplit=3)
        at = datetime.fromisoformat(f"{day} {hour}")
        subject = re.split(" does not work| has not worked", words)[0]
        assert at - told.get(subject, datetime.min.replace(tzinfo=UTC)) >= timedelta(seconds=59), errors
        told[subject] = at

    assert errors
    assert all(sentence in line or (also and also in line) for line in errors), errors
    assert sentence in log
    assert NEVER_SHOWN not in log


def back(log: str) -> bool:
    """Whether the last word of a log is that all works again."""
    return errors_of(log) == [] or "works again" in log.rpartition(errors_of(log)[-1])[2]
