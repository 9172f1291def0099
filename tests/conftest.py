"""What holds for all tests."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from bot.config.secrets import RedactingFilter
from tests.acceptance import forking
from tests.databases import FIXTURE, KINDS, Database, Databases, making
from tests.fakes import postgres

# How long one example takes is the machine's business: no test measures time.
settings.register_profile("bystander", deadline=None)
settings.load_profile("bystander")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the caller say on which database the tests run that use one."""
    parser.addoption("--database", choices=KINDS, default=KINDS[0], help="what the tests store things in")


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_xdist_auto_num_workers() -> int:
    """Return how many processes run the tests: more than cores, as many tests wait for something."""
    return (os.cpu_count() or 1) + 4


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that use a database which may be any."""
    for item in items:
        if FIXTURE in getattr(item, "fixturenames", ()) and item.get_closest_marker("sqlite") is None:
            item.add_marker("database")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Collect no garbage while tests are collected: what is made then is kept."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    """Keep the tests themselves out of every later collection of garbage: there are some million objects.

    Young objects are looked at less often than Python does by itself, which was a fifteenth of all the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def pytest_runtest_teardown() -> None:
    """Take down the logging that a call of the program in this process has set up, before the next test."""
    root = logging.getLogger()
    ours = [each for each in root.handlers if any(isinstance(f, RedactingFilter) for f in each.filters)]
    for handler in ours:
        root.removeHandler(handler)
    if ours:
        root.setLevel(logging.WARNING)
        for name in ("bot", "adapters", "storage", "bystander"):
            logging.getLogger(name).setLevel(logging.NOTSET)


def pytest_unconfigure() -> None:
    """End what the tests of this process have started: PostgreSQL, and where bots come from."""
    postgres.stop()
    forking.stop()


@pytest.fixture
async def databases(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Databases]:
    """Makes databases of the kind that `--database` says; of SQLite for tests of what only SQLite does."""
    own = request.node.get_closest_marker("sqlite") is not None
    kind = KINDS[0] if own else request.config.getoption("--database")
    async with making(kind, tmp_path) as made:
        yield made


@pytest.fixture
async def database(databases: Databases) -> Database:
    """An empty database."""
    return await databases.new()
