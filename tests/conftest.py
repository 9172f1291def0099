"""What holds for all tests."""

import gc

from hypothesis import settings

from tests.acceptance import forking
from tests.fakes import postgres

# How long one example takes is the machine's business: no test measures time.
settings.register_profile("bystander", deadline=None)
settings.load_profile("bystander")


def pytest_collection_finish() -> None:
    """Keep the tests themselves out of every later collection of garbage: there are some million objects."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """End what the tests of this process have started: PostgreSQL, and where bots come from."""
    postgres.stop()
    forking.stop()
