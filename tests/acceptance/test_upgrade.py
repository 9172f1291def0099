"""An old and a new version of the program on one database, as real processes, over one step of the schema."""

from __future__ import annotations

import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.postgres import migrate
from tests.acceptance.process import NEVER_SHOWN, ROOT
from tests.fleet.fleet import Fleet, Plan, fleet

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal on Windows"),
    pytest.mark.slow,
    pytest.mark.timeout(300),
]

NEXT = len(migrate.steps()) + 1
# What a version may do while the one before runs.
ADDS = """
CREATE TABLE newer (x INTEGER);
ALTER TABLE feeds ADD COLUMN newer TEXT NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN newer INTEGER NOT NULL DEFAULT 0;
CREATE INDEX deliveries_newer ON deliveries (newer, id);
"""
# What it may not: the column is in use.
TAKES_AWAY = f"""
ALTER TABLE bystander ALTER COLUMN oldest SET DEFAULT {NEXT};
ALTER TABLE deliveries DROP COLUMN plain;
"""


def newer(folder: Path, step: str) -> Path:
    """Make a copy of the program that is a version ahead, with one more step; return its folder."""
    code = folder / "newer"
    for name in ("bot", "adapters", "storage"):
        shutil.copytree(ROOT / name, code / name)  # with what is compiled already
    (code / f"storage/postgres/migrations/{NEXT:04}_newer.sql").write_text(step, "utf-8")
    version = code / "bot" / "__init__.py"
    version.write_text(version.read_text("utf-8") + '\n__version__ = "99.0"\n', "utf-8")
    return code


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[Fleet]:
    """A world with places that follow blogs, and one process of this version that has polled them."""
    said: list[str] = []
    async with fleet(Plan(feeds=4, destinations=16, every=1.0), tmp_path, said.append) as one:
        one.make_places()
        await one.follow()
        await one.start(0)
        await one.until(
            lambda: one.count("SELECT count(DISTINCT feed_id) FROM posts") == 4, "the first polls"
        )
        yield one


async def publish(made: Fleet, what: str) -> None:
    """Publish a post in each blog, and wait until it is at every place that follows it."""
    for blog in range(made.plan.feeds):
        made.farm.publish(blog)
    await made.until(lambda: not made.wrong(), what)


def log_of_all(made: Fleet) -> str:
    return "\n".join([*made.logs, *(bot.log for bot in made.bots.values())])


async def test_the_version_before_works_beside_a_newer_one_and_alone_on_its_database(
    made: Fleet, tmp_path: Path
) -> None:
    await made.bots[0].ready()
    await made.start(1, newer(tmp_path, ADDS))
    await made.bots[1].ready()
    assert made.count("SELECT version FROM bystander") == NEXT
    versions = "SELECT count(DISTINCT version) FROM processes"
    await made.until(lambda: made.count(versions) == 2, "both versions at work")
    await publish(made, "with both")
    await made.stop(1)
    await publish(made, "with the old one, on the new database")
    await made.kill(0)
    await made.start(0)
    await made.bots[0].ready()
    await publish(made, "with the old one, started anew")
    again = made.bots[0].log
    await made.stop()

    assert made.wrong() == {}
    assert "is already used by a newer Bystander; this one works beside it." in again
    assert "refused a statement" not in log_of_all(made)
    assert NEVER_SHOWN not in log_of_all(made)


async def test_a_newer_version_that_takes_something_away_waits_for_the_end_of_the_old_ones(
    made: Fleet, tmp_path: Path
) -> None:
    await made.bots[0].ready()
    await made.start(1, newer(tmp_path, TAKES_AWAY))
    refused = made.bots.pop(1)
    assert await refused.ended() == 1
    await refused.aclose()
    await publish(made, "with the old one, which goes on")
    await made.stop(0)
    await made.start(1, tmp_path / "newer")
    await made.bots[1].ready()
    await made.start(0)
    outdated = made.bots.pop(0)
    assert await outdated.ended() == 1
    await outdated.aclose()

    assert made.wrong() == {}
    assert made.count("SELECT version FROM bystander") == NEXT
    assert "and is too old to work beside this version; stop all that are so old first." in refused.log
    assert len(refused.log.splitlines()) == 1, refused.log
    assert f"was made by a newer Bystander (schema {NEXT}, this one knows {NEXT - 1})" in outdated.log
    assert len(outdated.log.splitlines()) == 1, outdated.log
    await made.kill(1)  # the column is gone that the copy of the old program still uses
