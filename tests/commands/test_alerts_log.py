"""/alerts log: what was sent to a channel, and who changed its alerts."""

from __future__ import annotations

from datetime import timedelta

from bot.model import SuggestedAction
from bot.ports import Parked, Sent
from tests.commands.admins import admin
from tests.commands.room import NOW, Room, post_row


async def test_log_tells_what_was_sent_newest_first(room: Room) -> None:
    assert "Nothing was sent to this channel yet." in await admin(room, "/alerts log")
    await admin(room, "/alerts add Trade, #Huawei")
    feed = (await room.store.feeds())[0]
    await room.publish(feed, post_row(30, "New tariffs", ("Trade",)))
    (claim,) = await room.claim()
    await room.settle(Sent(claim, "1", NOW))
    await room.publish(feed, post_row(31, "Chips", (), ("Huawei",)))
    (claim,) = await room.claim()
    await room.settle(Parked(claim, "No access", NOW, NOW))
    await admin(room, "/alerts test")

    assert (await admin(room, "/alerts log")).splitlines() == [
        "Last for this channel, newest first:",
        "26 Nov 2022, 23:41 UTC: parked, a test alert, no. 3",
        "26 Nov 2022, 23:41 UTC: parked, \u201cChips\u201d (#Huawei), no. 2: No access.",
        "26 Nov 2022, 23:41 UTC: sent, \u201cNew tariffs\u201d (Trade), no. 1",
        "26 Nov 2022, 23:41 UTC: added #Huawei, Trade, by console:root",
    ]


async def test_log_tells_who_changed_the_alerts_between_what_was_sent(room: Room) -> None:
    feed = (await room.store.feeds())[0]
    await admin(room, '/alerts add Trade feed:"China Bystander" mention:@here')
    room.clock.time += timedelta(hours=1)
    await room.publish(feed, post_row(30, "New tariffs", ("Trade",)))
    (claim,) = await room.claim()
    await room.settle(Sent(claim, "1", room.clock.time))
    room.clock.time += timedelta(hours=1)
    for line in ("/alerts pause", "/alerts resume", "/alerts remove all"):
        await admin(room, line)

    assert (await admin(room, "/alerts log")).splitlines() == [
        "Last for this channel, newest first:",
        "27 Nov 2022, 01:41 UTC: took off Trade (from China Bystander), by console:root",
        "27 Nov 2022, 01:41 UTC: resumed, by console:root",
        "27 Nov 2022, 01:41 UTC: paused, by console:root",
        "27 Nov 2022, 00:41 UTC: sent, \u201cNew tariffs\u201d (Trade), no. 1",
        "26 Nov 2022, 23:41 UTC: added Trade, mentioning @here (from China Bystander), by console:root",
    ]


async def test_log_tells_who_changed_the_settings_of_a_channel(room: Room) -> None:
    await admin(room, "/alerts settings timezone:tokyo weekly:friday")
    await admin(room, "/alerts settings timezone:tokyo")  # changes nothing
    await admin(room, "/alerts style title place:below")
    await room.say("/settings quiet:1-2", "ops")  # of a person, whose business it is
    lines = (await admin(room, "/alerts log")).splitlines()

    assert [line.partition(" UTC: ")[2] for line in lines[2:]] == [
        "set the style to title, mentions to below the alerts, by console:root",
        "set the time zone to Asia/Tokyo, weekly digests to Friday, by console:root",
    ]


async def test_log_tells_of_changes_also_where_nothing_was_sent(room: Room) -> None:
    await admin(room, "/alerts add Trade")

    assert (await admin(room, "/alerts log")).splitlines() == [
        "Nothing was sent to this channel yet.",
        "Last for this channel, newest first:",
        "26 Nov 2022, 23:41 UTC: added Trade, by console:root",
    ]


async def test_changes_are_not_pushed_out_of_the_log_by_alerts(room: Room) -> None:
    await admin(room, "/alerts add Trade")
    rows = [post_row(number, f"Post {number}", ("Trade",)) for number in range(30, 42)]
    await room.publish((await room.store.feeds())[0], *rows)

    assert "added Trade, by console:root" in await admin(room, "/alerts log")


async def test_log_is_of_one_channel_and_has_ten_alerts(room: Room) -> None:
    await room.say("/follow all", "alice")
    await admin(room, "/alerts add Trade")
    rows = [post_row(number, f"Post {number}", ("Trade",)) for number in range(30, 42)]
    await room.publish((await room.store.feeds())[0], *rows)

    first = await room.say("/alerts log", "root", admin=True, place="ops")
    (following,) = first.offers
    second = await room.dispatcher.execute(
        room.caller("root", admin=True, place="ops"), following.path, dict(following.values)
    )

    assert len(first.text.splitlines()) == 12  # with the change, which is as old as the alerts
    assert following == SuggestedAction("Next page", "alerts log", (("page", "2"),))
    assert second.text.splitlines()[0] == "Earlier for this channel, newest first:"
    assert [line.partition(", \u201c")[2] for line in second.text.splitlines()[1:]] == [
        "Post 31\u201d (Trade), no. 3",
        "Post 30\u201d (Trade), no. 1",
    ]
    assert [each.label for each in second.offers] == ["Previous page"]
    beyond = await room.say("/alerts log page:9", "root", admin=True, place="ops")
    assert beyond.text == "No more for this channel."
    assert beyond.offers == (SuggestedAction("First page", "alerts log", (("page", "1"),)),)
    assert "Nothing was sent to channel other yet." in await admin(room, "/alerts log #other")
