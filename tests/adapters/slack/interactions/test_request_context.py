"""Where a payload comes from, whatever it is like."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.shared.tasks import Tasks
from adapters.slack.interactions import request_context
from adapters.slack.interactions.request_context import RequestContext
from bot.errors import BystanderError
from tests.adapters.any_messages import unhurried

VALUES = st.recursive(
    st.none() | st.integers() | st.text() | st.sampled_from(("U0AAAAAAA", "T0AAAAAAA", "C0AAAAAAA")),
    lambda inside: (
        st.dictionaries(st.sampled_from(("id", "team_id", "user", "x")), inside) | st.lists(inside)
    ),
)
KEYS = ("user", "user_id", "team", "team_id", "channel", "channel_id", "view", "event", "trigger_id")


def test_a_command_a_click_and_an_event_tell_who_and_where() -> None:
    command = {"team_id": "T0AAAAAAA", "user_id": "U0AAAAAAA", "channel_id": "C0AAAAAAA", "trigger_id": "1.2"}
    click = {
        "team": {"id": "T0AAAAAAA"},
        "user": {"id": "U0AAAAAAA", "team_id": "T0AAAAAAA"},
        "channel": {"id": "C0AAAAAAA"},
        "trigger_id": "1.2",
    }
    event = {
        "team_id": "T0AAAAAAA",
        "event": {"user": "U0AAAAAAA", "channel": "D0AAAAAAA"},
        "event_id": "Ev1",
    }

    assert (
        request_context.read(command)
        == request_context.read(click)
        == RequestContext("T0AAAAAAA", "U0AAAAAAA", "C0AAAAAAA", "1.2")
    )
    assert request_context.read(event) == RequestContext("T0AAAAAAA", "U0AAAAAAA", "", "Ev1")


def test_an_installation_for_an_organisation_names_the_workspace_elsewhere() -> None:
    click = {"team": None, "user": {"id": "U0AAAAAAA", "team_id": "T0AAAAAAA"}}
    view = click | {"view": {"app_installed_team_id": "E0AAAAAAA"}}
    found, installed = request_context.read(click), request_context.read(view)

    assert found is not None
    assert installed is not None
    assert (found.team, installed.team) == ("T0AAAAAAA", "E0AAAAAAA")


@unhurried
@given(st.dictionaries(st.sampled_from(KEYS), VALUES))
def test_any_payload_has_a_sound_origin_or_none(body: dict[str, Any]) -> None:
    found = request_context.read(body)

    assert found is None or (found.user.startswith(("U", "W")) and found.team.startswith(("T", "E")))


@pytest.mark.parametrize("user", ["", "U1;DROP", "u0aaaaaaa", "../U0AAAAAAA", 5])
def test_nobody_is_behind_an_id_that_is_none(user: object) -> None:
    assert request_context.read({"team_id": "T0AAAAAAA", "user_id": user}) is None


async def test_closing_waits_for_what_is_under_way_and_ends_the_rest(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tasks, done = Tasks("Slack"), []

    async def work() -> None:
        await asyncio.sleep(0)
        done.append(1)
        tasks.start(asyncio.sleep(0))

    tasks.start(work())
    await tasks.drain(5)
    endless = tasks.start(asyncio.Event().wait())
    await tasks.drain(0.01)

    assert done == [1]
    assert endless.cancelled()
    assert "1 answers on Slack were not given" in caplog.text


async def test_errors_of_tasks_end_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    tasks = Tasks("Slack")

    async def fail(error: Exception) -> None:
        raise error

    with caplog.at_level(logging.WARNING):
        tasks.start(fail(BystanderError("Slack cannot be reached.")))
        tasks.start(fail(KeyError("x")))
        await tasks.drain(5)

    assert "could not be answered: Slack cannot be reached." in caplog.text
    assert "KeyError" in caplog.text
