"""Messages to every kind of place on Slack, over the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.slack.transport.rate_limit import PaceSettings
from bot.errors import DeliveryError, NotYetError, PermanentError, Scope, TemporaryError
from bot.model import Alert, Destination, Digest, Message, Notice
from tests.adapters.slack.rig import KEY, LONG_AGO, POST, Rig, alert, key, made, post, refused
from tests.fakes.slack.world import Channel, User

MESSAGES: list[Message] = [
    alert(1),
    alert(1, plain=True),
    Digest((post(1), post(2)), "2 posts"),
    Digest((post(1), post(2)), "2 posts", plain=True),
    Notice("The blog can be read again."),
]


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """A started Slack adapter on a fake Slack."""
    async with made() as each:
        await each.start()
        yield each


async def test_an_alert_bears_its_key_twice_and_unfolds_nothing(rig: Rig) -> None:
    reference = await rig.adapter.send(rig.to(rig.news), alert(1), KEY)
    (message,) = rig.messages(rig.news)

    assert reference == f"{rig.news.id}/{message.ts}"
    assert message.metadata["event_payload"] == {"key": KEY}
    assert message.blocks[0]["block_id"] == f"d:{KEY}"
    assert message.arguments == {"unfurl_links": False, "unfurl_media": False, "parse": "none"}


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
@pytest.mark.parametrize("where", ["public", "private", "person", "elsewhere"])
async def test_every_message_reaches_every_kind_of_place_and_is_found_there_again(
    message: Message, where: str
) -> None:
    async with made() as rig:
        other = rig.server.add_team("others")
        await rig.installed(other)
        await rig.start()
        places: dict[str, Channel | User] = {
            "public": rig.news,
            "private": rig.team.add_channel("secret", private=True, member=True),
            "person": rig.alice,
            "elsewhere": other.add_channel("news", member=True),
        }
        destination = rig.to(places[where])
        await rig.adapter.send(destination, alert(7), key(7))
        reference = await rig.adapter.send(destination, message, KEY)

        assert await rig.adapter.find(destination, KEY, LONG_AGO) == reference
        assert await rig.adapter.find(destination, key(9), LONG_AGO) is None


async def test_an_edit_changes_the_message_and_keeps_its_key(rig: Rig) -> None:
    reference = await rig.adapter.send(rig.to(rig.news), alert(1), KEY)
    again = await rig.adapter.edit(rig.to(rig.news), reference, alert(1, "Markets"), KEY)
    (message,) = rig.messages(rig.news)
    (call,) = rig.server.calls_to("chat.update")

    assert again == reference
    assert "Markets" in str(message.blocks)
    assert message.edited
    assert call.arguments["text"]
    assert await rig.adapter.find(rig.to(rig.news), KEY, LONG_AGO) == reference


async def test_each_form_of_a_message_has_block_ids_of_its_own_by_which_it_is_found(rig: Rig) -> None:
    reference = await rig.adapter.send(rig.to(rig.news), alert(1), KEY)
    (message,) = rig.messages(rig.news)
    seen = [message.blocks[0]["block_id"]]
    for category in ("Markets", "Trade Deals"):
        await rig.adapter.edit(rig.to(rig.news), reference, alert(1, category), KEY)
        seen.append(message.blocks[0]["block_id"])
    message.metadata = {}

    assert len(set(seen)) == 3
    assert await rig.adapter.find(rig.to(rig.news), KEY, LONG_AGO) == reference
    assert await rig.adapter.find(rig.to(rig.news), KEY[:-1], LONG_AGO) is None


async def test_an_edit_goes_to_the_channel_by_its_present_id(rig: Rig) -> None:
    reference = await rig.adapter.send(rig.to(rig.news), alert(1), KEY)
    old = f"G0OLD/{reference.partition('/')[2]}"
    await rig.adapter.edit(rig.to(rig.news), old, alert(1, "Markets"), KEY)

    assert "Markets" in str(rig.messages(rig.news)[0].blocks)


async def test_an_edit_to_a_plain_form_takes_the_blocks_away(rig: Rig) -> None:
    reference = await rig.adapter.send(rig.to(rig.alice), alert(1), KEY)
    await rig.adapter.edit(rig.to(rig.alice), reference, alert(1, plain=True), KEY)
    (message,) = rig.messages(rig.alice)

    assert message.blocks == []
    assert "Title 1" in message.text


async def test_an_edit_that_slack_no_longer_allows_is_given_up(rig: Rig) -> None:
    reference = await rig.adapter.send(rig.to(rig.news), alert(1), KEY)
    errors = []
    for trouble in ("edit_window_closed", "cant_update_message", "message_not_found"):
        rig.server.faults.error("chat.update", trouble)
        errors.append(await edit_error(rig, reference))
    errors += [await edit_error(rig, ""), await edit_error(rig, "C1/"), await edit_error(rig, "nothing")]
    rig.news.archive()
    errors.append(await edit_error(rig, reference))

    assert {type(each) for each in errors} == {PermanentError}
    assert {each.scope for each in errors if isinstance(each, PermanentError)} == {Scope.MESSAGE}


async def edit_error(rig: Rig, reference: str) -> DeliveryError:
    with pytest.raises(DeliveryError) as error:
        await rig.adapter.edit(rig.to(rig.news), reference, alert(2), KEY)
    return error.value


async def test_a_person_is_written_to_by_their_id_and_nothing_is_opened_before(rig: Rig) -> None:
    await rig.adapter.send(rig.to(rig.alice), alert(1), key(1))
    await rig.restart()
    reference = await rig.adapter.send(rig.to(rig.alice), alert(2), KEY)

    assert await rig.adapter.find(rig.to(rig.alice), KEY, LONG_AGO) == reference
    assert [call.arguments["channel"] for call in rig.server.calls_to(POST)] == [rig.alice.id] * 2
    assert rig.server.calls_to("conversations.open") == []


async def test_direct_messages_that_moved_are_found_where_they_are_now(rig: Rig) -> None:
    reference = await rig.adapter.send(rig.to(rig.alice), alert(1), KEY)
    rig.services.memory[f"slack:dm:/{rig.alice.id}"] = "D0GONE"
    await rig.restart()
    with pytest.raises(PermanentError) as error:
        await rig.adapter.find(rig.to(rig.alice), KEY, LONG_AGO)

    assert error.value.scope is Scope.DESTINATION
    assert await rig.adapter.find(rig.to(rig.alice), KEY, LONG_AGO) == reference


async def test_a_person_who_refused_a_message_is_greeted_anew(rig: Rig) -> None:
    await rig.adapter.send(rig.to(rig.alice), alert(1), key(1))
    remembered = dict(rig.services.memory)
    rig.server.faults.error(POST, "messages_tab_disabled")
    await refused(rig, rig.to(rig.alice))

    assert remembered == {f"slack:dm:/{rig.alice.id}": rig.team.dm(rig.alice)}
    assert rig.services.memory == {}


async def test_blocks_that_slack_refuses_are_for_the_outbox_to_send_plain(rig: Rig) -> None:
    rig.server.faults.error(POST, "invalid_blocks")
    error = await refused(rig, rig.to(rig.news))
    await rig.adapter.send(rig.to(rig.news), alert(1, plain=True), KEY)
    (message,) = rig.messages(rig.news)

    assert error.scope is Scope.MESSAGE
    assert message.blocks == []
    assert len(rig.server.calls_to(POST)) == 2


async def test_a_picture_that_slack_refuses_is_left_out(rig: Rig) -> None:
    message = Alert(post(1, image="https://blog.example/1.png"))
    rig.server.faults.error(POST, "invalid_blocks")
    reference = await rig.adapter.send(rig.to(rig.news), message, KEY)
    rig.server.faults.error("chat.update", "invalid_blocks")
    await rig.adapter.edit(rig.to(rig.news), reference, message, KEY)
    (shown,) = rig.messages(rig.news)
    posts = rig.server.calls_to(POST)

    assert ["image" in str(call.arguments["blocks"]) for call in posts] == [True, False]
    assert {block["type"] for block in shown.blocks} >= {"header", "context", "section", "actions"}
    assert "image" not in {block["type"] for block in shown.blocks}
    assert shown.edited
    assert await rig.adapter.find(rig.to(rig.news), KEY, LONG_AGO) == reference


async def test_a_picture_is_tried_once_more_only_when_blocks_were_refused(rig: Rig) -> None:
    message = Alert(post(1, image="https://blog.example/1.png"))
    rig.server.faults.error(POST, "invalid_blocks", times=2)
    assert (await refused(rig, rig.to(rig.news), message)).scope is Scope.MESSAGE
    rig.server.faults.error(POST, "is_archived")
    assert (await refused(rig, rig.to(rig.news), message)).scope is Scope.DESTINATION

    assert len(rig.server.calls_to(POST)) == 3


async def test_a_429_tells_how_long_and_holds_up_the_messages_that_follow(rig: Rig) -> None:
    rig.server.faults.ratelimit(POST, 17)
    with pytest.raises(TemporaryError) as error:
        await rig.adapter.send(rig.to(rig.news), alert(1), KEY)
    with pytest.raises(NotYetError) as held:
        await rig.adapter.send(rig.to(rig.alice), alert(1), key(2))
    rig.time.now += 17.0
    await rig.adapter.send(rig.to(rig.alice), alert(1), key(2))
    await rig.adapter.send(rig.to(rig.news), alert(1), KEY)

    assert error.value.retry_after == 17.0
    assert not error.value.uncertain
    assert held.value.retry_after is not None
    assert held.value.retry_after >= 17.0
    assert [len(rig.messages(place)) for place in (rig.news, rig.alice)] == [1, 1]


async def test_messages_in_one_channel_keep_a_pace_that_slack_never_has_to_slow_down(rig: Rig) -> None:
    sends = [rig.adapter.send(rig.to(rig.news), alert(number), key(number)) for number in range(12)]
    await asyncio.gather(*sends)

    assert len(rig.messages(rig.news)) == 12
    assert rig.server.limits.refused == {}


async def test_messages_in_one_workspace_keep_within_the_budget_of_a_minute() -> None:
    async with made() as rig:
        rig.server.limits.per_minute = 30
        rig.adapter = rig.build(pace=rig.time.pace(PaceSettings(per_minute=30)))
        await rig.start()
        channels = [rig.team.add_channel(f"c{number}") for number in range(45)]
        sends = [rig.adapter.send(rig.to(each), alert(1), key(1)) for each in channels]
        results = await asyncio.gather(*sends, return_exceptions=True)
        late = [each for each in results if isinstance(each, TemporaryError)]

        assert len(set(results)) == 45
        assert rig.server.limits.refused == {}
        assert all((each.retry_after or 0) > 0 and not each.uncertain for each in late)
        assert sum(len(rig.messages(each)) for each in channels) == 45 - len(late)


@pytest.mark.parametrize("fault", ["drop", "status", "error"])
async def test_whatever_breaks_on_the_way_may_have_arrived_and_is_not_repeated(rig: Rig, fault: str) -> None:
    if fault == "drop":
        rig.server.faults.drop(POST)
    elif fault == "status":
        rig.server.faults.status(POST, 502)
    else:
        rig.server.faults.error(POST, "fatal_error")
    with pytest.raises(TemporaryError) as error:
        await rig.adapter.send(rig.to(rig.news), alert(1), KEY)

    assert error.value.uncertain
    assert await rig.adapter.find(rig.to(rig.news), KEY, LONG_AGO) is None
    assert len(rig.server.calls_to(POST)) == 1


async def test_slack_out_of_reach_is_no_doubt_about_the_message(rig: Rig) -> None:
    await rig.adapter.send(rig.to(rig.news), alert(1), key(1))
    await rig.server.stop()
    await asyncio.sleep(0)
    with pytest.raises(TemporaryError) as error:
        await rig.adapter.send(rig.to(rig.news), alert(1), KEY)

    assert not error.value.uncertain


async def test_words_of_strangers_mention_nobody_and_only_an_admins_choice_does(rig: Rig) -> None:
    words = "<!channel> <@U0FAKE00001> @here &amp; <https://evil.example|click> *b* :bomb:"
    hostile = Alert(post(1, words, title=words, summary=words), "<!here>")
    await rig.adapter.send(rig.to(rig.news), hostile, KEY)
    (message,) = rig.messages(rig.news)
    marked = [
        block["text"]["text"]
        for block in message.blocks
        if block["type"] == "section" and block["text"]["type"] == "mrkdwn"
    ]
    text = message.text.removeprefix("<!here>")

    assert marked == ["<!here>"]
    assert message.text.startswith("<!here>")
    assert "<!" not in text
    assert "<@" not in text
    assert text.count("<https://") == text.count("<https://blog.example/1/|") == 1


async def test_an_address_that_is_none_is_refused_and_nothing_is_found_there(rig: Rig) -> None:
    for local in ("", "elsewhere", "C", "D0FAKE00001", "T0FAKE00001/", "C0FAKE/../x"):
        nowhere = Destination(1, f"slack:{local}")
        assert (await refused(rig, nowhere)).scope is Scope.DESTINATION
        assert await rig.adapter.find(nowhere, KEY, LONG_AGO) is None
