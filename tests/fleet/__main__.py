"""`python -m tests.fleet`: a long run of a fleet; ends with 1 if anything was lost or came twice."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.acceptance.process import Home
from tests.fakes import postgres
from tests.fleet.fleet import Fleet, Plan, fleet, run

_PROGRESS = """SELECT count(*) FILTER (WHERE state = 'sent') AS sent,
        count(*) FILTER (WHERE state = 'sent' AND platform = 'slack') AS "sent on Slack",
        count(*) FILTER (WHERE state <> 'sent') AS waiting,
        (SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo') AS "jobs waiting",
        (SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing') AS "jobs at work"
    FROM deliveries JOIN destinations ON destinations.id = destination_id"""
_CONNECTIONS = 20  # for each process: docs/scale.md
_BETWEEN = 10  # seconds between two lines of progress


def plan() -> Plan:
    """Return the plan of the command line: an option for each of its values."""
    parser = argparse.ArgumentParser(prog="python -m tests.fleet", description=__doc__)
    for each in dataclasses.fields(Plan):
        parser.add_argument(f"--{each.name.replace('_', '-')}", type=type(each.default), default=each.default)
    return Plan(**vars(parser.parse_args()))


async def progress(made: Fleet) -> None:
    """Say again and again how far the fleet is."""
    while True:
        await asyncio.sleep(_BETWEEN)
        try:
            with psycopg.connect(made.url) as connection:
                cursor = connection.execute(_PROGRESS)
                names, counts = cursor.description or (), cursor.fetchone() or ()
        except psycopg.OperationalError as error:
            made.say(f"no progress can be read: {error}")
        else:
            made.say(", ".join(f"{count} {name.name}" for name, count in zip(names, counts, strict=True)))


@contextmanager
def watched(made: Fleet) -> Iterator[None]:
    """Say how far the fleet is, within this block."""
    task = asyncio.create_task(progress(made))
    try:
        yield
    finally:
        task.cancel()


async def main() -> int:
    Home.cold = True  # each process is started as on a machine of its own
    began = time.monotonic()

    def say(text: str) -> None:
        sys.stdout.write(f"{time.monotonic() - began:7.1f} s  {text}\n")
        sys.stdout.flush()

    chosen = plan()
    # As an operator's server: one that cleans up, and has room for all.
    room = _CONNECTIONS * (chosen.processes + 1)
    await postgres.server().change(max_connections=room, autovacuum="on", shared_buffers="128MB")
    with tempfile.TemporaryDirectory() as folder:
        async with fleet(chosen, Path(folder), say) as made:
            with watched(made):
                await run(made)
            wrong = made.wrong()
            for address, (shown, published) in sorted(wrong.items())[:20]:
                say(f"{address} shows {shown}, and should show {published}")
            say(f"{len(wrong)} of {len(made.spots)} destinations are wrong; seed {made.plan.seed}")
    return 1 if wrong else 0


try:
    sys.exit(asyncio.run(main()))
finally:
    postgres.stop()
