from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import get_type_hints

import pytest

from bot.sample.server import SampleServer
from bot.sandbox.calls import ANSWERS
from bot.sandbox.worker import resolve

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("discord", "feedparser", "lxml", "sentencex", "slack_bolt", "slack_sdk")
POLL = f"""
import sys
from bot.cli import main
code = main(["once", "-c", sys.argv[1]])
print(code, [name for name in {HEAVY!r} if name in sys.modules])
"""
CONFIG = """
database = "sqlite:///{folder}/bystander.db"
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


@pytest.mark.parametrize("function", ANSWERS)
def test_each_listed_answer_is_what_the_function_says_it_returns(function: str) -> None:
    assert get_type_hints(resolve(function))["return"] == ANSWERS[function]


@pytest.mark.slow
@pytest.mark.parametrize("api", [True, False])
async def test_polling_loads_no_parser_and_no_chat_sdk_into_the_process(tmp_path: Path, *, api: bool) -> None:
    async with SampleServer(api=api) as server:
        text = CONFIG.format(folder=tmp_path.as_posix(), feed=server.feed_url, api=server.api_base)
        (tmp_path / "config.toml").write_text(text, "utf-8")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", POLL, str(tmp_path / "config.toml")),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()

    assert out.decode().splitlines()[-1:] == ["0 []"], err.decode()
