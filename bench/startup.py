"""The time from the call until the bot is ready, and the memory of the idle bot."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from asyncio.subprocess import PIPE
from pathlib import Path
from statistics import median

import psutil

from bench.meter import Memory, memory_of
from bench.process import ROOT, running_bot, seconds_of, write_config
from bench.report import Aim, heading, line, ratio, ratio_of
from bot.sample.server import SampleServer

STARTS = 5
IDLE = 4.0  # seconds after the first poll
READY = Aim(0.8, "s")
HELD = Aim(70.0, "MB")
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


async def start_up(folder: Path) -> None:
    """Measure from the call to the log line " watches ", beside bare Python and the import of aiohttp."""
    bare, imports, ours = [], [], []
    for _ in range(STARTS):
        bare.append(await seconds_of("-c", "pass"))
        imports.append(await seconds_of("-c", "import aiohttp"))
        async with running_bot(folder) as bot:
            ours.append(bot.seconds)
    heading(f"start-up ({STARTS} times in turn)")
    line("python -c pass", median(bare) * 1e3, "ms")
    line("python -c 'import aiohttp'", median(imports) * 1e3, "ms")
    line("bystander run, to ready", median(ours) * 1e3, "ms", READY.verdict(median(ours)))
    ratio("ready / import of aiohttp", ratio_of(ours, imports))


async def idle(folder: Path) -> None:
    """Measure the memory of the bot after its first poll, of the child that parsed, and of aiohttp alone."""
    async with running_bot(folder) as bot:
        await bot.log_line(" silent")
        await asyncio.sleep(IDLE)
        process = psutil.Process(bot.process.pid)
        held = memory_of(process.pid)
        children = [memory_of(child.pid) for child in process.children()]
        cpu = process.cpu_times()
        await asyncio.sleep(IDLE)
        later = process.cpu_times()
    alone = await _aiohttp_alone()
    heading(f"memory, {IDLE:g} s after the first poll")
    _line_of("a process that imported aiohttp", alone)
    _line_of("bystander run", held, HELD.verdict(held.resident / _MB))
    for child in children:
        _line_of("its child that parses; ends when idle", child)
    ratio("bystander run / aiohttp", held.resident / alone.resident)
    spent = later.user - cpu.user + later.system - cpu.system
    line("CPU of the idle bot", spent / IDLE * 1e3, "ms/s")


def _line_of(name: str, memory: Memory, note: str = "") -> None:
    own = f"{memory.own / _MB:.1f} MB its own" if memory.own else ""
    line(name, memory.resident / _MB, "MB", "; ".join(filter(None, [own, note])))


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


async def run() -> None:
    """Run all measurements."""
    with tempfile.TemporaryDirectory(prefix="bystander-bench-") as name:
        folder = Path(name)
        async with SampleServer() as server:
            write_config(folder, server.feed_url, every="15m", api_base=server.api_base)
            (folder / "bench.db").unlink(missing_ok=True)
            await idle(folder)
            await start_up(folder)
    parts()


if __name__ == "__main__":
    asyncio.run(run())
