from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from bot.pipeline import calls
from bot.sample.server import SampleServer
from bot.sandbox.remote import Remote
from bot.sandbox.worker import resolve
from tests.databases import Database

ROOT = Path(__file__).resolve().parents[2]
# SDKs, parsers, and what only a page, a table on a terminal or a mistyped name needs.
HEAVY = (
    *("discord", "slack_bolt", "slack_sdk", "cryptography", "psycopg"),
    *("feedparser", "lxml", "sentencex"),
    *("jinja2", "prometheus_client", "rapidfuzz", "rich"),
)
POLL = f"""
import sys
from bot.cli import main
code = main(["once", "-c", sys.argv[1]])
print(code, [name for name in {HEAVY!r} if name in sys.modules])
"""
CONFIG = """
database = "{database}"
[fetch]
allow_networks = ["127.0.0.0/8"]
[[feeds]]
name = "Sample"
url = "{feed}"
every = "1s"
announce_latest = 2
api_base = "{api}"
[console]
enabled = true
format = "jsonl"
"""


def declared() -> Iterator[tuple[Remote[Any, *tuple[Any, ...]], tuple[Any, ...]]]:
    """Yield the calls of the pipeline, each with the types of its answer and arguments."""
    for name, kind in get_type_hints(calls).items():
        found = getattr(calls, name)
        if isinstance(found, dict):
            yield from ((call, get_args(get_args(kind)[1])) for call in found.values())
        else:
            yield found, get_args(kind)


@pytest.mark.parametrize(("call", "types"), [pytest.param(*each, id=each[0].function) for each in declared()])
def test_each_call_has_the_types_of_its_function(
    call: Remote[Any, *tuple[Any, ...]], types: tuple[Any, ...]
) -> None:
    *arguments, answer = get_type_hints(resolve(call.function)).values()

    assert (answer, *arguments) == types
    assert call.answer == answer


def test_no_call_is_made_by_a_name_that_stands_elsewhere() -> None:
    used = {
        path.name
        for path in (ROOT / "bot").rglob("*.py")
        if re.search(r"(?<!class )\bRemote\(", path.read_text("utf-8"))
    }

    assert used == {"calls.py"}


@pytest.mark.slow
@pytest.mark.parametrize("api", [True, False])
@pytest.mark.sqlite("the driver of a server is loaded where there is one")
async def test_a_bot_on_the_console_loads_nothing_that_only_others_need(
    tmp_path: Path, database: Database, *, api: bool
) -> None:
    async with SampleServer(api=api) as server:
        text = CONFIG.format(database=database.url, feed=server.feed_url, api=server.api_base)
        (tmp_path / "config.toml").write_text(text, "utf-8")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", POLL, str(tmp_path / "config.toml")),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()

    assert out.decode().splitlines()[-1:] == ["0 []"], err.decode()
