"""What is told of the bots that share a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.commands.fleet import fleet_line
from bot.ports import FleetState, ProcessState

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ONE = ProcessState("host", "0.1.0", NOW, NOW, ("console",))
CALM = FleetState((ONE, ONE), {"poll": 3, "deliver:console": 1000}, 0)


def test_a_calm_fleet_is_one_short_line() -> None:
    assert fleet_line(CALM, NOW) == "2 bots at work; 1,003 jobs waiting"


def test_versions_side_by_side_dead_bots_and_late_polls_are_told() -> None:
    upgrade = replace(
        CALM,
        processes=(ONE, replace(ONE, version="0.2.0")),
        stalled=2,
        oldest_poll_due=NOW - timedelta(seconds=90),
    )

    assert fleet_line(upgrade, NOW) == (
        "2 bots at work (1 of version 0.1.0, 1 of version 0.2.0); 1,003 jobs waiting; "
        "2 jobs of a bot that died, which another takes up; the oldest poll is 90 s late"
    )
