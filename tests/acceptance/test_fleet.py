"""Processes that share a database are killed at random, and the server crashes: nothing is lost."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.fleet.fleet import Plan, fleet, run

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal on Windows"),
    pytest.mark.slow,
]


async def test_every_destination_shows_every_post_once_and_in_order(tmp_path: Path) -> None:
    said: list[str] = []
    async with fleet(Plan(), tmp_path, said.append) as made:
        await run(made)

        assert made.wrong() == {}
        assert made.kills >= 2, said
