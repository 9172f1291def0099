"""The limit on open files of the real bot."""

from __future__ import annotations

import resource
import sys

import pytest

from bot.open_files import wanted
from tests.acceptance.process import Home
from tests.fakes.blog import FaultyBlog


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody is told another process's limits")
async def test_the_bot_raises_its_limit_as_far_as_it_may(home: Home, blog: FaultyBlog) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    few = (300, hard)
    async with home.running(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, few)) as bot:
        await bot.polls(blog, 2)
        soft, _ = resource.prlimit(bot.process.pid, resource.RLIMIT_NOFILE)

        assert soft == wanted(300, hard if hard >= 0 else sys.maxsize)
