"""What every store must show of edits: a changed post edits its messages, and is no new alert."""

from __future__ import annotations

from bot.model import Action, Alert, Claim
from bot.ports import AdminNotice, Failed, Parked, Requeued, Retry, Sent, Store
from tests.contracts.store_samples import (
    ALICE,
    BOB,
    LEASE,
    T0,
    add_feed,
    change,
    claim,
    claim_one,
    follow,
    later,
    publish,
    row,
    seen,
    send_all,
    states,
)

pytest_plugins = ["tests.contracts.store_fixtures"]


def title(each: Claim) -> str:
    assert isinstance(each.message, Alert)
    return each.message.post.title


async def sent_and_changed(store: Store, *, address: str = ALICE) -> Claim:
    """Send p1 to an address, change its title, and claim the edit."""
    feed = await add_feed(store)
    await follow(store, address, "Trade")
    await publish(store, feed, row("p1", "Trade"))
    (sent,) = await send_all(store)
    await change(store, feed, row("p1", "Trade", title="Changed"))
    edit = await claim_one(store)
    assert (edit.action, edit.key, edit.reference) == (Action.EDIT, sent.key, f"reference of {sent.key}")
    return edit


async def test_a_changed_post_edits_the_message_that_was_sent(store: Store) -> None:
    edit = await sent_and_changed(store)
    await store.settle([Sent(edit, "moved reference", later(5))])
    (info,) = await store.deliveries_of("p1", ALICE)

    assert (title(edit), edit.attempts, edit.uncertain) == ("Changed", 0, False)
    assert await claim(store, later(9999)) == []
    assert await store.next_delivery_at(["console"]) is None
    assert (info.state, info.edited) == ("sent", 1)


async def test_the_next_edit_uses_the_reference_of_the_last(store: Store) -> None:
    edit = await sent_and_changed(store)
    await store.settle([Sent(edit, "moved reference", T0)])
    (feed,) = await store.feeds()
    await change(store, feed, row("p1", "Trade", title="Changed again"))

    assert (await claim_one(store)).reference == "moved reference"


async def test_a_post_that_changes_before_it_is_sent_needs_no_edit(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await publish(store, feed, row("p1", "Trade"))
    await change(store, feed, row("p1", "Trade", title="Changed"))
    sent = await send_all(store)

    assert [(each.action, title(each)) for each in sent] == [(Action.SEND, "Changed")]


async def test_a_post_that_changes_while_it_is_sent_is_edited_afterwards(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await publish(store, feed, row("p1", "Trade"))
    under_way = await claim_one(store)
    await change(store, feed, row("p1", "Trade", title="Changed"))
    assert await claim(store) == []
    await store.settle([Sent(under_way, "r", later(5))])
    edit = await claim_one(store, later(5))

    assert (edit.action, title(edit), edit.reference) == (Action.EDIT, "Changed", "r")


async def test_a_post_that_changes_while_it_is_edited_is_edited_once_more(store: Store) -> None:
    edit = await sent_and_changed(store)
    (feed,) = await store.feeds()
    await change(store, feed, row("p1", "Trade", title="Changed again"))
    assert await claim(store) == []
    await store.settle([Sent(edit, "r", later(5))])
    again = await claim_one(store, later(5))
    await store.settle([Failed(again, "too old", later(6))])

    assert (title(edit), title(again)) == ("Changed", "Changed again")
    assert await claim(store, later(9999)) == []


async def test_a_change_that_no_message_shows_edits_nothing(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await publish(store, feed, row("p1", "Trade"))
    await send_all(store)
    await change(store, feed, row("p1", "Trade", text="Another text", text_hash="another", edits=1))

    assert await claim(store) == []


async def test_a_change_in_a_second_feed_that_carries_the_post_edits_nothing(store: Store) -> None:
    one, two = await add_feed(store, "One"), await add_feed(store, "Two")
    await follow(store, ALICE, "*")
    await publish(store, one, row("p1"))
    await publish(store, two, row("p1"))
    await send_all(store)
    await change(store, two, row("p1", title="Changed in the copy"))

    assert await claim(store) == []


async def test_a_message_without_a_reference_cannot_be_edited(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await publish(store, feed, row("p1", "Trade"))
    await store.settle([Sent(await claim_one(store), "", T0)])
    await change(store, feed, row("p1", "Trade", title="Changed"))

    assert await claim(store) == []


async def test_a_digest_is_not_edited(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    rows = [row(f"p{number}", "Trade") for number in range(6)]
    await publish(store, feed, *rows)
    digest = await claim_one(store)
    await change(store, feed, row("p0", "Trade", title="Changed on the way"))
    await store.settle([Sent(digest, "r", T0)])
    await change(store, feed, row("p1", "Trade", title="Changed later"))

    assert await claim(store) == []


async def test_an_edit_that_failed_for_now_comes_again(store: Store) -> None:
    edit = await sent_and_changed(store)
    await store.settle([Retry(edit, later(30), "no answer", uncertain=True)])

    assert await store.next_delivery_at(["console"]) == later(30)
    assert await claim(store, later(29)) == []
    again = await claim_one(store, later(30))
    assert (again.action, again.attempts, again.key) == (Action.EDIT, 1, edit.key)
    assert await states(store) == ["sent"]


async def test_an_edit_that_was_refused_is_given_up_and_the_message_stays_sent(store: Store) -> None:
    edit = await sent_and_changed(store)
    await store.settle([Failed(edit, "it is too old to edit", T0)])
    (info,) = await store.deliveries_of("p1", ALICE)

    assert (info.state, info.error) == ("sent", "it is too old to edit")
    assert await claim(store, later(9999)) == []


async def test_an_edit_given_back_comes_again_as_if_never_tried(store: Store) -> None:
    edit = await sent_and_changed(store)
    await store.settle([Requeued(edit)])

    assert await claim_one(store) == edit


async def test_an_edit_whose_lease_ran_out_goes_to_another_owner(store: Store) -> None:
    edit = await sent_and_changed(store)

    assert await store.next_delivery_at(["console"]) == later(LEASE)
    assert await claim(store, later(LEASE - 1), owner="two") == []
    assert (await claim_one(store, later(LEASE), owner="two")).key == edit.key


async def test_a_late_outcome_of_a_lost_edit_does_not_disturb_the_new_owner(store: Store) -> None:
    edit = await sent_and_changed(store)
    second = await claim_one(store, later(LEASE), owner="two")
    await store.settle([Retry(edit, later(LEASE), "no answer")])
    assert await claim(store, later(LEASE)) == []
    await store.settle([Sent(second, "r", later(LEASE))])
    await store.settle([Failed(edit, "too late", later(LEASE))])
    (info,) = await store.deliveries_of("p1", ALICE)

    assert (info.error, info.edited) == ("", 1)


async def test_an_edit_that_finds_the_destination_shut_parks_it_and_waits(store: Store) -> None:
    edit = await sent_and_changed(store)
    (feed,) = await store.feeds()
    notices = (AdminNotice(BOB, "Alice is parked."),)
    await store.settle([Parked(edit, "no permission", T0, later(60), notices)])
    await publish(store, feed, row("p2", "Trade"))

    assert seen(await claim(store, later(9999))) == [(BOB, "Alice is parked.")]
    assert await states(store) == ["sent", "parked"]
    assert await store.probe_parked(later(60)) == 1
    probe = await claim_one(store, later(60))
    await store.settle([Sent(probe, "r2", later(60))])
    assert (await claim_one(store, later(60))).action is Action.EDIT


async def test_an_edit_and_an_alert_of_one_destination_never_go_side_by_side(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await publish(store, feed, row("p1", "Trade"), row("p2", "Trade"))
    await send_all(store)
    await change(store, feed, row("p1", "Trade", title="Changed"), row("p2", "Trade", title="Changed"))
    await publish(store, feed, row("p3", "Trade"))
    alone = []
    for _ in range(3):
        each = await claim_one(store)  # never two
        assert await store.next_delivery_at(["console"]) == later(LEASE)
        await store.settle([Sent(each, "r", T0)])
        alone.append((each.action, each.delivery_ids))

    assert sorted(action for action, _ in alone) == [Action.EDIT, Action.EDIT, Action.SEND]
    assert await claim(store) == []


async def test_an_alert_waits_for_the_edit_under_way(store: Store) -> None:
    edit = await sent_and_changed(store)
    (feed,) = await store.feeds()
    await publish(store, feed, row("p2", "Trade"))

    assert await claim(store, later(1)) == []
    assert await store.next_delivery_at(["console"]) == later(LEASE)
    await store.settle([Sent(edit, "r", later(2))])
    assert seen(await claim(store, later(2))) == [(ALICE, "p2")]


async def test_edits_count_towards_the_limit(store: Store) -> None:
    feed = await add_feed(store)
    addresses = [f"console:{number}" for number in range(5)]
    for address in addresses:
        await follow(store, address, "Trade")
    await publish(store, feed, row("p1", "Trade"))
    await send_all(store)
    await change(store, feed, row("p1", "Trade", title="Changed"))
    await store.notify(["console:0"], "Hello.", T0)

    assert [each.action for each in await claim(store, limit=3)] == [Action.EDIT, Action.EDIT, Action.SEND]
    assert len(await claim(store, limit=3)) == 2
