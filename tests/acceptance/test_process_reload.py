"""SIGHUP: the running bot takes over a config that was changed, or says why it does not."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import pytest

from tests.acceptance.process import FEED, ROOT, Home
from tests.acceptance.publishing import draft, publish
from tests.acceptance.running import PATIENCE, Bot
from tests.fakes.blog import FaultyBlog

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal on Windows")

ON_A_TERMINAL = """
import os, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup, under which the tests may run, has it ignored
os.setsid()
os.close(os.open(sys.argv[1], os.O_RDWR))  # the first terminal that a new session opens becomes its own
os.execv(sys.executable, [sys.executable, "-m", "bot", "run"])
"""
READ = "The configuration was read again."


async def reload(bot: Bot) -> str:
    """Ask for a reload, and return what the log has of it."""
    before = len(bot.log)
    bot.interrupt(signal.SIGHUP)
    await bot.until(lambda: READ in bot.log[before:] or "everything stays as it is." in bot.log[before:])
    return bot.log[before:]


async def test_a_changed_config_is_taken_over_and_a_faulty_one_is_not(home: Home, blog: FaultyBlog) -> None:
    env_file = home.folder / "bot.env"
    env_file.write_text("WEB_TOKEN=a-token-of-some-length\n", "utf-8")
    env_file.chmod(0o600)
    async with home.running("--env-file", str(env_file)) as bot:
        await bot.ready()

        home.settings["feeds"] = [home.feed | {"name": "Second", "url": f"{blog.feed_url}?second"}]
        home.settings["limits"] = {"subscriptions_per_person": 1}
        home.settings["admins"] = {"console": ["boss", "alice"]}
        home.settings["delivery"]["grace"] = "4s"
        home.write_config()
        env_file.write_text("WEB_TOKEN=another-of-some-length\n", "utf-8")
        told = await reload(bot)
        assert (
            f"Changed: feeds added: Second; feeds removed: {FEED}; limits.subscriptions_per_person; adm"
            in told
        )
        assert "These changes need a restart: delivery.grace, WEB_TOKEN." in told
        assert "of-some-length" not in bot.log

        await bot.until(lambda: "Second: " in bot.log)  # its first poll is stored
        await bot.follow("alice Trade")
        assert "which is the limit here" in await bot.say("@alice /follow China-U.S.")
        publish(blog, draft(1, "Soy Is Back", "Trade"))
        await bot.alerted(1, "alice")
        assert "Only admins" not in await bot.say("@alice /alerts")

        home.config.write_text('timezone = "Mars/Olympus"\n[limits]\nfeeds_per_server = -1\n', "utf-8")
        told = await reload(bot)
        assert 'timezone = "Mars/Olympus"' in told
        assert "limits.feeds_per_server = -1" in told
        await bot.polls(blog, 2)  # the feed is still watched

        home.settings["feeds"] = []
        home.settings["admins"] = {"console": []}
        home.settings["delivery"]["grace"] = "3s"
        home.write_config()
        env_file.write_text("WEB_TOKEN=a-token-of-some-length\n", "utf-8")
        told = await reload(bot)
        assert "Changed: feeds removed: Second; admins.console." in told
        assert "need a restart" not in told
        assert "Only admins" in await bot.say("@alice /feeds add https://more.example/feed/")
        assert await bot.stop() == 0


async def test_a_reload_that_is_asked_for_during_another_is_done_after_it(home: Home) -> None:
    """A secret in a named pipe holds the first reload up, until somebody writes it."""
    pipe = home.folder / "token"
    pipe.write_text("a-token-of-some-length", "utf-8")
    async with home.running(env={"WEB_TOKEN_FILE": str(pipe)}) as bot:
        await bot.ready()
        pipe.unlink()
        os.mkfifo(pipe)
        bot.interrupt(signal.SIGHUP)
        writing = await asyncio.to_thread(pipe.open, "w")  # opens when the bot has opened it to read
        home.settings["limits"] = {"feeds_per_server": 7}
        home.write_config()
        bot.interrupt(signal.SIGHUP)
        bot.interrupt(signal.SIGHUP)
        assert (await bot.say("@boss /following")).startswith("You")  # it serves meanwhile, and has both
        assert READ not in bot.log
        pipe.unlink()
        pipe.write_text("a-token-of-some-length", "utf-8")
        with writing:
            writing.write("a-token-of-some-length")
        await bot.until(lambda: bot.log.count(READ) == 2)

        assert "Changed: nothing." in bot.log.partition(READ)[2].partition("\n")[0]
        assert "Changed: limits.feeds_per_server." in bot.log


@pytest.mark.skipif(sys.platform != "linux", reason="a session gets its terminal otherwise elsewhere")
async def test_a_bot_whose_terminal_is_closed_ends_as_it_did_before_there_were_reloads(lonely: Home) -> None:
    lonely.write_config()
    ours, theirs = os.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ON_A_TERMINAL, os.ttyname(theirs)),
        cwd=lonely.folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    await process.stderr.readuntil(b"watches")
    os.close(theirs)
    os.close(ours)
    async with asyncio.timeout(PATIENCE):
        log = await process.stderr.read()

    assert await process.wait() == 0, log
    assert b"Stopped" in log


async def test_processes_on_one_database_are_told_one_by_one(home: Home, blog: FaultyBlog) -> None:
    if not home.database.shared:
        pytest.skip("only one bot runs on SQLite")
    async with home.running() as one, home.running() as other:
        await one.ready()
        await other.ready()
        home.settings["feeds"] = [home.feed | {"name": "Second", "url": f"{blog.feed_url}?second"}]
        home.settings["admins"] = {"console": ["alice"]}
        home.write_config()
        await asyncio.gather(reload(one), reload(other))

        for bot in (one, other):
            assert f"feeds added: Second; feeds removed: {FEED}; admins.console." in bot.log
            assert "Only admins" not in await bot.say("@alice /alerts")
        assert home.rows("SELECT count(*) FROM feeds WHERE retired_at IS NULL") == [(1,)]
        await one.polls(blog)  # whichever of them does it
