"""The time of single calls of the command line, from call to exit."""

from __future__ import annotations

import asyncio
import socket
import tempfile
from pathlib import Path
from statistics import median

from bench.process import running_bot, seconds_of, write_config
from bench.report import heading, line, ratio, ratio_of
from bot.sample.server import SampleServer

TIMES = 5
_CALLS = (
    ("--help",),
    ("healthy",),
    ("export",),
    ("check",),
    ("once",),
    ("demo", "--once"),
)


async def run() -> None:
    """Run each call in turn beside the import of aiohttp, while a bot runs that `healthy` asks."""
    imports: list[float] = []
    taken: dict[tuple[str, ...], list[float]] = {each: [] for each in _CALLS}
    with tempfile.TemporaryDirectory(prefix="bystander-bench-") as name:
        asked, folder = Path(name) / "asked", Path(name) / "calls"
        web = f'[web]\nlisten = "127.0.0.1:{_free_port()}"\n'
        async with SampleServer() as server:
            for each in (asked, folder):
                write_config(each, server.feed_url, every="15m", api_base=server.api_base, more=web)
            async with running_bot(asked):
                await seconds_of("-m", "bot", "migrate", folder=folder)
                for _ in range(TIMES):
                    imports.append(await seconds_of("-c", "import aiohttp"))
                    for call, seconds in taken.items():
                        seconds.append(await seconds_of("-m", "bot", *call, folder=folder))
    heading(f"calls, to their end ({TIMES} times in turn)")
    line("python -c 'import aiohttp'", median(imports) * 1e3, "ms")
    for call, seconds in taken.items():
        line(f"bystander {' '.join(call)}", median(seconds) * 1e3, "ms")
        ratio("  / import of aiohttp", ratio_of(seconds, imports))


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


if __name__ == "__main__":
    asyncio.run(run())
