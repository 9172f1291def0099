"""From the call until the bot is ready, from SIGTERM to its end, and the memory of the idle bot.

Each on the console alone, with the SDKs of both platforms, and with ten thousand feeds.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psutil

from bench.meter import Memory, memory_of
from bench.process import ROOT, running_bot, seconds_of, write_config
from bench.report import Aim, Verdicts, heading, line, ratio, ratio_of
from bot.sample.server import SampleServer
from tests.fakes.discord.process import DiscordProcess
from tests.fakes.slack.process import SlackProcess

STARTS = 5
IDLE = 4.0  # seconds after the first poll
FEEDS = 10_000
EACH = Aim(6.0, "kB")  # of memory for each feed
# In the order of import; each counts what it imports first. Those after the console are imported only when
# somebody mistypes a name, or only in the child.
_PARTS = (
    *("asyncio", "aiohttp", "pydantic", "apscheduler.schedulers.asyncio", "aiosqlite"),
    *("bot.shell.run", "storage.sqlite.store", "adapters.console.adapter"),
    *("rapidfuzz.fuzz", "lxml.etree", "sentencex", "feedparser", "bot.pipeline.parse.feed"),
)
_WEIGH = """
import importlib, json, sys, time, psutil
process, weights = psutil.Process(), {}
for name in sys.argv[1:]:
    held, start = process.memory_info().rss, time.perf_counter()
    importlib.import_module(name)
    weights[name] = (time.perf_counter() - start, process.memory_info().rss - held)
print(json.dumps(weights))
"""
_HOLD = "import aiohttp, sys; print(flush=True); sys.stdin.read()"
_MB = 1e6


@dataclass(frozen=True, slots=True)
class Setting:
    """A bot to be started. `ready`: the aim for its start, as a multiple of the import of aiohttp.

    `apart`: seconds from its end to its next start. Discord wants five between two starts of one bot, and one
    that starts sooner waits for the rest of them.
    """

    name: str
    folder: Path
    ready: Aim
    secrets: Mapping[str, str] = field(default_factory=dict)
    apart: float = 0.0


async def start_up(settings: list[Setting], verdicts: Verdicts) -> None:
    """Measure from the call to the log line " watches ", beside bare Python and the import of aiohttp.

    The first start of each makes its database and is left out.
    """
    bare: list[float] = []
    imports: list[float] = []
    ready: dict[str, list[float]] = {each.name: [] for each in settings}
    ended: dict[str, list[float]] = {each.name: [] for each in settings}
    first = dict[str, float]()
    for turn in range(STARTS + 1):
        if turn:
            bare.append(await seconds_of("-c", "pass"))
            imports.append(await seconds_of("-c", "import aiohttp"))
        for each in settings:
            if turn:
                await asyncio.sleep(each.apart)
            async with running_bot(each.folder, each.secrets) as bot:
                pass
            if turn:
                ready[each.name].append(bot.seconds)
                ended[each.name] += bot.ending
            else:
                first[each.name] = bot.seconds
    heading(f"start-up ({STARTS} times in turn)")
    line("python -c pass", median(bare) * 1e3, "ms")
    line("python -c 'import aiohttp'", median(imports) * 1e3, "ms")
    for each in settings:
        line(f"{each.name}, to ready", median(ready[each.name]) * 1e3, "ms")
        verdicts.figure("  / import of aiohttp", ratio_of(ready[each.name], imports), "x", each.ready)
        line("  the first time, with a new database", first[each.name] * 1e3, "ms")
        line("  from SIGTERM to its end", median(ended[each.name]) * 1e3, "ms")


async def idle(setting: Setting, most: Aim, verdicts: Verdicts) -> Memory:
    """Measure the memory of the bot after its first poll, of the child that parsed, and of aiohttp alone.

    The child is a process of its own and no part of the bot's figure. Returns the bot's memory.
    """
    async with running_bot(setting.folder, setting.secrets) as bot:
        await bot.log_line(" silent")
        await asyncio.sleep(IDLE)
        process = psutil.Process(bot.process.pid)
        held = memory_of(process.pid)
        children = [memory_of(child.pid) for child in process.children()]
        cpu = process.cpu_times()
        await asyncio.sleep(IDLE)
        later = process.cpu_times()
    alone = await _aiohttp_alone()
    heading(f"memory of {setting.name}, {IDLE:g} s after the first poll")
    _line_of("a process that imported aiohttp", alone)
    verdicts.figure("the bot", held.resident / _MB, "MB", most, _own(held))
    for child in children:
        _line_of("its child that parses; ends when idle", child)
    ratio("the bot / aiohttp", held.resident / alone.resident)
    spent = later.user - cpu.user + later.system - cpu.system
    line("CPU of the idle bot", spent / IDLE * 1e3, "ms/s")
    return held


def _line_of(name: str, memory: Memory) -> None:
    line(name, memory.resident / _MB, "MB", _own(memory))


def _own(memory: Memory) -> str:
    return f"{memory.own / _MB:.1f} MB its own" if memory.own else ""


async def _aiohttp_alone() -> Memory:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", _HOLD, stdin=PIPE, stdout=PIPE)
    assert process.stdout is not None
    await process.stdout.readline()
    held = memory_of(process.pid)
    await process.communicate(b"")  # ends its input
    return held


def parts() -> None:
    """Print the memory and time of each import."""
    result = subprocess.run(
        [sys.executable, "-c", _WEIGH, *_PARTS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    heading("what the imports weigh (one after the other)")
    for name, (seconds, held) in json.loads(result.stdout).items():
        line(name, held / _MB, "MB", f"{seconds * 1e3:.0f} ms")


def _many_feeds(feed_url: str) -> str:
    """Return the tables of so many feeds more, which nobody asks for within a measurement."""
    return "\n".join(
        f'[[feeds]]\nname = "Feed {number}"\nurl = "{feed_url}?{number}"\nevery = "24h"\n'
        for number in range(FEEDS - 1)
    )


async def run() -> int:
    """Run all measurements; return the exit code."""
    verdicts = Verdicts()
    with tempfile.TemporaryDirectory(prefix="bystander-bench-") as name:
        folder = Path(name)
        async with (
            SampleServer() as server,
            DiscordProcess() as discord,
            SlackProcess() as slack,
        ):
            # Where aiohttp is imported in 0.2 s these are 0.5, 0.9 and 2 s.
            console = Setting("console", folder / "console", Aim(2.5))
            secrets = {"DISCORD_TOKEN": discord.token} | slack.environment()
            both = Setting("both SDKs", folder / "both", Aim(4.5), secrets, apart=6.0)
            many = Setting(f"{FEEDS:,} feeds", folder / "many", Aim(10.0))
            chats = (
                f'[discord]\nenabled = true\napi_base = "{discord.api_base}"\ngateway = "{discord.gateway}"\n'
                f'[slack]\nenabled = true\napi_base = "{slack.api_base}"\n'
            )
            for each, more in ((console, ""), (both, chats), (many, _many_feeds(server.feed_url))):
                write_config(each.folder, server.feed_url, every="15m", api_base=server.api_base, more=more)
            one = await idle(console, Aim(60.0, "MB"), verdicts)
            await idle(both, Aim(95.0, "MB"), verdicts)
            with_many = await idle(many, Aim(60.0 + FEEDS * EACH.most / 1e3, "MB"), verdicts)
            each_feed = (with_many.resident - one.resident) / (FEEDS - 1) / 1e3
            verdicts.figure("each feed more", each_feed, "kB", EACH)
            for each in (console, both, many):
                (each.folder / "bench.db").unlink()
            await start_up([console, both, many], verdicts)
    parts()
    return verdicts.code()


if __name__ == "__main__":
    sys.exit(asyncio.run(run()))
