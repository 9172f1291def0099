"""Streams that close, bytes that are no text, a full disk, and secrets."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.acceptance.process import NEVER_SHOWN, Home
from tests.acceptance.publishing import draft, publish, publish_all
from tests.acceptance.running import Bot
from tests.fakes.blog import FaultyBlog, Hang

FULL = "check the disk and its free space"
TOKEN = "xoxb-7777-this-must-never-be-seen"


async def test_a_closed_stdout_ends_the_bot_and_what_waits_is_kept(home: Home, blog: FaultyBlog) -> None:
    async with home.running() as bot:
        await bot.polls(blog, 2)
        await bot.follow("alice Trade", "bob Trade")
        bot.output.close()
        titles = publish_all(blog, ["One", "Two"], "Trade")
        code = await bot.ended()

        assert code == 1
        assert "The console's output is closed; alerts wait until the next start." in bot.log
        assert "Exception ignored" not in bot.log
    assert set(home.states()) == {"pending"}
    async with home.running() as again:
        await again.alerted(4)

        assert again.titles("alice") == again.titles("bob") == titles


@pytest.mark.parametrize(
    "arguments",
    [["export"], ["command", "--as", "console:me", "/help"]],
    ids=lambda arguments: str(arguments[0]),
)
async def test_a_call_whose_output_nobody_can_read_ends_quietly(home: Home, arguments: Sequence[str]) -> None:
    await home.call("migrate")
    ours, theirs = os.pipe()
    os.close(ours)
    unread = await home.spawn(*arguments, stdout=theirs, stderr=subprocess.PIPE)
    os.close(theirs)
    closed = await home.spawn(*arguments, preexec_fn=lambda: os.close(1), stderr=subprocess.PIPE)

    assert [(await each.communicate())[1] for each in (unread, closed)] == [b"", b""]
    assert [each.returncode for each in (unread, closed)] == [1, 1]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
async def test_a_call_whose_output_has_no_room_says_so(home: Home) -> None:
    await home.call("migrate")
    full = os.open("/dev/full", os.O_WRONLY)
    process = await home.spawn("export", stdout=full, stderr=subprocess.PIPE)
    os.close(full)
    _, err = await process.communicate()

    assert (process.returncode, err) == (1, b"The output cannot be written: No space left on device.\n")


async def test_a_bot_without_stdout_ends_with_the_first_alert_and_keeps_it(
    home: Home, blog: FaultyBlog
) -> None:
    await home.call("once")
    await home.call("command", "--as", "console:alice", "/follow Trade")
    publish(blog, draft(1, "Soy Is Back", "Trade"))
    pipe = subprocess.PIPE
    process = await home.spawn("run", preexec_fn=lambda: os.close(1), stdin=pipe, stderr=pipe)
    _, err = await process.communicate()

    assert process.returncode == 1
    assert b"The console's output is closed; alerts wait until the next start." in err
    assert NEVER_SHOWN.encode() not in err
    assert home.states() == ["pending"]


async def test_a_bot_without_stdin_goes_on(home: Home, blog: FaultyBlog) -> None:
    await home.call("once")
    await home.call("command", "--as", "console:alice", "/follow Trade")
    async with home.running(preexec_fn=lambda: os.close(0)) as bot:
        await bot.polls(blog)
        publish(blog, draft(1, "Soy Is Back", "Trade"))
        await bot.alerted(1)


async def test_a_bot_whose_stdin_ends_goes_on(home: Home, blog: FaultyBlog) -> None:
    async with home.running() as bot:
        await bot.polls(blog, 2)
        await bot.follow("alice Trade")
        assert bot.process.stdin is not None
        bot.process.stdin.close()
        await bot.polls(blog)
        publish(blog, draft(1, "Soy Is Back", "Trade"))
        await bot.alerted(1)


async def test_bytes_that_are_no_text_and_lines_without_end_make_nobody_deaf(
    home: Home, blog: FaultyBlog
) -> None:
    async with home.running(env={"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}) as bot:
        await bot.polls(blog, 2)
        assert bot.process.stdin is not None
        for line in (
            b"\xff\xfe\x00/follow \xed\xa0\x80",
            b"@\xff /health",
            b"/find " + b"x" * 100_000,
            b"/why \x1b[2J",
        ):
            bot.process.stdin.write(line + b"\n")
        await bot.until(lambda: len(bot.of("reply")) == 4)

        assert "All well." in await bot.say("/health")
        assert await bot.say("/follow Tradé")


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits of another process are Linux only")
@pytest.mark.sqlite("the disk of a server is not ours to fill")
async def test_a_full_disk_is_said_and_survived(home: Home, blog: FaultyBlog) -> None:
    async with home.running() as bot:
        await bot.polls(blog, 2)
        await bot.follow("alice Trade")
        fill_disk(bot)
        titles = publish_all(blog, ["One", "Two"], "Trade")
        await bot.until(lambda: FULL in bot.log)
        empty_disk(bot)
        await bot.alerted(2)

        assert bot.titles() == titles


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits of another process are Linux only")
@pytest.mark.sqlite("the disk of a server is not ours to fill")
async def test_a_disk_that_is_full_to_the_end_loses_nothing(home: Home, blog: FaultyBlog) -> None:
    hang = Hang()
    async with home.running() as bot:
        await bot.polls(blog, 2)
        await bot.follow("alice Trade")
        blog.fail_next(hang)
        await bot.until(hang.arrived.is_set)
        fill_disk(bot)
        titles = publish_all(blog, ["One", "Two"], "Trade")
        hang.release()
        await bot.until(lambda: FULL in bot.log.partition("Storing posts does not work")[2])
        assert await bot.stop() == 0
    assert home.states() == []
    async with home.running() as again:
        await again.alerted(2)

        assert again.titles() == titles


def fill_disk(bot: Bot) -> None:
    """Let no file that the bot has open grow."""
    resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def empty_disk(bot: Bot) -> None:
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, unlimited)


async def test_a_secret_is_seen_nowhere(home: Home, tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text(f"{TOKEN}\n", "utf-8")
    names = {"DISCORD_TOKEN": TOKEN, "SLACK_BOT_TOKEN_FILE": str(secret)}
    for arguments in (["once", "--verbose", "--log-format", "json"], ["check"], ["export"]):
        ended = await home.call(*arguments, env=names)

        assert ended.code == 0, ended
        assert TOKEN not in ended.out + ended.err
    assert not [path for path in home.folder.glob("*.db*") if TOKEN.encode() in path.read_bytes()]


@pytest.mark.parametrize("style", ["text", "json"])
async def test_a_secret_that_comes_from_elsewhere_is_taken_out_of_the_log(home: Home, style: str) -> None:
    home.feed["name"] = f"News of {TOKEN}"
    ended = await home.call("once", "--log-format", style, env={"DISCORD_TOKEN": TOKEN})

    assert "News of ***: 0 new, 8 silent" in ended.err
    assert TOKEN not in ended.err


async def test_the_password_of_a_database_is_seen_nowhere(home: Home) -> None:
    url = "postgresql://bystander:hunter22@127.0.0.1:9/news"
    ended = await home.call("once", env={"BYSTANDER_DATABASE": url})

    assert ended.code in (1, 2)
    assert "hunter22" not in ended.out + ended.err
    assert "The database news on 127.0.0.1 does not answer" in ended.err


async def test_a_secret_in_the_config_is_refused_without_being_shown(home: Home) -> None:
    home.settings["discord"] = {"token": TOKEN}
    ended = await home.call("check")

    assert ended.code == 2
    assert "discord.token: secrets live in the environment; set DISCORD_TOKEN" in ended.err
    assert TOKEN not in ended.out + ended.err
