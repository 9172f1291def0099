"""A bot that is forked does what one does that a person starts."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.acceptance.process import Home
from tests.databases import SqliteFile


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("export",),
        ("no-such-call",),
        ("once",),
        ("command", "--as", "nobody", "/help"),
        ("import", "-"),
    ],
    ids=lambda each: each[0],
)
async def test_a_forked_call_ends_as_one_that_was_started(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ended = []
    for cold in (True, False):
        file = SqliteFile(tmp_path / "bystander.db")
        file.file.unlink(missing_ok=True)
        home = Home(tmp_path, "http://127.0.0.1:9/feed/", "off", file)
        home.cold = cold
        ended.append(await home.call(*arguments, stdin="not TOML, \u00fc".encode()))

    assert ended[0].code == ended[1].code
    assert [without_times(each.out) for each in ended] == [without_times(ended[0].out)] * 2
    assert [without_times(each.err) for each in ended] == [without_times(ended[0].err)] * 2


def without_times(text: str) -> list[str]:
    return [line.partition("Z ")[2] or line for line in text.splitlines()]


async def test_what_one_bot_is_given_the_next_one_does_not_get(lonely: Home) -> None:
    other = SqliteFile(lonely.folder / "other.db")
    await lonely.call("migrate", env={"BYSTANDER_DATABASE": other.url})
    first = sorted(each.name for each in lonely.folder.glob("*.db"))
    await lonely.call("migrate")

    assert first == ["other.db"]
    assert sorted(each.name for each in lonely.folder.glob("*.db")) == ["bystander.db", "other.db"]


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGKILL, -9), (signal.SIGTERM, 0)])
async def test_the_end_of_a_forked_bot_is_told(lonely: Home, sent: signal.Signals, code: int) -> None:
    async with lonely.running() as bot:
        await bot.ready()

        assert await bot.stop(sent) == code
