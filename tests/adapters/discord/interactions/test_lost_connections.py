"""Connections to Discord that break while somebody waits for an answer."""

from __future__ import annotations

import logging

import pytest

from tests.adapters.discord.rig import Rig
from tests.fakes.discord import faults

DEFER, ANSWER = "POST /interactions/", "PATCH /webhooks/"


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.discord.interactions.patience.PAUSES", (0.0, 0.0))


@pytest.mark.parametrize("fault", [faults.drop_before(), faults.drop_after()])
@pytest.mark.parametrize(("call", "times"), [(DEFER, 1), (ANSWER, 2)])
async def test_an_answer_comes_over_a_broken_connection(
    rig: Rig, fault: faults.Fault, call: str, times: int
) -> None:
    rig.server.faults.next(fault, call, times=times)
    asked = await rig.server.interact(rig.alice, rig.news, "health")
    answer = await asked.answer()

    assert answer.content == "/health {}"
    assert len(rig.services.executed) == 1
    await rig.until(lambda: not rig.server.faults.pending)


async def test_a_connection_that_stays_broken_ends_in_one_line_of_the_log(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    rig.server.faults.next(faults.drop_before(), ANSWER, times=3)
    await rig.server.interact(rig.alice, rig.news, "health")
    await rig.until(lambda: "Answering on Discord does not work" in caplog.text)

    assert "Traceback" not in caplog.text
    assert rig.server.faults.pending == 0
