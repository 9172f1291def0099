"""`bystander move`: from the file to a server and back, with messages sent, held and changed in between."""

from __future__ import annotations

import asyncio
import resource
import sys
from collections.abc import AsyncIterator

import pytest

from tests.acceptance.discord_place import Place
from tests.acceptance.process import Home
from tests.acceptance.publishing import draft, publish
from tests.databases import SqliteFile
from tests.fakes import postgres

pytestmark = pytest.mark.sqlite("each move begins with a file")

_MUCH = """
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
INSERT INTO memory SELECT 'key ' || i, hex(zeroblob(500)) FROM n
"""
WEEK = 24 * 8  # hours; longer than any digest is held


@pytest.fixture
async def server_url() -> AsyncIterator[str]:
    """URL of a database on the test server without any table."""
    async with postgres.server().database(migrated=False) as made:
        yield made


async def moves(home: Home, *arguments: str) -> str:
    """Move, which must go well; return what was said."""
    done = await home.call("move", *arguments)
    assert (done.code, done.err) == (0, ""), done
    return done.out


@pytest.mark.slow
async def test_alerts_go_on_where_they_were_to_and_fro(place: Place, server_url: str) -> None:
    home, blog = place.home, place.blog
    home.settings["delivery"]["catch_up_after"] = 100
    inbox = place.discord.dm_of(place.alice)
    async with place.running() as bot:
        await place.connected(bot)
        await place.add_alerts(place.news)
        await place.say(place.alice, place.news, "follow", categories="Trade", when="daily")
        first = publish(blog, draft(1, "First", "Trade"))
        await place.alerts(bot, place.news, 1)
        await bot.until(lambda: sorted(home.states()) == ["held", "sent"])
        numbered = await place.say(place.boss, place.news, "alerts list")
    said = await moves(home, "configured", server_url)
    old = await home.call("run", env={"DISCORD_TOKEN": place.discord.token})

    home.settings["database"] = server_url
    async with place.running() as bot:
        await place.connected(bot)
        blog.blog.edit(first.number, title="First, Edited")
        publish(blog, draft(2, "Second", "Trade"))
        await place.alerts(bot, place.news, 2)
        await bot.until(lambda: place.titles(place.news) == ["First, Edited", "Second"])
        again = await place.say(place.boss, place.news, "alerts list")
        assert place.titles(inbox) == []
    back = home.folder / "back.db"
    await moves(home, "configured", "back.db")

    home.use(SqliteFile(back))
    home.age(WEEK)
    async with place.running() as bot:
        await place.connected(bot)
        await place.alerts(bot, inbox, 1)
        blog.blog.edit(first.number, title="First, Edited Twice")
        await bot.until(lambda: "First, Edited Twice" in place.titles(place.news))
        await bot.polls(blog)

    assert "deliveries                 2" in said
    assert "Next: let `database` of the config (or BYSTANDER_DATABASE) name test" in said
    assert old.code == 1
    assert "All of this database was moved to test" in old.err
    assert again == numbered
    assert place.titles(place.news) == ["First, Edited Twice", "Second"]
    assert place.titles(inbox) == ["Daily digest: 2 posts"]


async def test_where_a_move_leads_to_is_told_without_a_password(home: Home) -> None:
    await home.call("migrate")
    before = home.database.content()
    url = "postgresql://bystander:hunter22@127.0.0.1:9/news"
    by_option = await home.call("move", "configured", url)
    told = {"BYSTANDER_DATABASE": url}
    by_environment = await home.call("move", "--verbose", "bystander.db", "configured", env=told)

    for ended in (by_option, by_environment):
        assert ended.code == 1
        assert "The database news on 127.0.0.1 does not answer" in ended.err
        assert "hunter22" not in ended.out + ended.err
    assert home.database.content() == before


async def test_a_marked_database_can_be_used_again_when_told(home: Home) -> None:
    await home.call("migrate")
    said = await moves(home, "bystander.db", SqliteFile(home.folder / "new.db").url)
    calls = (["once"], ["check"], ["move", "configured", "third.db"])
    refused = await asyncio.gather(*(home.call(*call) for call in calls))
    unmarked = await home.call("move", "--unmark", "configured")
    used = await home.call("export")

    assert said.splitlines()[-2] == "The rows of all tables were counted and compared: they are the same."
    assert [ended.code for ended in refused] == [1, 1, 1]
    assert all("was moved to" in ended.out + ended.err for ended in refused)
    assert unmarked.out == "The mark is gone; the database can be used again.\n"
    assert used.code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
async def test_a_full_disk_is_told_and_leaves_nothing_behind(home: Home) -> None:
    await home.call("migrate")
    home.database.run(_MUCH)
    before = home.rows("SELECT * FROM memory ORDER BY key")
    full = await home.call(
        "move",
        *("configured", "new.db"),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (700_000, resource.RLIM_INFINITY)),
    )

    assert full.code == 1
    assert "new.db cannot be" in full.err or "new.db cannot grow" in full.err
    assert list(home.folder.glob("new.db*")) == [home.folder / "new.db.lock"]
    assert home.rows("SELECT * FROM memory ORDER BY key") == before
    assert (await home.call("export")).code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["configured"], "name the database to move to as well"),
        (["mysql://host/x", "new.db"], 'FROM is no database; write "sqlite:///FILE"'),
        (["--unmark", "configured", "new.db"], "move --unmark: name one database alone"),
    ],
)
def test_wrong_usage_is_told(refused: object, arguments: list[str], said: str) -> None:
    assert callable(refused)
    assert said in refused("move", *arguments)
