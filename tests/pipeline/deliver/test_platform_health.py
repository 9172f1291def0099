"""Which platforms are shut, which rest, and what each can take now."""

from __future__ import annotations

from datetime import timedelta

from bot.pipeline.deliver.gate import PlatformGate
from bot.pipeline.deliver.platform_health import PlatformHealth
from bot.pipeline.deliver.settings import DeliverySettings
from tests.contracts.store_samples import T0

PAUSE = 300.0
BOTH = {"discord": 2, "slack": 2}


def health() -> PlatformHealth:
    return PlatformHealth(("discord", "slack"), PAUSE)


def gate(state: PlatformHealth) -> PlatformGate:
    return PlatformGate(state, DeliverySettings(concurrency=2, scan_pause=0.5))


# --- health -------------------------------------------------------------------------------------------------


def test_the_first_refusal_is_news_and_the_next_ones_are_not() -> None:
    state = health()

    assert [state.shut("slack", "The token was revoked."), state.shut("slack", "Again.")] == [True, False]
    assert state.closed == {"slack"}


def test_a_refusal_without_a_reason_is_one_too() -> None:
    state = health()
    state.shut("slack", "")

    assert state.closed == {"slack"}


def test_a_message_that_goes_out_opens_the_platform_and_the_next_refusal_is_news_again() -> None:
    state = health()
    state.shut("slack", "The token was revoked.")

    assert [state.open("slack"), state.open("slack"), state.open("discord")] == [True, False, False]
    assert state.closed == frozenset()
    assert state.shut("slack", "The token was revoked.")


def test_a_platform_rests_for_the_pause_after_its_last_refusal() -> None:
    state = health()
    later = T0 + timedelta(seconds=PAUSE - 1)

    assert [state.rest("slack", T0), state.rest("slack", later)] == [True, False]
    assert state.rests("slack", later + timedelta(seconds=PAUSE - 1))
    assert not state.rests("slack", later + timedelta(seconds=PAUSE))
    assert not state.rests("discord", later)


def test_a_clock_that_is_set_back_ends_the_rest() -> None:
    state = health()
    state.rest("slack", T0)

    assert not state.rests("slack", T0 - timedelta(seconds=1))


def test_a_message_that_was_under_way_does_not_end_the_rest() -> None:
    state = health()
    state.shut("slack", "The token was revoked.")
    state.rest("slack", T0)
    state.open("slack")

    assert state.rests("slack", T0)


def test_one_adapter_that_ends_leaves_the_others_and_the_last_one_leaves_none() -> None:
    state = health()

    assert [state.leave_out("slack"), state.leave_out("slack"), state.leave_out("discord")] == [
        True,
        True,
        False,
    ]
    assert state.left_out == {"slack", "discord"}
    assert state.closed == frozenset()


# --- gate ---------------------------------------------------------------------------------------------------


def test_what_is_under_way_takes_room_until_it_ends() -> None:
    door = gate(health())
    door.enter("slack")
    one = door.room(T0)
    door.enter("slack")
    full = door.room(T0)
    door.leave("slack")

    assert (one, full, door.room(T0)) == ({"discord": 2, "slack": 1}, {"discord": 2}, one)


def test_a_platform_that_rests_has_no_room_and_counts_as_none_that_is_full() -> None:
    state = health()
    door = gate(state)
    state.rest("slack", T0)

    assert door.room(T0) == {"discord": 2}
    assert not door.is_partly_full(T0)
    assert door.room(T0 + timedelta(seconds=PAUSE)) == BOTH


def test_all_platforms_are_scanned_at_any_time() -> None:
    door = gate(health())

    assert [door.scan(T0, 0.0), door.scan(T0, 0.0)] == [BOTH, BOTH]


def test_some_platforms_only_are_scanned_now_and_then() -> None:
    door = gate(health())
    for _ in range(2):
        door.enter("slack")

    assert [door.scan(T0, at) for at in (0.0, 0.4, 0.5, 0.6)] == [{"discord": 2}, {}, {"discord": 2}, {}]
    door.scan_at_once()
    assert door.scan(T0, 0.6) == {"discord": 2}


def test_nothing_is_scanned_while_all_are_full() -> None:
    door = gate(health())
    for name in ("slack", "discord", "slack", "discord"):
        door.enter(name)

    assert door.scan(T0, 0.0) == {}
    door.leave("slack")
    assert door.scan(T0, 0.0) == {"slack": 1}  # the look in vain was none
