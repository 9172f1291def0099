"""The real bot as a process: a folder with its config and database, and the calls made there."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

from tests.acceptance.forking import Child, forked
from tests.acceptance.running import PATIENCE, Bot
from tests.databases import NO_TABLES, Database, SqliteFile
from tests.fakes.blog import FaultyBlog

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
FEED = "The Sample Bystander"
NEVER_SHOWN = "Traceback (most recent call last)"
_OURS = ("DISCORD_", "SLACK_", "BYSTANDER_", "COVERAGE_", "PYTEST_")
_EARLY = ("PYTHON", "LC_", "LANG", "LD_", "TZ")  # what Python reads when it starts
_SET = {
    "PYTHONPATH": str(ROOT),
    "PYTHONWARNINGS": "default",
    # No bot here asks anybody over TLS; to read the machine's certificates is a tenth of a start.
    "SSL_CERT_FILE": os.devnull,
}


@dataclass(frozen=True, slots=True)
class Ended:
    """A call that has ended."""

    code: int
    out: str
    err: str


class Home:
    """A folder in which `bystander` is called. Change `settings` before a call; they become its config.

    `cold`: whether calls and bots are started as a person starts them, and not forked, see `forking.py`.
    """

    cold = False

    def __init__(self, folder: Path, feed_url: str, api_base: str, database: Database) -> None:
        self.folder = folder
        self.config = folder / "config.toml"
        self.database = database
        self.settings: dict[str, Any] = {
            "database": database.url,
            "fetch": {"allow_networks": ["127.0.0.0/8"], "timeout": "20s"},
            "feeds": [{"name": FEED, "url": feed_url, "every": "0.2s", "api_base": api_base}],
            "console": {"enabled": True, "format": "jsonl"},
            "delivery": {"grace": "3s"},
            "admins": {"console": ["boss"]},
        }

    @classmethod
    def of(cls, folder: Path, blog: FaultyBlog, database: Database) -> Home:
        return cls(folder, blog.feed_url, blog.api_base, database)

    def use(self, database: Database) -> None:
        """Go on with another database."""
        self.database = database
        self.settings["database"] = database.url

    @property
    def file(self) -> Path:
        """The file of the database, in a test of what only SQLite does."""
        assert isinstance(self.database, SqliteFile)
        return self.database.file

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
        config: bool = True,
        **streams: Any,
    ) -> asyncio.subprocess.Process:
        """Start `python -m bot ARGUMENTS` in the folder, with an environment of no surprises.

        `config`: whether the settings are written before, or the folder is left as it is.
        """
        if config:
            self.write_config()
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *arguments),
            cwd=self.folder,
            env=_environment() | (env or {}),
            preexec_fn=preexec_fn,
            **streams,
        )

    async def start(
        self,
        *arguments: str,
        env: dict[str, str] | None = None,
        preexec_fn: Callable[[], None] | None = None,
        config: bool = True,
        **streams: int,
    ) -> Child:
        """Start it as `spawn` does, or fork it where that makes no difference."""
        if self.cold or preexec_fn is not None or any(name.startswith(_EARLY) for name in env or {}):
            return await self.spawn(*arguments, env=env, preexec_fn=preexec_fn, config=config, **streams)
        if config:
            self.write_config()
        return await forked(arguments, self.folder, environment=_environment(), more=env or {}, **streams)

    async def call(
        self,
        *arguments: str,
        stdin: bytes = b"",
        env: dict[str, str] | None = None,
        preexec_fn: Callable[[], None] | None = None,
        config: bool = True,
    ) -> Ended:
        """Run one call to its end. No call may ever show a traceback or a warning of Python."""
        pipe = asyncio.subprocess.PIPE
        process = await self.start(
            *arguments,
            env=env,
            preexec_fn=preexec_fn,
            config=config,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
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
    async def running(self, *arguments: str, **changes: Any) -> AsyncIterator[Bot]:
        """Start `bystander run ARGUMENTS`; end it with SIGTERM if the block has not, and expect exit 0."""
        bot = await Bot.start(self.start, *arguments, **changes)
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
        return self.database.rows(sql)

    def age(self, hours: int) -> None:
        """Make all that is held so many hours older, as if the bot had been off for so long."""
        by = hours * 3_600_000
        self.database.run(
            f"UPDATE deliveries SET due_at = due_at - {by}, created_at = created_at - {by} "
            "WHERE state = 'held'"
        )

    def titles(self) -> list[str]:
        """Return the titles of all posts that are stored."""
        return [row[0] for row in self.rows("SELECT title FROM posts")]

    def states(self) -> list[str]:
        """Return the state of each delivery of a post, [] while there is no database."""
        try:
            return [row[0] for row in self.rows("SELECT state FROM deliveries WHERE post_id IS NOT NULL")]
        except NO_TABLES:
            return []


def _environment() -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith(_OURS)}
    return kept | _SET


def digest_of(path: Path) -> str:
    """Return a hash of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
