"""Whatever Discord answers to a plain message in a forum or media channel, the bot finds out what it is."""

from __future__ import annotations

import pytest

from bot.errors import PermanentError, Scope
from tests.adapters.discord.rig import KEY, LONG_AGO, Rig, alert, key, to
from tests.fakes.discord.basics import Kind


@pytest.mark.parametrize("refusal", [40058, 50008])
@pytest.mark.parametrize("kind", [Kind.FORUM, Kind.MEDIA])
async def test_whatever_a_forum_answers_to_a_plain_message_it_gets_a_post(
    rig: Rig, kind: Kind, refusal: int
) -> None:
    rig.server.core.forum_refusal = refusal
    forum = rig.guild.add_forum(kind=kind)
    await rig.known(forum)
    references = [await rig.adapter.send(to(forum), alert(number), key(number)) for number in (1, 2)]
    threads = [each for each in rig.guild.channels if each.parent is forum]

    assert references == [f"{each.id}/{each.id}" for each in threads]
    assert await rig.adapter.find(to(forum), key(2), LONG_AGO) == references[1]


async def test_a_channel_that_takes_no_messages_and_is_no_forum_is_out_of_reach(rig: Rig) -> None:
    category = rig.guild.add_channel("Texts", Kind.CATEGORY)
    await rig.known(category)
    with pytest.raises(PermanentError, match="takes no messages") as refused:
        await rig.adapter.send(to(category), alert(1), KEY)

    assert refused.value.scope is Scope.DESTINATION
