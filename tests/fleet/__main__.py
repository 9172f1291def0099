"""`python -m tests.fleet`: a long run of a fleet; ends with 1 if anything was lost or came twice."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import sys
import tempfile
import time
from pathlib import Path

from tests.acceptance.process import Home
from tests.fakes import postgres
from tests.fleet.fleet import Plan, fleet, run


def plan() -> Plan:
    """Return the plan of the command line: an option for each of its values."""
    parser = argparse.ArgumentParser(prog="python -m tests.fleet", description=__doc__)
    for each in dataclasses.fields(Plan):
        parser.add_argument(f"--{each.name.replace('_', '-')}", type=type(each.default), default=each.default)
    return Plan(**vars(parser.parse_args()))


async def main() -> int:
    Home.cold = True  # each process is started as on a machine of its own
    began = time.monotonic()

    def say(text: str) -> None:
        sys.stdout.write(f"{time.monotonic() - began:7.1f} s  {text}\n")
        sys.stdout.flush()

    with tempfile.TemporaryDirectory() as folder:
        async with fleet(plan(), Path(folder), say) as made:
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
