"""An outage is a few lines of log: one at its begin, one a minute, one at its end, and no traceback."""

from __future__ import annotations

import asyncio
import logging

import pytest

from adapters.shared.outage import Outage
from bot.errors import TemporaryError
from tests.adapters.slack.rig import KEY, LONG_AGO, alert, made


def test_an_outage_is_told_at_its_begin_once_a_minute_and_at_its_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    now = [0.0]
    outage = Outage(logging.getLogger("tests"), "The way", lambda: now[0])
    outage.end()
    for second in range(150):
        now[0] = float(second)
        outage.note(f"trouble {second}")
    before = outage.trouble
    outage.end()
    outage.end()
    lines = [each.getMessage() for each in caplog.records]

    assert [line.partition(":")[0].split(" for ")[0] for line in lines] == [
        "The way does not work",
        "The way has not worked",
        "The way has not worked",
        "The way works again after 2 min (150 failures).",
    ]
    assert (before, outage.trouble) == ("trouble 149", "")


async def test_an_outage_of_slack_is_two_lines_and_connected_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    async with made(first_wait=0.05) as rig:
        await rig.start()
        await rig.server.wait_for_connections(2)
        caplog.clear()
        port = rig.server.port
        await rig.server.stop()
        await rig.server.wait_until(lambda: rig.adapter.trouble and not rig.adapter.connected)
        for _ in range(20):
            with pytest.raises(TemporaryError):
                await rig.adapter.send(rig.to(rig.news), alert(1), KEY)
            with pytest.raises(TemporaryError):
                await rig.adapter.find(rig.to(rig.news), KEY, LONG_AGO)
            await asyncio.sleep(0)
        told = rig.adapter.trouble
        await rig.server.start(port)
        await rig.server.wait_until(lambda: rig.adapter.connected and not rig.adapter.trouble)

    lines = [each for each in caplog.records if not each.getMessage().startswith("Looking for a message")]
    assert len(lines) <= 3
    assert not [each for each in caplog.records if each.exc_info or each.exc_text]
    assert "Slack" in told
