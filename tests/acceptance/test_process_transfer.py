"""`export`, `import`, `backup`, `migrate` and `backfill`."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from bot.sample.blog import SampleBlog, load_posts
from tests.acceptance.process import FEED, Home, digest_of
from tests.acceptance.publishing import draft, publish
from tests.databases import Databases
from tests.fakes.blog import FaultyBlog, status


async def follow(home: Home, *wishes: str) -> None:
    """Fill the database of a bot that does not run."""
    for wish in wishes:
        name, _, line = wish.partition(" ")
        done = await home.call("command", "--admin", "--as", f"console:{name}", line)
        assert done.code == 0, done


async def test_an_export_comes_back_as_it_was(
    tmp_path: Path, home: Home, blog: FaultyBlog, databases: Databases
) -> None:
    await home.call("once")
    await follow(
        home,
        'alice /follow Trade, #tariffs, text:"port fees", -Taiwan -author:Bo',
        f'bob /follow all feed:"{FEED}"',
    )
    await follow(
        home, f"boss /feeds add {blog.url}/feed/atom/ name:Atom", "boss /alerts add Media channel:news"
    )
    await follow(home, "boss /alerts add Trade channel:news mention:@here")
    await follow(home, 'carol /follow "#Breaking", "*", #"#X", “All” new:yes')
    exported = await home.call("export")
    opml = await home.call("export", "--opml")
    other = Home.of(tmp_path / "other", blog, await databases.new())
    other.folder.mkdir()
    imported = await other.call("import", "-", stdin=exported.out.encode())
    again = await other.call("import", "-", stdin=exported.out.encode())
    copied = await other.call("export")

    assert [exported.code, imported.code, again.code] == [0, 0, 0], (imported, again)
    assert imported.out == "Added 1 feed and 4 subscriptions; already there: 1 feed.\n"
    assert again.out == "Added 0 feeds and 0 subscriptions; already there: 2 feeds and 4 subscriptions.\n"
    assert [each["every"] for each in tomllib.loads(exported.out)["feeds"]] == ["15m", "0.2s"]
    assert tomllib.loads(copied.out) == tomllib.loads(exported.out)
    addresses = [each["address"] for each in tomllib.loads(exported.out)["subscriptions"]]
    assert sorted(addresses) == ["console:alice", "console:bob", "console:carol", "console:news"]

    third = Home.of(tmp_path / "third", blog, await databases.new())
    third.folder.mkdir()
    (third.folder / "feeds.opml").write_text(opml.out, "utf-8")
    taken = await third.call("import", "--opml", "feeds.opml")
    assert taken.code == 0
    assert taken.out.startswith("Plan: 2 feeds, 0 subscriptions.\n- watch Atom: ")
    assert taken.out.endswith("\nAdded 1 feed and 0 subscriptions; already there: 1 feed.\n")
    assert (await third.call("export", "--opml")).out == opml.out


async def test_preferences_go_along_and_those_that_are_there_stay(
    tmp_path: Path, home: Home, blog: FaultyBlog, databases: Databases
) -> None:
    await home.call("once")
    await follow(
        home,
        "alice /settings shanghai quiet:22-7 digest:9:30 weekly:fri",
        "boss /alerts style compact channel:news place:below",
        "bob /snooze 3d",
    )
    exported = await home.call("export")
    other = Home.of(tmp_path / "other", blog, await databases.new())
    other.folder.mkdir()
    await follow(other, "alice /settings quiet:1-2")
    imported = await other.call("import", "-", stdin=exported.out.encode())

    assert tomllib.loads(exported.out)["preferences"] == [
        {
            "address": "console:alice",
            "timezone": "Asia/Shanghai",
            "quiet": "22:00-07:00",
            "digest": "09:30",
            "weekly": "friday",
        },
        {"address": "console:news", "style": "compact", "mention_last": True},
    ]
    assert imported.out.endswith("Preferences of 1 place set; 1 place had their own.\n")
    assert [each.get("quiet") for each in tomllib.loads((await other.call("export")).out)["preferences"]] == [
        "01:00-02:00",
        None,
    ]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ('quiet = "25-7"', "The preferences of console:a: are no quiet hours"),
        ('timezone = "EST"', "Nearest: America/New_York"),
        ('style = "loud"', "“loud” is no style (full, compact, title); nothing was imported."),
        ("weekly = 0", "preferences.0.weekly"),
        ("snoozed_until = 0", "preferences.0.snoozed_until"),
        ('[[preferences]]\naddress = "console:a"', "twice; nothing was imported."),
        ('[[preferences]]\naddress = "nobody"', "is no address such as console:alice"),
    ],
)
async def test_preferences_that_cannot_be_refuse_the_whole_file(home: Home, table: str, told: str) -> None:
    ended = await home.call(
        "import", "-", stdin=f'[[preferences]]\naddress = "console:a"\n{table}\n'.encode()
    )

    assert ended.code == 2
    assert told in ended.err
    assert home.database.untouched()


async def test_a_subscription_finds_its_feed_under_another_name(home: Home, databases: Databases) -> None:
    await home.call("once")
    await follow(home, f'alice /follow Trade feed:"{FEED}"')
    exported = await home.call("export")
    home.use(await databases.new())
    home.feed["name"] = "Called Otherwise Here"
    imported = await home.call("import", "-", stdin=exported.out.encode())
    copied = tomllib.loads((await home.call("export")).out)

    assert imported.out == "Added 0 feeds and 1 subscription; already there: 1 feed.\n"
    assert [each["feed"] for each in copied["subscriptions"]] == ["Called Otherwise Here"]


async def test_a_file_of_an_earlier_version_has_seconds_and_what_is_new_in_it_is_counted(home: Home) -> None:
    await home.call("once")
    await follow(home, "alice /follow Trade, Media", "bob /follow all")
    file = (
        b'[[feeds]]\nname = "Old"\nurl = "http://127.0.0.1:9/old/"\nevery = 900.0\n'
        b'[[subscriptions]]\naddress = "console:alice"\ninclude = ["Trade"]\n'  # has more already
        b'[[subscriptions]]\naddress = "console:alice"\ninclude = ["Trade", "#tariffs"]\n'
        b'[[subscriptions]]\naddress = "console:bob"\ninclude = ["*"]\ncadence = "daily"\n'
    )
    imported = await home.call("import", "-", stdin=file)
    exported = tomllib.loads((await home.call("export")).out)

    assert imported.out == "Added 1 feed and 2 subscriptions; already there: 1 subscription.\n"
    assert {each["name"]: each["every"] for each in exported["feeds"]} == {FEED: "0.2s", "Old": "15m"}


async def test_a_file_that_cannot_be_used_ends_with_2(home: Home) -> None:
    ended = await home.call("import", "-", stdin=b"\x00\xff garbage")

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("The file is no TOML: ")
    assert home.database.untouched()


@pytest.mark.sqlite("PostgreSQL's own tools make copies")
async def test_a_backup_is_taken_of_a_bot_that_runs(home: Home, blog: FaultyBlog) -> None:
    async with home.running() as bot:
        await bot.polls(blog, 2)
        await bot.follow("alice Trade")
        done = await home.call("backup", "copy.db")
        exported = await home.call("export")
        copy = home.folder / "copy.db"
        before = digest_of(copy)
        twice = await home.call("backup", "copy.db")
        assert (twice.code, digest_of(copy)) == (1, before)
    shutil.move(copy, home.file)
    for left_over in ("-wal", "-shm"):
        Path(f"{home.file}{left_over}").unlink(missing_ok=True)
    migrated = await home.call("migrate")
    publish(blog, draft(1, "Soy Is Back", "Trade"))
    after = await home.call("once")

    assert (done.code, done.out) == (0, "Copied to copy.db.\n")
    assert "copy.db exists already" in twice.err
    assert (migrated.code, migrated.out) == (0, "The database is up to date.\n")
    assert (await home.call("export")).out == exported.out
    assert after.out.count('"event": "alert"') == 1


async def test_a_database_that_is_not_there_is_not_made_by_a_look(home: Home, databases: Databases) -> None:
    home.use(await databases.new(tables=False))
    await is_missing(home, "export", says="is empty yet" if home.database.shared else "does not exist yet")


@pytest.mark.sqlite("PostgreSQL's own tools make copies")
async def test_a_database_that_is_not_there_is_not_made_by_a_backup(home: Home) -> None:
    await is_missing(home, "backup", "copy.db", says="does not exist yet")


async def is_missing(home: Home, *call: str, says: str) -> None:
    ended = await home.call(*call)

    assert ended.code == 1
    assert says in ended.err
    assert home.database.untouched()


@pytest.mark.parametrize("api", [True, False], ids=["API", "pages of the feed"])
async def test_older_posts_come_into_the_archive_silently(home: Home, api: bool) -> None:  # noqa: FBT001
    async with FaultyBlog(SampleBlog(load_posts()), api=api) as blog:
        home.feed["url"], home.feed["api_base"] = blog.feed_url, blog.api_base
        await home.call("once")
        await follow(home, "alice /follow all")
        before = await home.call("command", "--as", "console:alice", "/find growth target property")
        done = await home.call("backfill", "--pages", "3")
        after = await home.call("command", "--as", "console:alice", "/find growth target property")
        polled = await home.call("once")

    assert before.out.startswith("No post has all of"), before.out
    assert done.code == 0
    assert done.out.startswith(f"{FEED}: ")
    assert done.out.endswith(", 2 of them new to the archive.\n")
    assert "Reading The Growth Target Between The Lines" in after.out
    assert (polled.code, polled.out) == (0, "")
    assert home.states() == []


async def test_a_backfill_says_when_a_blog_cannot_be_read(home: Home, blog: FaultyBlog) -> None:
    blog.fail_always(status(500), path="/")
    failed = await home.call("backfill")

    assert failed.code == 1
    assert failed.out == f"{FEED}: no page could be read.\n"
