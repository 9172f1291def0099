"""Addresses on Slack."""

from __future__ import annotations

import pytest

from adapters.slack.messages.destinations import Place, address, prefix, read_address
from bot.errors import PermanentError, Scope


@pytest.mark.parametrize(
    ("local", "place", "person"),
    [
        ("C0ABC123", Place("", "C0ABC123"), False),
        ("G0ABC123", Place("", "G0ABC123"), False),
        ("U0ABC123", Place("", "U0ABC123"), True),
        ("W0ABC123", Place("", "W0ABC123"), True),
        ("T0XYZ/C0ABC123", Place("T0XYZ", "C0ABC123"), False),
        ("T0XYZ/U0ABC123", Place("T0XYZ", "U0ABC123"), True),
    ],
)
def test_an_address_is_a_channel_or_a_person_at_home_or_in_a_named_workspace(
    local: str, place: Place, *, person: bool
) -> None:
    assert read_address(local) == place
    assert place.is_person is person
    assert address(place.team, place.id, "T0HOME") == f"slack:{local}"


WRONG = (
    ["", "elsewhere", "c0abc", "C", "C" * 40, "D0ABC123", "C0ÄBC", "C0ABC\n", "#news", "C0ABC U0ABC"],
    ["T0XYZ", "T0XYZ/", "/C0ABC", "T0XYZ/D0ABC", "T0X/T0X/C0ABC", "C0A/../U0B"],
)


@pytest.mark.parametrize("local", [local for locals_ in WRONG for local in locals_])
def test_what_is_no_address_is_refused_with_the_mend(local: str) -> None:
    with pytest.raises(PermanentError, match="/alerts add") as error:
        read_address(local)

    assert error.value.scope is Scope.DESTINATION


def test_the_home_workspace_is_not_named_in_addresses() -> None:
    assert address("T0HOME", "C0ABC", "T0HOME") == "slack:C0ABC"
    assert address("T0XYZ", "C0ABC", "T0HOME") == "slack:T0XYZ/C0ABC"
    assert address("T0XYZ", "C0ABC", "").startswith(prefix("T0XYZ"))
