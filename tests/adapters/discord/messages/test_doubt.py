"""A refusal that nobody knows counts as temporary, until it has lasted."""

from __future__ import annotations

import pytest

from adapters.discord.errors import UnknownRefusalError
from adapters.discord.messages.doubt import BELIEVED_AFTER, Doubts
from bot.errors import DeliveryError, PermanentError, Scope
from bot.in_process import InProcessState
from tests.adapters.discord.rig import KEY, key

HERE, THERE = "discord:channel:1", "discord:channel:2"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def refused(
    doubts: Doubts, address: str, scope: Scope = Scope.DESTINATION, key: str = KEY
) -> DeliveryError:
    with pytest.raises(DeliveryError) as error:
        async with doubts.about(address, key, scope):
            raise UnknownRefusalError("Discord refuses the bot: New (error 99999).", retry_after=300.0)
    return error.value


async def test_it_is_temporary_at_first_and_of_the_place_after_an_hour() -> None:
    clock = Clock()
    doubts = Doubts(InProcessState(clock))
    first = await refused(doubts, HERE)
    clock.now = BELIEVED_AFTER - 1
    second = await refused(doubts, HERE)
    clock.now = BELIEVED_AFTER
    third = await refused(doubts, HERE)
    other = await refused(doubts, THERE)

    assert [type(each) for each in (first, second, other)] == [UnknownRefusalError] * 3
    assert isinstance(third, PermanentError)
    assert third.scope is Scope.DESTINATION
    assert "99999" in str(third)


async def test_a_message_that_arrives_ends_the_doubt() -> None:
    clock = Clock()
    doubts = Doubts(InProcessState(clock))
    await refused(doubts, HERE)
    clock.now = BELIEVED_AFTER
    async with doubts.about(HERE, KEY, Scope.DESTINATION):
        pass

    assert isinstance(await refused(doubts, HERE, key=key(2)), UnknownRefusalError)


async def test_an_edit_is_given_up_and_parks_nothing() -> None:
    clock = Clock()
    doubts = Doubts(InProcessState(clock))
    await refused(doubts, HERE, Scope.MESSAGE)
    clock.now = BELIEVED_AFTER
    error = await refused(doubts, HERE, Scope.MESSAGE)

    assert isinstance(error, PermanentError)
    assert error.scope is Scope.MESSAGE
