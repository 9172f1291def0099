"""A database with something in every table, in every state, and what a move has to keep of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import Any

from bot.model import BlogCategory, Cadence, NamedHub, Preferences, QuietHours, Rename
from bot.ports import AdminNotice, CategoryChange, Failed, MoveSource, Parked, PollCommit, Sent, Store
from bot.shell.carry import carry
from storage import open_source, open_target
from storage.shared.moving import TABLES
from tests.contracts.store_samples import (
    ALICE,
    BOB,
    CAROL,
    T0,
    add_feed,
    change,
    claim,
    follow,
    later,
    publish,
    record,
    row,
    send_all,
    settings,
)

DAVE, ERIN, NEWS = "console:dave", "console:erin", "console:news"
# What one of the databases, their drivers, or a format between them may stumble over.
ODD = (
    "null \0 and substitute \x1a, \x1a0, \x1a1",
    "tab\t, newline\n, return\r, \\N, \\., \\t and \\",
    "%s {} ' '' \" $1 ?",
    "\U0001f600\ufffe\uffff\U0010ffff e\u0301 \u202eright to left\u202c 出口管制",
    " \N{NO-BREAK SPACE}spaces\N{NO-BREAK SPACE} ",
)


async def fill(store: Store, odd: Sequence[str] = ODD) -> None:
    """Fill every table, with deliveries in every state, as the program does; `odd` goes where texts go."""
    feed, gone = await add_feed(store), await add_feed(store, "Gone")
    await store.add_feed(replace(settings("Odd"), aliases={text: text for text in odd}), T0, by=BOB)
    for address in (ALICE, BOB, CAROL, ERIN):
        await follow(store, address, "Trade", "-Taiwan")
    await follow(store, DAVE, "Trade", "text:export controls", cadence=Cadence.DAILY)
    await follow(store, NEWS, "*", "#TikTok", "author:Ann", channel=True, mention="@here", feed=feed)
    await store.set_preferences(
        DAVE, Preferences("Asia/Shanghai", QuietHours(time(22), time(7)), time(9, 30), 4), T0
    )
    await store.set_preferences(ERIN, Preferences(snoozed_until=later(90_000)), T0)
    await publish(store, feed, row("p1", "Trade", story=("l:pier", "x:pier")))
    categories = [BlogCategory(number, text, number % 2 or None) for number, text in enumerate(odd, 1)]
    renames = tuple(Rename(f"Old {number}", f"New {text}") for number, text in enumerate(odd))
    await store.change_categories(
        CategoryChange(feed.id, "api", T0, store=tuple(categories), missing=frozenset({2}), renames=renames)
    )
    while await store.move_on(feed.id):
        pass
    under_way = CategoryChange(feed.id, "api", T0, renames=(Rename("Trade", "Tariffs"),))
    await store.change_categories(under_way)
    await store.retire_feed(gone.id, T0, by=BOB)
    await _send_failing(store)
    posts = [
        row(
            f"odd {number} {text}",
            "Trade",
            text,
            tags=[text],
            title=text,
            text=text,
            author=text,
            minutes=number,
        )
        for number, text in enumerate(odd, 1)
    ]
    await publish(store, feed, *posts, at=later(60))
    await send_all(store, later(61))
    await change(store, feed, replace(posts[0], text_hash="other", post=replace(posts[0].post, title="New")))
    await store.move(BOB, "console:robert", later(62))
    await publish(store, feed, row("last", "Trade"), at=later(120))
    hub = NamedHub("https://hub.example/", "https://blog.example/feed/")
    notices = [AdminNotice(ALICE, odd[0])]
    await store.commit_poll(PollCommit(record(feed, notices=notices), hub=hub, at=later(121)))
    await claim(store, later(122), limit=1)  # one is being sent while the bot ends
    for number, text in enumerate(odd):
        await store.set_value(f"odd:{number}{text}", text)


async def _send_failing(store: Store) -> None:
    """Let one message arrive, one fail, and one be parked."""
    claims = {each.destination.address: each for each in await claim(store, later(1))}
    await store.settle(
        [
            Sent(claims[ALICE], "reference \0", later(2)),
            Failed(claims[BOB], "refused", later(2)),
            Parked(claims[CAROL], "shut", later(2), later(3600), ()),
        ]
    )


def rows_of(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of each table of a file, sorted."""
    with closing(sqlite3.connect(path)) as connection:
        return {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in TABLES}


def schema_of(path: Path) -> list[tuple[Any, ...]]:
    """Return all that a file is made of."""
    with closing(sqlite3.connect(path)) as connection:
        return sorted(
            connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"), key=repr
        ) + list(connection.execute("SELECT * FROM pragma_user_version, pragma_application_id"))


def url_of(path: Path) -> str:
    return f"sqlite:///{path}"


async def moved(source_url: str, target_url: str, show: Callable[[str], None] = lambda _: None) -> MoveSource:
    """Move from one database to another, a day after T0; return the source, for its remarks."""
    async with open_source(source_url) as source, open_target(target_url) as target:
        await carry(source, target, show)
        await source.mark_moved(target.name, later(86_400))
        await target.commit()
        await source.commit()
    return source
