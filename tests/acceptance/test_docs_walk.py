"""README and docs followed to the letter: each command, as it stands, in a copy of the project.

A page is followed as by somebody who begins with it. Its blocks of TOML go into config.toml. What the pages
cannot know is in two tables, ADDRESSES and TYPED.

The copy borrows the environment that runs the tests, laid out as `make` lays out its own. With FRESH_VENV set
it has none, and `make` has to make one, which takes a minute and the network: `.ci/run` does that once.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from tests.acceptance.process import ROOT
from tests.acceptance.terminal import terminal
from tests.fakes.blog import FaultyBlog
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.slack.server import FakeSlack

PAGES = ("README.md", "docs/quickstart.md", "docs/discord.md", "docs/slack.md")
FRESH = bool(os.environ.get("FRESH_VENV"))
PATIENCE = 300.0 if FRESH else 60.0  # seconds for one command
LEFT_OUT = {"make test": "it is what runs this"}
# Of a command that talks: what it shows at first, what is then typed, and what that is answered.
_RUN = ("0 new, 8 silent", "/follow Trade\n", "You now get: Trade")  # the first poll is silent
TYPED = {
    "make demo": ("Ctrl-C ends the demo", "/follow China-U.S.\n", "Filed under China-U.S."),
    "make run": _RUN,
    ".venv/bin/bystander run": _RUN,
}
# Of a command that asks: the questions, and what is typed.
ASKED = {
    ".venv/bin/bystander init": (
        ("One or several names", ""),
        ("Time zone", "Europe/Berlin"),
        ("The blog's address", "FEED"),
        ("Watch this feed?", ""),
        ("What to call it in chat", "Blog"),
        ("Your e-mail", "me@blog.example"),
    )
}
_BLOCK = re.compile(r"^( *)```(console|toml)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_LONGEST_WAIT = 30.0  # seconds for a run to end


def blocks(page: str) -> list[tuple[str, str]]:
    """Return the kind and text of each block of a page, those after its last command left out."""
    found = [(kind, text) for _, kind, text in _BLOCK.findall((ROOT / page).read_text("utf-8"))]
    last = max(index for index, (kind, _) in enumerate(found) if kind == "console")
    return found[: last + 1]


def commands(block: str) -> list[str]:
    """Return the commands of a block without their comments."""
    lines = [line.strip() for line in block.splitlines()]
    assert all(line.startswith("$ ") for line in lines), block
    return [line.removeprefix("$ ").partition("  #")[0].strip() for line in lines]


@dataclass
class Reader:
    """Somebody who follows a page in a folder. `addresses`: what stands for words of a command here."""

    folder: Path
    addresses: Mapping[str, str]
    settings: Mapping[str, Any]  # addresses in the config
    env: dict[str, str] = field(default_factory=dict)
    running: asyncio.subprocess.Process | None = None

    async def follow(self, page: str) -> None:
        for kind, text in blocks(page):
            if kind == "toml":
                self._configure(tomllib.loads(text))
                continue
            for command in commands(text):
                if command not in LEFT_OUT:
                    await self._do(command)

    async def _do(self, command: str) -> None:
        typed, asked = TYPED.get(command), ASKED.get(command)
        for word, here in self.addresses.items():
            command = command.replace(word, here)
        if command.startswith("export "):
            name, _, value = command.removeprefix("export ").partition("=")
            self.env[name] = value
        elif asked:
            await self._answer(command, asked)
        elif typed:
            await self._talk(command, *typed)
        else:
            process = await self._start(command)
            async with asyncio.timeout(PATIENCE):
                out, _ = await process.communicate(b"")
            assert process.returncode == 0, f"$ {command}\n{out.decode()}"
        if command.startswith("cp "):
            self._configure(dict(self.settings))

    async def _answer(self, command: str, asked: Iterable[tuple[str, str]]) -> None:
        """Answer the questions of a command on a terminal, which must then end well."""
        async with terminal(self._on_terminal, command, env=self.env) as shown:
            for question, typed in asked:
                await shown.answer((question, self.addresses.get(typed, typed)))
            assert await shown.ended() == 0, shown.screen

    async def _on_terminal(
        self, command: str, *, env: dict[str, str], **streams: Any
    ) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *("bash", "-c", command), cwd=self.folder, env=_environment() | env, **streams
        )

    async def _talk(self, command: str, begun: str, typed: str, shown: str) -> None:
        """Type into a command and wait for its answer; it goes on until another talks, or the page ends."""
        await self.stop()
        process = await self._start(command)
        assert process.stdin is not None
        self.running = process
        await _until(process, begun, command)
        process.stdin.write(typed.encode())
        await _until(process, shown, command)

    async def stop(self) -> None:
        """Press Ctrl-C, which reaches all that the command started."""
        process, self.running = self.running, None
        if process is None:
            return
        assert process.stdout is not None
        _signal(process, signal.SIGINT)
        async with asyncio.timeout(_LONGEST_WAIT):
            said = (await process.stdout.read()).decode("utf-8", "replace")
            await process.wait()
        assert "Traceback" not in said, said

    async def _start(self, command: str) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(
            *("bash", "-c", command),
            cwd=self.folder,
            env=_environment() | self.env,
            start_new_session=True,  # a group of its own, as a terminal gives each command
            stdin=pipe,
            stdout=pipe,
            stderr=subprocess.STDOUT,
        )

    def _configure(self, values: dict[str, Any]) -> None:
        file = self.folder / "config.toml"
        config = tomllib.loads(file.read_text("utf-8"))
        for key, value in values.items():
            config[key] = config[key] | value if isinstance(value, dict) else value
        file.write_text(tomli_w.dumps(config), "utf-8")


def _signal(process: asyncio.subprocess.Process, wanted: signal.Signals) -> None:
    """Send a signal to a command and all that it started, unless they have ended."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, wanted)


async def _until(process: asyncio.subprocess.Process, shown: str, command: str) -> None:
    """Read what a command prints until it has shown some words."""
    assert process.stdout is not None
    said = ""
    try:
        async with asyncio.timeout(PATIENCE):
            while shown not in said:
                chunk = await process.stdout.read(4096)
                assert chunk, "it ended"
                said += chunk.decode("utf-8", "replace")
    except (AssertionError, TimeoutError) as error:
        raise AssertionError(f"$ {command}\n{said}") from error


def _environment() -> dict[str, str]:
    """Return an environment without what pytest, make and a bot of one's own leave in it."""
    ours = (
        *("DISCORD_", "SLACK_", "BYSTANDER_", "COVERAGE_", "PYTEST_", "VIRTUAL_ENV"),
        *("MAKE", "MFLAGS", "ARGS", "VENV", "PYTHON", "WORKERS"),
    )
    return {name: text for name, text in os.environ.items() if not name.startswith(ours)}


def copy_project(folder: Path) -> None:
    """Copy what git knows, with uncommitted changes, as a clone of the next commit would have it."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


def lend_environment(folder: Path) -> None:
    """Let the running environment be the copy's `.venv`; nothing that `make` does can change it."""
    venv = folder / ".venv"
    venv.mkdir()
    for entry in Path(sys.prefix).iterdir():
        if not entry.name.startswith("."):
            (venv / entry.name).symlink_to(entry)
    (venv / ".ready").touch()


@pytest.fixture
async def reader(tmp_path: Path, blog: FaultyBlog) -> AsyncIterator[Reader]:
    copy_project(tmp_path)
    if not FRESH:
        lend_environment(tmp_path)
    async with FakeDiscord() as discord, FakeSlack() as slack:
        team = slack.add_team("readers")
        (tmp_path / "here.toml").write_text('[fetch]\nallow_networks = ["127.0.0.0/8"]\n')
        reader = Reader(
            tmp_path,
            addresses={
                "https://chinabystander.wordpress.com/feed/": f"{blog.feed_url} -c here.toml",
                "DISCORD_TOKEN=...": f"DISCORD_TOKEN={discord.token}",
                "xoxb-...": team.bot_token,
                "xapp-...": slack.app_token,
                "bystander init": "bystander init --set 'fetch.allow_networks=[\"127.0.0.0/8\"]'",
                "FEED": blog.feed_url,
            },
            settings={
                "fetch": {"allow_networks": ["127.0.0.0/8"]},
                "feeds": [{"name": "Blog", "url": blog.feed_url, "api_base": blog.api_base}],
                "discord": {"api_base": discord.api_base, "gateway": discord.gateway},
                "slack": {"api_base": slack.api_base},
                "console": {"enabled": True},
            },
        )
        try:
            yield reader
            await reader.stop()
        finally:
            if reader.running is not None:
                _signal(reader.running, signal.SIGKILL)
                await reader.running.wait()


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="the pages are written for a POSIX shell")
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no clone")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("page", PAGES)
async def test_each_command_of_a_page_does_what_the_page_says(reader: Reader, page: str) -> None:
    await reader.follow(page)


def test_no_page_has_commands_that_nobody_follows() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    with_commands = [str(page.relative_to(ROOT)) for page in pages if "```console" in page.read_text("utf-8")]

    assert sorted(with_commands) == sorted(PAGES)
