"""Random lives of a store, for tests of what is counted while they go on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from hypothesis import strategies as some

from bot.model import Cadence, Claim, Preferences, Rename
from bot.ports import (
    AdminNotice,
    CategoryChange,
    Failed,
    Parked,
    PollCommit,
    Requeued,
    Retry,
    Sent,
    Settlement,
    Store,
)
from tests.contracts.store_samples import ALICE, BOB, add_feed, claim, follow, later, record, row

CAROL = "paper:carol"  # on another platform
PLATFORMS = ["console", "paper"]
NAMES = ["Trade", "trade", "China-U.S.", "Arts"]
KINDS = ["new", "silent", "changed", "quiet_changed"]
OUTCOMES: dict[str, Callable[[Claim, datetime], Settlement]] = {
    "send": lambda claim, at: Sent(claim, "reference", at),
    "fail": lambda claim, at: Failed(claim, "refused", at),
    "retry": lambda claim, at: Retry(claim, at, "busy"),
    "park": lambda claim, at: Parked(claim, "shut", at, at, (AdminNotice(BOB, "Parked."),)),
    "give back": Requeued,
}


async def _rename(store: Store, at: datetime, old: str, new: str) -> None:
    feed = (await store.feeds())[0]
    await store.change_categories(
        CategoryChange(feed.id, "api", at, renames=(Rename(old, new), Rename(new, old)))
    )


async def _move_on(store: Store, _: datetime) -> None:
    await store.move_on((await store.feeds())[0].id)


DEEDS: dict[str, Callable[[Store, datetime], Awaitable[object]]] = {
    "claim only": lambda store, at: claim(store, at, platforms=PLATFORMS),
    "notify": lambda store, at: store.notify([ALICE, CAROL], "A notice.", at),
    "park all": lambda store, at: store.park([ALICE, BOB], "shut", at, at),
    "probe": lambda store, at: store.probe_parked(at),
    "resume": lambda store, at: store.resume(ALICE, at),
    "give up": lambda store, at: store.give_up(ALICE, "gone", at),
    "move": lambda store, at: store.move(ALICE, BOB, at),
    "move away": lambda store, at: store.move(BOB, "console:dave", at),
    "pause": lambda store, at: store.pause(CAROL, paused=True, by=BOB, now=at),
    "end the pause": lambda store, at: store.pause(CAROL, paused=False, by=BOB, now=at),
    "snooze": lambda store, at: store.set_preferences(BOB, Preferences(snoozed_until=later(9000)), at),
    "swap names": lambda store, at: _rename(store, at, "Trade", "Arts"),
    "move on": _move_on,
    "rename": lambda store, at: _rename(store, at, "Arts", "New Arts"),
    "unfollow": lambda store, at: store.unfollow(CAROL, keys=["c:trade"], channel=False, by=CAROL, now=at),
}

Change = tuple[str, int, int, list[str], list[str], int]
changes = some.lists(
    some.tuples(
        some.sampled_from([*KINDS, *OUTCOMES, *DEEDS, "delete"]),
        some.integers(0, 1),  # feed
        some.integers(0, 3),  # post
        some.lists(some.sampled_from(NAMES), max_size=3, unique=True),
        some.lists(some.sampled_from(NAMES), max_size=2, unique=True),
        some.sampled_from([0, 1, 2, 5, 1600]),  # minutes; the last is on the next day
    ),
    max_size=30,
)


async def live(store: Store, steps: Sequence[Change], delete: Callable[[str], Awaitable[None]]) -> None:
    """Live through the steps. `delete`: takes a post that was sent to nobody out of the archive."""
    feeds = [await add_feed(store), await add_feed(store, "Other")]
    for address in (ALICE, BOB):
        await follow(store, address, "Trade")
    await follow(store, CAROL, "Trade", cadence=Cadence.DAILY)
    await follow(store, CAROL, "Arts", channel=True)
    for what, feed, number, categories, tags, minutes in steps:
        if what in KINDS:
            post = row(
                f"p{number}",
                *categories,
                tags=tags,
                minutes=minutes,
                title=f"As of {minutes}",
                silent=what == "silent",
            )
            part = "new" if what == "silent" else what
            commit = PollCommit(record(feeds[feed]), **{part: (post,)}, at=later(minutes))  # type: ignore[arg-type]  # all take posts
            await store.commit_poll(commit)
        elif what == "delete":
            await delete(f"p{number}")
        elif what in DEEDS:
            await DEEDS[what](store, later(60 * minutes))
        else:
            for each in await claim(store, later(60 * minutes), platforms=PLATFORMS):
                await store.settle([OUTCOMES[what](each, later(minutes))])
