"""The real bot as a process: a folder with its config and database, its calls, and all that it prints."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import json
import os
import signal
import sqlite3
import sys
import termios
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import tomli_w

from bot.sample.blog import SamplePost
from tests.fakes.blog import FaultyBlog

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
PATIENCE = 40.0  # seconds; far beyond what anything here takes
FEED = "The Sample Bystander"
NEVER_SHOWN = "Traceback (most recent call last)"
_LONGEST_LINE = 2**22  # bytes
_PIPE = 4096  # bytes that fit between a bot and its reader: a few alerts
_OURS = ("DISCORD_", "SLACK_", "BYSTANDER_", "COVERAGE_", "PYTEST_")

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """A call that has ended."""

    code: int
    out: str
    err: str


class Home:
    """A folder in which `bystander` is called. Change `settings` before a call; they become its config."""

    def __init__(self, folder: Path, feed_url: str, api_base: str) -> None:
        self.folder = folder
        self.config = folder / "config.toml"
        self.database = folder / "bystander.db"
        self.settings: dict[str, Any] = {
            "database": f"sqlite:///{self.database}",
            "fetch": {"allow_networks": ["127.0.0.0/8"], "timeout": "20s"},
            "feeds": [{"name": FEED, "url": feed_url, "every": "0.2s", "api_base": api_base}],
            "console": {"enabled": True, "format": "jsonl"},
            "delivery": {"grace": "3s"},
            "admins": {"console": ["boss"]},
        }

    @classmethod
    def of(cls, folder: Path, blog: FaultyBlog) -> Home:
        return cls(folder, blog.feed_url, blog.api_base)

    @property
    def feed(self) -> dict[str, Any]:
        """The table of the first feed."""
        first: dict[str, Any] = self.settings["feeds"][0]
        return first

    def write_config(self) -> None:
        self.config.write_text(tomli_w.dumps(self.settings), "utf-8")

    async def spawn(
        self,
        *arguments: str,
        env: dict[str, str] | None = None,
        preexec_fn: Callable[[], None] | None = None,
        **streams: Any,
    ) -> asyncio.subprocess.Process:
        """Start `python -m bot ARGUMENTS` in the folder, with an environment of no surprises."""
        self.write_config()
        kept = {name: text for name, text in os.environ.items() if not name.startswith(_OURS)}
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *arguments),
            cwd=self.folder,
            env=kept | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default"} | (env or {}),
            preexec_fn=preexec_fn,
            **streams,
        )

    async def call(
        self,
        *arguments: str,
        stdin: bytes = b"",
        env: dict[str, str] | None = None,
        preexec_fn: Callable[[], None] | None = None,
    ) -> Ended:
        """Run one call to its end. No call may ever show a traceback or a warning of Python."""
        pipe = asyncio.subprocess.PIPE
        process = await self.spawn(
            *arguments, env=env, preexec_fn=preexec_fn, stdin=pipe, stdout=pipe, stderr=pipe
        )
        try:
            async with asyncio.timeout(PATIENCE):
                out, err = await process.communicate(stdin)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise
        ended = Ended(process.returncode or 0, out.decode(), err.decode())
        assert NEVER_SHOWN not in ended.err, ended.err
        assert "Warning: " not in ended.err, ended.err
        return ended

    @asynccontextmanager
    async def running(self, **changes: Any) -> AsyncIterator[Bot]:
        """Start `bystander run`; end it with SIGTERM when the block has not ended it, and expect exit 0."""
        bot = await Bot.start(self, **changes)
        try:
            yield bot
            if bot.process.returncode is None:
                await bot.ready()
                assert await bot.stop() == 0, bot.log
            assert NEVER_SHOWN not in bot.log, bot.log
            assert "Warning: " not in bot.log, bot.log
        finally:
            await bot.aclose()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return what a query of the database gives, without changing it."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return connection.execute(sql).fetchall()

    def titles(self) -> list[str]:
        """Return the titles of all posts that are stored."""
        return [row[0] for row in self.rows("SELECT title FROM posts")]

    def states(self) -> list[str]:
        """Return the state of each delivery of a post, [] while there is no database."""
        try:
            return [row[0] for row in self.rows("SELECT state FROM deliveries WHERE post_id IS NOT NULL")]
        except sqlite3.Error:
            return []


class Bot:
    """A `bystander run` under test: its events, its log, its end."""

    def __init__(self, process: asyncio.subprocess.Process, output: asyncio.ReadTransport) -> None:
        self.process = process
        self.output = output  # what reads its stdout; paused, the pipe fills up
        self.events: list[Event] = []
        self._log = bytearray()
        self._reading: list[asyncio.Task[None]] = []

    @classmethod
    async def start(cls, home: Home, **changes: Any) -> Bot:
        reader = asyncio.StreamReader(limit=_LONGEST_LINE)
        ours, theirs = os.pipe()
        fcntl.fcntl(ours, fcntl.F_SETPIPE_SZ, _PIPE)
        output, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(ours, "rb", 0)
        )
        pipe = asyncio.subprocess.PIPE
        streams: dict[str, Any] = {"stdin": pipe, "stdout": theirs, "stderr": pipe}
        process = await home.spawn("run", **(streams | changes))
        os.close(theirs)
        bot = cls(process, output)
        assert process.stderr is not None
        bot._reading = [
            asyncio.create_task(bot._read(reader)),
            asyncio.create_task(bot._read_log(process.stderr)),
        ]
        return bot

    async def _read(self, reader: asyncio.StreamReader) -> None:
        """Collect events; a line that was cut off by the end of the process was not printed."""
        async for line in reader:
            if line.endswith(b"\n"):
                self.events.append(json.loads(line))

    async def _read_log(self, reader: asyncio.StreamReader) -> None:
        while chunk := await reader.read(4096):
            self._log += chunk

    @property
    def log(self) -> str:
        return self._log.decode("utf-8", "replace")

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until a condition holds; fail with the log when the bot ends or nothing happens."""
        end = time.monotonic() + PATIENCE
        while not condition():
            problem = "it took too long" if time.monotonic() > end else ""
            if self.process.returncode is not None:
                await self.drained()
                problem = "" if condition() else f"the bot ended with {self.process.returncode}"
            assert not problem, f"{problem}\n{self.log}\n{self.events[-3:]}"
            await asyncio.sleep(0.002)

    async def ready(self) -> Bot:
        """Wait until the bot says that it runs."""
        await self.until(lambda: "Bystander" in self.log and "watches" in self.log)
        return self

    def type(self, line: str) -> None:
        """Type a line without waiting for an answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")

    async def say(self, line: str) -> str:
        """Type a line and return the answer."""
        before = len(self.of("reply"))
        self.type(line)
        await self.until(lambda: len(self.of("reply")) > before)
        text: str = self.of("reply")[before]["text"]
        return text

    async def follow(self, *wishes: str) -> None:
        """Type `/follow` lines such as "alice Trade"."""
        for wish in wishes:
            name, _, what = wish.partition(" ")
            answer = await self.say(f"@{name} /follow {what}")
            assert answer.startswith("You now get"), answer

    def of(self, kind: str, name: str = "") -> list[Event]:
        """Return the events of a kind, those for a name where one is given."""
        return [
            event
            for event in self.events
            if event["event"] == kind and name in ("", event["destination"].partition(":")[2])
        ]

    def titles(self, name: str = "") -> list[str]:
        """Return the titles of all posts that were announced, one by one or several at once, in order."""
        found: list[str] = []
        for event in self.events:
            if name in ("", event["destination"].partition(":")[2]):
                posts = [event["post"]] if event["event"] == "alert" else event.get("posts", ())
                found += [post["title"] for post in posts]
        return found

    async def alerted(self, number: int, name: str = "") -> list[Event]:
        """Wait for so many alerts and return them."""
        await self.until(lambda: len(self.of("alert", name)) >= number)
        return self.of("alert", name)

    async def polls(self, blog: FaultyBlog, number: int = 3, path: str = "/feed/") -> None:
        """Wait until the blog was asked so many times more: what was to happen has happened by then."""
        before = len(blog.seen(path))
        await self.until(lambda: len(blog.seen(path)) >= before + number)

    async def stall(self) -> None:
        """Read no more, and wait until the bot hangs in the middle of printing."""
        self.output.pause_reading()
        unread, looks = -1, 0
        while looks < 20:
            await asyncio.sleep(0.02)
            looks = looks + 1 if 0 < self.unread == unread else 0
            unread = self.unread

    @property
    def unread(self) -> int:
        """Bytes that wait in the pipe of its stdout."""
        count = fcntl.ioctl(self.output.get_extra_info("pipe"), termios.FIONREAD, bytes(4))
        return int.from_bytes(count, sys.byteorder)

    async def stop(self, wanted: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, wait for the end, return the exit code."""
        self.process.send_signal(wanted)
        return await self.ended()

    async def kill(self) -> None:
        """End it as a power cut would."""
        await self.stop(signal.SIGKILL)

    async def ended(self) -> int:
        """Wait for the end and for all that was printed; return the exit code."""
        async with asyncio.timeout(PATIENCE):
            code = await self.process.wait()
        await self.drained()
        return code

    async def drained(self) -> None:
        """Wait until everything in the pipe is read."""
        with contextlib.suppress(RuntimeError):  # never paused
            self.output.resume_reading()
        await asyncio.gather(*self._reading)

    async def aclose(self) -> None:
        """End what still runs and close the pipes."""
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                await self.process.stdin.wait_closed()
        self.output.close()
        for task in self._reading:
            task.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)


async def until(condition: Callable[[], object]) -> None:
    """Wait until a condition holds that no bot has to fulfil."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it took too long"
        await asyncio.sleep(0.01)


# --- what the blog does -------------------------------------------------------------------------------------


def draft(number: int, title: str, *categories: str, tags: Sequence[str] = ()) -> SamplePost:
    """Return a post that is new to everybody, numbered above all bundled ones."""
    moment = datetime.now(UTC)
    text = (
        f"{title} was the talk of the town this week, and ministers were asked about it more than once. "
        "Nobody in the room had an answer that satisfied the exporters. The figures come out on Friday."
    )
    return SamplePost(
        number=2000 + number,
        slug=f"post-{number}",
        title=title,
        author="Sample Bystander",
        published=moment,
        html=f"<p>{text}</p>",
        categories=categories,
        tags=tuple(tags),
    )


def publish(blog: FaultyBlog, post: SamplePost) -> SamplePost:
    """Publish a post so that the blog's validators move, however fast the posts follow each other."""
    moment = max(datetime.now(UTC), blog.blog.last_modified + timedelta(seconds=1))
    return blog.blog.publish(replace(post, published=moment))


def publish_all(blog: FaultyBlog, titles: Iterable[str], *categories: str, first: int = 0) -> list[str]:
    """Publish a post for each title, oldest first; return the titles."""
    posts = [publish(blog, draft(first + n, title, *categories)) for n, title in enumerate(titles)]
    return [post.title for post in posts]


def digest_of(path: Path) -> str:
    """Return a hash of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
