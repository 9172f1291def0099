"""The limit on open files: who may have how many, and that it is raised as far as is wanted."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest

from bot.app import network_of
from bot.config.load import parse_config
from bot.open_files import SHARES, limit, raise_limit, requests, visitors, wanted

if sys.platform != "win32":
    import resource


@pytest.fixture
def restored() -> Iterator[tuple[int, int]]:
    """The limits of this process, which are set back afterwards."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield before
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize(
    ("files", "most"), [(None, 250), (64, 20), (512, 72), (1024, 272), (1480, 500), (4096, 500), (10**9, 500)]
)
def test_requests_get_what_the_limit_leaves_them(files: int | None, most: int) -> None:
    assert requests(files) == most


@pytest.mark.parametrize("files", [512, 600, 1000, 1024, 1280, 1500, 4096])
def test_all_shares_together_fit_into_the_limit(files: int) -> None:
    while_connecting = 2 * requests(files)

    assert SHARES.own + SHARES.backlog + visitors(files) + while_connecting <= files


@pytest.mark.parametrize(
    ("soft", "hard", "new"),
    [
        (1024, 524_288, 4096),
        (256, 10**18, 4096),  # macOS
        (1024, 1024, 1024),
        (1024, 2048, 2048),
        (20_000, 20_000, 20_000),
        (65_536, 10**18, 65_536),
    ],
)
def test_the_limit_is_raised_within_what_is_allowed_and_never_lowered(soft: int, hard: int, new: int) -> None:
    assert wanted(soft, hard) == new


@pytest.mark.skipif(sys.platform == "win32", reason="Windows tells no limit")
def test_the_process_gets_the_limit_that_is_wanted(restored: tuple[int, int]) -> None:
    _, hard = restored
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    assert limit() == 256

    raise_limit()

    assert limit() == wanted(256, hard if hard >= 0 else sys.maxsize)
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[1] == hard


@pytest.mark.skipif(sys.platform == "win32", reason="Windows tells no limit")
async def test_the_bot_has_as_many_requests_under_way_as_the_limit_allows(restored: tuple[int, int]) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, restored[1]))
    async with AsyncExitStack() as stack:
        fetcher, _ = await network_of(parse_config("[console]\nenabled = true\n", {}), stack)

        assert fetcher._settings.at_once == requests(512)
