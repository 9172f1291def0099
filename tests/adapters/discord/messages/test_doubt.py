"""A refusal that nobody knows counts as temporary, until it has lasted."""

from __future__ import annotations

import pytest

from adapters.discord.errors import UnknownRefusalError
from adapters.discord.messages.doubt import BELIEVED_AFTER, Doubts
from bot.errors import DeliveryError, PermanentError, Scope

HERE, THERE = "discord:channel:1", "discord:channel:2"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def refused(doubts: Doubts, address: str, scope: Scope = Scope.DESTINATION) -> DeliveryError:
    with pytest.raises(DeliveryError) as error, doubts.about(address, scope):
        raise UnknownRefusalError("Discord refuses the bot: New (error 99999).", retry_after=300.0)
    return error.value


def test_it_is_temporary_at_first_and_of_the_place_after_an_hour() -> None:
    clock = Clock()
    doubts = Doubts(clock=clock)
    first = refused(doubts, HERE)
    clock.now = BELIEVED_AFTER - 1
    second = refused(doubts, HERE)
    clock.now = BELIEVED_AFTER
    third = refused(doubts, HERE)
    other = refused(doubts, THERE)

    assert [type(each) for each in (first, second, other)] == [UnknownRefusalError] * 3
    assert isinstance(third, PermanentError)
    assert third.scope is Scope.DESTINATION
    assert "99999" in str(third)


def test_a_message_that_arrives_ends_the_doubt() -> None:
    clock = Clock()
    doubts = Doubts(clock=clock)
    refused(doubts, HERE)
    clock.now = BELIEVED_AFTER
    with doubts.about(HERE, Scope.DESTINATION):
        pass

    assert isinstance(refused(doubts, HERE), UnknownRefusalError)


def test_an_edit_is_given_up_and_parks_nothing() -> None:
    clock = Clock()
    doubts = Doubts(clock=clock)
    refused(doubts, HERE, Scope.MESSAGE)
    clock.now = BELIEVED_AFTER
    error = refused(doubts, HERE, Scope.MESSAGE)

    assert isinstance(error, PermanentError)
    assert error.scope is Scope.MESSAGE


def test_it_forgets_rather_than_growing_without_end() -> None:
    doubts = Doubts(clock=Clock())
    for number in range(10_050):
        refused(doubts, f"discord:channel:{number}")

    assert len(doubts._since) == 10_000
