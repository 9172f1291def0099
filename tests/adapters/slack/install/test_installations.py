"""What is kept of workspaces, and the states of OAuth."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_bolt.error import BoltError
from slack_sdk.oauth.installation_store import Installation

from adapters.slack.install.installations import STATE_LIFE, Installations, Installed, States
from tests.adapters.discord.rig import NotingServices

SECRET = "0123456789abcdef0123456789abcdef"
ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"  # base64 for addresses
READERS = Installed("T0READERS", "Readers", "xoxb-1-readers")


class HandClock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = datetime(2026, 7, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


class ForgetfulDesk(NotingServices):
    """A desk whose store refuses to write."""

    async def set_value(self, key: str, value: str) -> None:  # noqa: ARG002 -- it forgets both
        return


async def test_an_installation_is_read_back_also_after_a_restart() -> None:
    services = NotingServices()
    await Installations(services, SECRET).keep(READERS)
    again = Installations(services, SECRET)

    assert await again.token("T0READERS") == "xoxb-1-readers"
    assert await again.installed("T0READERS") == READERS
    assert await again.teams() == ["T0READERS"]
    assert await again.token("T0OTHER") == ""


async def test_nothing_that_is_kept_shows_the_token() -> None:
    services = NotingServices()
    await Installations(services, SECRET).keep(READERS)

    assert list(services.memory) == ["slack:installation:T0READERS"]
    assert "xoxb" not in str(services.memory)
    assert "xoxb" not in repr(READERS)


async def test_a_dropped_installation_is_gone() -> None:
    services = NotingServices()
    installations = Installations(services, SECRET)
    await installations.keep(READERS)
    assert await installations.drop("T0READERS", READERS.token)

    assert await installations.token("T0READERS") == ""
    assert services.memory == {}


async def test_another_client_secret_reads_nothing_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    services = NotingServices()
    await Installations(services, SECRET).keep(READERS)
    changed = Installations(services, "another secret")

    assert await changed.token("T0READERS") == ""
    assert await changed.teams() == ["T0READERS"]
    assert await changed.installed("T0READERS") is None
    assert caplog.text.count("T0READERS cannot be read, for SLACK_CLIENT_SECRET was changed") == 1


@pytest.mark.parametrize("sealed", ["", "x", "gAAAAA==", "é"])
async def test_what_was_tampered_with_is_no_installation(sealed: str) -> None:
    services = NotingServices()
    services.memory["slack:installation:T0READERS"] = sealed

    assert await Installations(services, SECRET).installed("T0READERS") is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"team_id": None}, "no single workspace"),
        ({"team_id": "E0ORG"}, "no single workspace"),
        ({"team_id": "T1/../T2"}, "no single workspace"),
        ({"bot_token": None}, "no single workspace"),
        ({"bot_refresh_token": "xoxe-1"}, "token rotation"),
    ],
)
async def test_what_cannot_be_used_is_not_kept(fields: dict[str, str | None], words: str) -> None:
    services = NotingServices()
    granted = {"user_id": "U1", "team_id": "T0READERS", "bot_token": "xoxb-1"} | fields
    with pytest.raises(BoltError, match=words):
        await Installations(services, SECRET).async_save(Installation(**granted))  # type: ignore[arg-type]  # None too

    assert services.memory == {}


async def test_an_installation_that_the_store_does_not_take_is_no_success() -> None:
    with pytest.raises(BoltError, match="database"):
        await Installations(ForgetfulDesk(), SECRET).keep(READERS)


async def test_a_state_is_good_once() -> None:
    states = States(NotingServices(), SECRET, HandClock())
    state = await states.async_issue()

    assert await states.async_consume(state)
    assert not await states.async_consume(state)
    assert await states.async_consume(await states.async_issue())


async def test_a_state_is_good_once_over_a_restart_too() -> None:
    services, clock = NotingServices(), HandClock()
    state = await States(services, SECRET, clock).async_issue()

    assert await States(services, SECRET, clock).async_consume(state)
    assert not await States(services, SECRET, clock).async_consume(state)


async def test_a_state_is_good_for_ten_minutes() -> None:
    clock = HandClock()
    states = States(NotingServices(), SECRET, clock)
    early, late = await states.async_issue(), await states.async_issue()
    clock.time += timedelta(seconds=STATE_LIFE)
    assert await states.async_consume(early)
    clock.time += timedelta(seconds=1)

    assert not await states.async_consume(late)


async def test_asking_for_states_fills_no_store_and_used_ones_are_forgotten() -> None:
    services, clock = NotingServices(), HandClock()
    states = States(services, SECRET, clock)
    used = [await states.async_issue() for _ in range(5)]
    assert services.memory == {}
    for state in used:
        await states.async_consume(state)
    clock.time += timedelta(seconds=2 * STATE_LIFE)
    await states.async_consume(await states.async_issue())

    assert len(services.memory) == 1


async def test_a_state_whose_use_cannot_be_noted_is_refused() -> None:
    states = States(ForgetfulDesk(), SECRET, HandClock())

    assert not await states.async_consume(await states.async_issue())


@given(st.text(max_size=200))
async def test_no_text_of_anybody_is_a_state(text: str) -> None:
    services = NotingServices()

    assert not await States(services, SECRET, HandClock()).async_consume(text)
    assert services.memory == {}


async def test_a_state_written_in_another_way_is_not_another_state() -> None:
    states = States(NotingServices(), SECRET, HandClock())
    state = await states.async_issue()
    assert await states.async_consume(state)

    last = ALPHABET.index(state[-1])
    twin = state[:-1] + ALPHABET[last ^ 1]  # differs in a bit that stands for nothing
    for other in (twin, f"{state}=", f"{state}==", f" {state}", f"{state}\n", state + "A"):
        assert not await states.async_consume(other)


async def test_an_installation_is_no_state() -> None:
    services = NotingServices()
    await Installations(services, SECRET).keep(READERS)

    assert not await States(services, SECRET, HandClock()).async_consume(
        services.memory["slack:installation:T0READERS"]
    )
