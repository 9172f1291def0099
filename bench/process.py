"""Runs the real bot as a process of its own, to be measured from outside."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
_LONGEST_LINE = 2**22  # bytes; the line that says that a bot is ready names its feeds
PATIENCE = 30.0  # seconds to wait for any output of a process, and for its end
_SECRETS = ("DISCORD_", "SLACK_", "BYSTANDER_")


@dataclass(frozen=True, slots=True)
class BotProcess:
    """A bot that is ready.

    `seconds`: from the call to its log line that says so. `ending`: gets the seconds from SIGTERM to its end.
    """

    process: Process
    seconds: float
    ending: list[float] = field(default_factory=list)

    def say(self, line: str) -> None:
        """Send a line to the console."""
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")

    async def log_line(self, part: str) -> str:
        """Return the next line of the log that contains `part`."""
        return await line_with(self.process.stderr, part)

    async def output_line(self, part: str) -> str:
        """Return the next line of the output that contains `part`."""
        return await line_with(self.process.stdout, part)


def write_config(folder: Path, feed_url: str, *, every: str, api_base: str = "off", more: str = "") -> None:
    """Write the config of a bot on the console that watches one feed on loopback; `more`: further tables."""
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(
        f"""
database = "sqlite:///{(folder / "bench.db").as_posix()}"
[fetch]
allow_networks = ["127.0.0.0/8"]
[[feeds]]
name = "Bench"
url = "{feed_url}"
every = "{every}"
api_base = "{api_base}"
[console]
enabled = true
format = "jsonl"
{more}""",
        "utf-8",
    )


@asynccontextmanager
async def running_bot(folder: Path, secrets: Mapping[str, str] | None = None) -> AsyncIterator[BotProcess]:
    """Run the bot with the config in `folder`; at the end it is stopped and must exit with 0.

    `secrets`: variables added to its environment, which inherits none that begin with a prefix in _SECRETS.
    """
    start = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run", "-c", str(folder / "config.toml")),
        cwd=folder,
        env=environment() | dict(secrets or {}),
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        limit=_LONGEST_LINE,
    )
    try:
        await line_with(process.stderr, " watches ")
        bot = BotProcess(process, time.perf_counter() - start)
        yield bot
        start = time.perf_counter()
        process.terminate()
        async with asyncio.timeout(PATIENCE):
            await process.communicate()
        bot.ending.append(time.perf_counter() - start)
        if process.returncode:
            raise RuntimeError(f"The bot ended with {process.returncode}.")
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def environment() -> dict[str, str]:
    """Return the environment of a bot without secrets, in which compiled modules are kept."""
    hidden = (*_SECRETS, "PYTHONDONTWRITEBYTECODE")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(hidden)}
    return kept | {"PYTHONPATH": str(ROOT)}


async def line_with(stream: asyncio.StreamReader | None, part: str) -> str:
    """Return the next line of a stream that contains `part`; RuntimeError when the stream ends first."""
    assert stream is not None
    async with asyncio.timeout(PATIENCE):
        while line := await stream.readline():
            if part in (text := line.decode()):
                return text
    raise RuntimeError(f"The bot ended without saying {part!r}.")


async def seconds_of(*arguments: str, folder: Path | None = None) -> float:
    """Return the seconds that `python ARGUMENTS` takes from call to exit; RuntimeError when it fails."""
    start = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *arguments),
        cwd=folder,
        env=environment(),
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=DEVNULL,
    )
    if await process.wait():
        raise RuntimeError(f"python {' '.join(arguments)} failed.")
    return time.perf_counter() - start
