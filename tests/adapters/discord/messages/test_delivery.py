"""Messages to every kind of place on Discord, over the wire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import discord
import pytest

from adapters.discord.messages.destinations import lacking
from adapters.discord.messages.search import SEARCH
from bot.errors import PermanentError, Scope, TemporaryError
from bot.model import Destination, Digest, Message, Notice
from tests.adapters.discord.rig import KEY, LONG_AGO, Rig, alert, key, made, post, to
from tests.fakes.discord import faults
from tests.fakes.discord.basics import Bits
from tests.fakes.discord.world import Channel, User

MESSAGES: list[Message] = [
    alert(1),
    alert(1, plain=True),
    Digest((post(1), post(2)), "2 posts"),
    Digest((post(1), post(2)), "2 posts", plain=True),
    Notice("The blog can be read again."),
]


def lacking_in(rig: Rig, channel: Channel) -> list[str]:
    place = rig.heard_of(channel)
    return lacking(place) if place else []


async def refused(rig: Rig, destination: Destination) -> PermanentError:
    with pytest.raises(PermanentError) as error:
        await rig.adapter.send(destination, alert(1), KEY)
    return error.value


async def test_an_alert_in_a_channel_bears_its_key_and_mentions_nobody(rig: Rig) -> None:
    reference = await rig.adapter.send(to(rig.news), alert(1), KEY)
    (message,) = rig.server.messages(rig.news)

    assert reference == f"{rig.news.id}/{message.id}"
    assert message.body["nonce"] == KEY
    assert message.body["enforce_nonce"] is True
    assert message.body["allowed_mentions"] == {"parse": []}
    assert message.embeds[0]["title"] == "Title 1"
    assert message.pings == set()


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
@pytest.mark.parametrize("where", ["channel", "dm", "forum", "thread", "voice"])
async def test_every_message_reaches_every_kind_of_place_and_is_found_there_again(
    rig: Rig, message: Message, where: str
) -> None:
    places: dict[str, Channel | User] = {
        "channel": rig.news,
        "dm": rig.alice,
        "forum": rig.guild.add_forum(),
        "thread": rig.guild.add_thread(rig.news),
        "voice": rig.guild.add_voice(),
    }
    place = places[where]
    if isinstance(place, Channel):
        await rig.known(place)
    destination = to(place)

    assert await rig.adapter.find(destination, KEY, LONG_AGO) is None
    await rig.adapter.send(destination, alert(7), key(7))
    reference = await rig.adapter.send(destination, message, KEY)
    assert await rig.adapter.find(destination, KEY, LONG_AGO) == reference
    assert await rig.adapter.find(destination, key(9), LONG_AGO) is None


async def test_an_edit_changes_the_message_and_notifies_nobody(rig: Rig) -> None:
    role = rig.guild.add_role("news", mentionable=True)
    first = alert(1, mention=f"<@&{role.id}>")
    reference = await rig.adapter.send(to(rig.news), first, KEY)
    (message,) = rig.server.messages(rig.news)
    pinged = set(message.pings)
    again = await rig.adapter.edit(to(rig.news), reference, alert(1, "Markets", mention=first.mention), KEY)

    assert pinged == {role.id}
    assert again == reference
    assert message.edits == 1
    assert "Markets" in str(message.embeds)
    assert await rig.adapter.find(to(rig.news), KEY, LONG_AGO) == reference


@pytest.mark.parametrize("mention", ["@everyone", "<@&{role}>", ""])
async def test_only_what_an_admin_chose_is_mentioned(rig: Rig, mention: str) -> None:
    role = rig.guild.add_role("news", mentionable=True)
    hostile = post(1, title=f"@everyone <@&{role.id}> <@{rig.alice.id}>", summary="@here @everyone")
    rig.guild.bot_role.set_permissions(Bits.MENTION_EVERYONE)
    wanted = mention.format(role=role.id)
    await rig.adapter.send(to(rig.news), alert(1, mention=wanted).__class__(hostile, wanted), KEY)
    (message,) = rig.server.messages(rig.news)

    expected: dict[str, set[object]] = {"@everyone": {"everyone"}, "": set()}
    assert message.pings == expected.get(mention, {role.id})


async def test_a_forum_gets_a_post_with_the_tags_named_like_categories(rig: Rig) -> None:
    forum = rig.guild.add_forum("posts", ["china us", "Trade", "Elsewhere"])
    await rig.known(forum)
    reference = await rig.adapter.send(to(forum), alert(1, "China-U.S.", "Trade"), KEY)
    (thread,) = [each for each in rig.guild.channels if each.parent is forum]

    assert reference == f"{thread.id}/{thread.id}"
    assert thread.name == "Title 1"
    assert sorted(thread.applied_tags) == sorted([forum.tag("china us").id, forum.tag("Trade").id])


async def test_a_forum_that_is_not_in_memory_gets_its_post_all_the_same(rig: Rig) -> None:
    forum = rig.guild.add_forum("posts", ["Trade"])
    await rig.known(forum)
    in_memory = rig.heard_of(forum)
    assert isinstance(in_memory, discord.ForumChannel)
    in_memory.guild._remove_channel(in_memory)
    await rig.adapter.send(to(forum), alert(1), KEY)
    (thread,) = [each for each in rig.guild.channels if each.parent is forum]

    assert thread.applied_tags == [forum.tag("Trade").id]


async def test_a_forum_that_demands_a_tag_gets_the_one_for_the_rest_or_is_parked_with_the_mend(
    rig: Rig,
) -> None:
    kind = rig.guild.add_forum("kind", ["Other", "Elsewhere"], demands_tag=True)
    strict = rig.guild.add_forum("strict", ["Elsewhere"], demands_tag=True)
    await rig.known(strict)
    await rig.adapter.send(to(kind), alert(1), KEY)
    (thread,) = [each for each in rig.guild.channels if each.parent is kind]
    error = await refused(rig, to(strict))

    assert thread.applied_tags == [kind.tag("Other").id]
    assert error.scope is Scope.DESTINATION
    assert "Other" in str(error)


async def test_an_archived_thread_is_unarchived_for_a_message_and_for_an_edit(rig: Rig) -> None:
    thread = rig.guild.add_thread(rig.news, owner=rig.server.world.bot)
    thread.archive()
    reference = await rig.adapter.send(to(thread), alert(1), KEY)
    assert not thread.archived
    thread.archive()
    await rig.adapter.edit(to(thread), reference, alert(1, "Markets"), KEY)

    assert not thread.archived
    assert "Markets" in str(rig.server.messages(thread)[0].embeds)


@pytest.mark.parametrize(
    ("trouble", "word"),
    [
        ("no view", "View Channel"),
        ("no send", "Send Messages"),
        ("deleted", "does not exist"),
        ("dm closed", "direct messages"),
        ("locked", "locked"),
        ("locked and archived", "locked"),
        ("kicked", "invite"),
    ],
)
async def test_a_place_out_of_reach_is_told_with_its_mend(rig: Rig, trouble: str, word: str) -> None:
    destination = to(rig.news)
    if trouble == "no view":
        rig.news.deny(Bits.VIEW_CHANNEL)
    elif trouble == "no send":
        rig.news.deny(Bits.SEND_MESSAGES)
    elif trouble == "deleted":
        rig.news.delete()
    elif trouble == "dm closed":
        destination = to(rig.server.add_user("shut", accepts_dms=False))
    elif trouble.startswith("locked"):
        thread = rig.guild.add_thread(rig.news)
        thread.archive(locked=True)
        if "archived" not in trouble:
            thread.unarchive()
        destination = to(thread)
    else:
        rig.guild.remove_bot()
    error = await refused(rig, destination)

    assert error.scope is Scope.DESTINATION
    assert word in str(error)


async def test_a_lost_answer_is_uncertain_and_the_message_is_found_or_comes_once(rig: Rig) -> None:
    rig.server.faults.next(faults.drop_after(), "POST /channels/")
    with pytest.raises(TemporaryError) as lost:
        await rig.adapter.send(to(rig.news), alert(1), KEY)
    (message,) = rig.server.messages(rig.news)
    found = await rig.adapter.find(to(rig.news), KEY, LONG_AGO)
    again = await rig.adapter.send(to(rig.news), alert(1), KEY)

    assert lost.value.uncertain
    assert found == again == f"{rig.news.id}/{message.id}"
    assert len(rig.server.messages(rig.news)) == 1


async def test_a_forum_post_with_a_lost_answer_is_not_repeated_by_itself_and_is_found(rig: Rig) -> None:
    forum = rig.guild.add_forum()
    await rig.known(forum)

    async def done_but_502(request: object, proceed: faults.Proceed) -> object:
        await proceed()
        return await faults.status(502)(request, proceed)  # type: ignore[arg-type]  # handed on as it came

    rig.server.faults.next(done_but_502, f"POST /channels/{forum.id}/threads")  # type: ignore[arg-type]  # a fault by shape
    with pytest.raises(TemporaryError) as lost:
        await rig.adapter.send(to(forum), alert(1), KEY)
    threads = [each for each in rig.guild.channels if each.parent is forum]
    threads[0].archive()

    assert lost.value.uncertain
    assert len(threads) == 1
    assert await rig.adapter.find(to(forum), KEY, LONG_AGO) == f"{threads[0].id}/{threads[0].id}"


async def test_a_message_that_was_deleted_since_counts_as_sent(rig: Rig) -> None:
    await rig.adapter.send(to(rig.news), alert(1), KEY)
    rig.server.delete(rig.server.messages(rig.news)[0])

    assert await rig.adapter.send(to(rig.news), alert(1), KEY) == ""
    assert rig.server.messages(rig.news) == []


async def test_an_edit_of_a_deleted_message_is_given_up(rig: Rig) -> None:
    reference = await rig.adapter.send(to(rig.news), alert(1), KEY)
    rig.server.delete(rig.server.messages(rig.news)[0])
    with pytest.raises(PermanentError) as gone:
        await rig.adapter.edit(to(rig.news), reference, alert(2), KEY)
    with pytest.raises(PermanentError) as never:
        await rig.adapter.edit(to(rig.news), "", alert(2), KEY)

    assert gone.value.scope is never.value.scope is Scope.MESSAGE


async def test_without_read_message_history_nothing_is_repeated_once_the_nonce_is_old(rig: Rig) -> None:
    rig.news.deny(Bits.READ_MESSAGE_HISTORY)
    await rig.until(lambda: "Read Message History" in lacking_in(rig, rig.news))
    fresh = datetime.now(UTC) - timedelta(seconds=SEARCH.nonce_lives / 2)

    assert await rig.adapter.find(to(rig.news), KEY, fresh) is None
    with pytest.raises(PermanentError, match="Read Message History"):
        await rig.adapter.find(to(rig.news), KEY, LONG_AGO)


async def test_a_dm_is_opened_once_even_over_a_restart(rig: Rig) -> None:
    await rig.adapter.send(to(rig.alice), alert(1), key(1))
    await rig.restart()
    await rig.adapter.send(to(rig.alice), alert(2), key(2))

    assert len(rig.server.requests_to("POST /users/@me/channels")) == 1
    assert len(rig.server.messages(rig.server.dm_of(rig.alice))) == 2


async def test_an_announcement_is_published_when_asked_for_and_sent_even_when_that_fails() -> None:
    async with made(publish=True) as rig:
        channel = rig.guild.add_announcement()
        await rig.start()
        await rig.adapter.send(to(channel), alert(1), key(1))
        rig.server.faults.next(faults.refuse(50013), "POST /channels/")  # meets the message
        with pytest.raises(PermanentError):
            await rig.adapter.send(to(channel), alert(2), key(2))
        await rig.adapter.send(to(rig.news), alert(3), key(3))

        assert [message.crossposted for message in rig.server.messages(channel)] == [True]
        assert [message.crossposted for message in rig.server.messages(rig.news)] == [False]


async def test_an_announcement_channel_publishes_ten_an_hour_and_gets_the_rest_unpublished() -> None:
    async with made(publish=True) as rig:
        channel = rig.guild.add_announcement()
        rig.server.limits.set("POST /channels/{channel_id}/messages", 100, 5.0)
        rig.server.limits.set("POST /channels/{channel_id}/messages/{message_id}/crosspost", 11, 3600.0)
        await rig.start()
        for number in range(12):
            await rig.adapter.send(to(channel), alert(number), key(number))

        published = [message.crossposted for message in rig.server.messages(channel)]
        assert published == [True] * 10 + [False] * 2
        assert rig.server.limits.refused == {}


async def test_an_address_that_is_none_is_refused_and_nothing_is_found_there(rig: Rig) -> None:
    for local in ("", "elsewhere", "channel:", "channel:x", "channel:1/../2", "user:" + "9" * 30):
        nowhere = Destination(1, f"discord:{local}")
        assert (await refused(rig, nowhere)).scope is Scope.DESTINATION
        assert await rig.adapter.find(nowhere, KEY, LONG_AGO) is None
