"""The tables of procrastinate: those of an older one are upgraded, those of a newer one are not touched."""

from __future__ import annotations

from importlib import metadata, resources

import psycopg
import pytest

from bot.errors import StoreError
from storage.postgres import open_postgres
from tests.contracts.store_samples import ALICE, add_feed, follow, publish, row
from tests.pipeline.deliver.office import until
from tests.storage.postgres.jobs.share import Share, working

INSTALLED = metadata.version("procrastinate")
LAST = "03.02.00"  # of the steps that an older procrastinate knew
WITHOUT = """
DROP TRIGGER deliveries_deferred ON deliveries;
DROP TABLE procrastinate_jobs, procrastinate_events, procrastinate_workers, procrastinate_periodic_defers
    CASCADE;
DO $$ DECLARE each text; BEGIN
    FOR each IN SELECT oid::regprocedure FROM pg_proc WHERE proname LIKE 'procrastinate%' LOOP
        EXECUTE 'DROP FUNCTION ' || each || ' CASCADE'; END LOOP;
    FOR each IN SELECT oid::regtype FROM pg_type WHERE typname LIKE 'procrastinate%' LOOP
        EXECUTE 'DROP TYPE ' || each || ' CASCADE'; END LOOP;
END $$;
"""
MADE_OF = """
SELECT proname || pg_get_function_arguments(oid) FROM pg_proc WHERE proname LIKE 'procrastinate%'
UNION SELECT table_name || column_name || data_type FROM information_schema.columns
WHERE table_name LIKE 'procrastinate%' ORDER BY 1
"""


def said(url: str) -> str:
    with psycopg.connect(url) as connection:
        (version,) = connection.execute("SELECT version FROM engine").fetchone() or ("",)
    return str(version)


def say(url: str, version: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE engine SET version = %s", [version])


def become_older(url: str) -> list[tuple[object, ...]]:
    """Give a database the tables of an older procrastinate; return what those of this one are made of."""
    folder = resources.files("procrastinate") / "sql" / "migrations"
    steps = sorted(each.name for each in folder.iterdir() if each.name.endswith(".sql"))
    with psycopg.connect(url) as connection:
        made_of = connection.execute(MADE_OF).fetchall()
        connection.execute(WITHOUT)
        for name in steps:
            if name[:8] <= LAST:
                connection.execute((folder / name).read_bytes())
        assert connection.execute(MADE_OF).fetchall() != made_of
    return made_of


async def test_the_tables_of_an_older_procrastinate_are_upgraded_and_worked_on(url: str) -> None:
    made_of = become_older(url)
    say(url, "3.2.2 1")
    store = await open_postgres(url)
    share = Share(store)
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    async with working(share):
        await publish(store, feed, row("p1", "Trade"))
        await until(lambda: bool(share.sent))
    await store.aclose()

    with psycopg.connect(url) as connection:
        assert connection.execute(MADE_OF).fetchall() == made_of
    assert said(url).startswith(f"{INSTALLED} ")


async def test_the_tables_of_a_newer_procrastinate_are_refused_with_what_to_install(url: str) -> None:
    _, trigger, _ = said(url).split()
    say(url, newer := f"99.1.0 {trigger} 99.0.0")

    with pytest.raises(
        StoreError, match=rf"of procrastinate 99.1.0; this Bystander runs on {INSTALLED}. Install"
    ):
        await open_postgres(url)
    assert said(url) == newer


async def test_a_newer_procrastinate_with_the_same_tables_works_beside_this_one(url: str) -> None:
    _, trigger, step = said(url).split()
    say(url, newer := f"99.1.0 {trigger} {step}")
    await (await open_postgres(url)).aclose()

    assert said(url) == newer


async def test_a_database_that_does_not_name_a_step_is_understood(url: str) -> None:
    whole = said(url)
    version, trigger, _ = whole.split()
    say(url, f"{version} {trigger}")
    await (await open_postgres(url)).aclose()

    assert said(url) == whole
