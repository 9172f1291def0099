from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sample.blog import SampleBlog, load_posts
from tests.acceptance.process import Bot, Home, draft
from tests.fakes.blog import FaultyBlog

KNOWN = 8  # posts that the blog has when the bot first sees it


@pytest.fixture
async def blog() -> AsyncIterator[FaultyBlog]:
    """A blog with all its categories in use and room left on the first page of its feed."""
    async with FaultyBlog(SampleBlog(load_posts()[-KNOWN:])) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, blog: FaultyBlog) -> Home:
    return Home.of(tmp_path, blog)


@pytest.fixture
async def bot(home: Home, blog: FaultyBlog) -> AsyncIterator[Bot]:
    """A running bot that has stored the silent first poll."""
    async with home.running() as running:
        await running.polls(blog, 2)
        yield running
