"""An outage of Discord is told once when it begins and once when it ends, without a traceback."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

import pytest

from adapters.discord.gateway.library_log import handing_over
from tests.adapters.discord.rig import Rig, made
from tests.fakes.discord import faults

BEGINS, ENDS = "The connection to Discord does not work: ", "The connection to Discord works again after "


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged; nothing of it may be a traceback."""
    assert [each for each in caplog.records if each.exc_info or "\n" in each.getMessage()] == []
    return [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING]


@pytest.mark.slow  # the library's own pauses before it connects again
async def test_a_discord_that_is_gone_for_a_while_is_two_lines(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    port = urlsplit(rig.server.gateway).port or 0
    await rig.server.stop()
    await rig.until(lambda: caplog.records)
    await rig.server.start(port)
    await rig.until(lambda: rig.adapter.connected and len(caplog.records) > 1)
    begins, ends = told(caplog)

    assert begins.startswith(BEGINS)
    assert ends.startswith(ENDS)


async def test_a_login_that_fails_again_and_again_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    async with made() as rig:
        rig.server.faults.next(faults.status(503), "GET /users/@me", times=2)
        await rig.start()
        await rig.until(lambda: rig.adapter.connected)
        await rig.until(lambda: len(caplog.records) > 1)

    begins, ends = told(caplog)
    assert begins.startswith(BEGINS)
    assert ends.startswith(ENDS)
    assert "(2 failures)" in ends


def test_what_the_library_would_print_with_a_traceback_is_handed_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    library = logging.getLogger("discord.shard")
    error = OSError(111, "refused")
    heard: list[Exception] = []
    with handing_over(heard.append):
        library.error("Attempting a reconnect for shard ID 0 in 1.00s", exc_info=error)
        library.error("Something else.")
    library.error("Afterwards", exc_info=error)

    assert heard == [error]
    assert [each.getMessage() for each in caplog.records] == ["Something else.", "Afterwards"]
