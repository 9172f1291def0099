"""The cost of a post: finding its followers among many subscriptions, and emptying the outbox.

`python -m bench.matching`. Committing a poll with one post is compared with a bare INSERT ... SELECT of as
many rows into a table with the same columns, keys and indexes, in the same file, in alternating rounds. Then
a tenth of the largest number of subscriptions get words, and the ratio is compared with the one before.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.report import Aim, AtLeast, Verdicts, heading, line, ratio_of
from bot.model import EvidenceRank, Feed, FeedSettings, FeedState, Filing, Post
from bot.ports import PollCommit, PollRecord, PostRow, Sent
from storage.sqlite.store import SqliteStore, open_sqlite

# Subscriptions, and followers of one post.
SIZES = ((10_000, 100), (100_000, 10_000), (1_000_000, 62_500), (1_000_000, 10_000))
MANY = 50_000  # followers, for whom what a post costs in any case is next to nothing
ROUNDS = 7
AIM = Aim(3)
EACH = Aim(8, "us")  # of processor and disk for a delivery, where a post has many
OUTBOX = AtLeast(15_000, "/s")
WORDY = 10  # every tenth subscription has words; half of these leave posts with them out
PHRASES = 20_000  # different ones, which begin with FIRST_WORDS different words
FIRST_WORDS = 5_000
PLAIN = "A sentence of the text. " * 250
LONG = " ".join(f"term{number}" for number in range(1_500))  # of a long post: 30 % of the first words
PENDING = 10_000
BATCH = 100
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

# The followers of a term are spread over all pages of the database, as people subscribe in any order; every
# tenth subscription excludes a term.
_FILL = (
    """WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :size)
    INSERT INTO destinations (id, address, platform, created_at)
    SELECT i, 'discord:channel-' || i, 'discord', 0 FROM n""",
    """INSERT INTO subscriptions
        (id, destination_id, feed_id, cadence, channel, created_by, created_at, excludes)
    SELECT id, id, iif(id % 2 = 0, 0, :feed), 'now', 1, 'bench', 0, id % 10 = 0 FROM destinations""",
    """INSERT INTO filters (subscription_id, excluded, term, name)
    SELECT id, 0, 'c:topic' || (id * 7919 % :topics), 'Topic' FROM subscriptions""",
    """INSERT INTO filters (subscription_id, excluded, term, name)
    SELECT id, 1, 'c:unwanted', 'Unwanted' FROM subscriptions WHERE excludes = 1""",
)
_WORDS = (
    """INSERT INTO filters (subscription_id, excluded, term, name)
    SELECT id, id / :wordy % 2,
        'w:term' || (id * 7919 % :phrases % :first) || ' next' || (id * 7919 % :phrases), 'words'
    FROM subscriptions WHERE id % :wordy = 1""",
    "UPDATE subscriptions SET excludes = 1 WHERE id % :wordy = 1 AND id / :wordy % 2 = 1",
)
_OUTBOX = """
SELECT sql FROM sqlite_master
WHERE tbl_name = 'deliveries' AND sql <> '' AND type IN ('table', 'index') ORDER BY type DESC
"""
_CHOSEN = """
CREATE TABLE chosen AS SELECT s.destination_id, s.id AS subscription_id, f.term
FROM filters AS f JOIN subscriptions AS s ON s.id = f.subscription_id WHERE f.term = 'c:topic1'
"""
_BARE = """
INSERT INTO bare (destination_id, post_id, subscription_id, term, state, due_at, created_at)
SELECT destination_id, :post, subscription_id, term, 'pending', 0, 0 FROM chosen
"""


async def run() -> int:
    """Run all measurements; return the exit code."""
    verdicts = Verdicts()
    for size, followers in SIZES:
        await _matching(size, followers, verdicts)
    await _outbox(verdicts)
    return verdicts.code()


@asynccontextmanager
async def _filled(size: int, topics: int) -> AsyncIterator[tuple[SqliteStore, Feed]]:
    """Open a store with `size` subscriptions, each to one of `topics` categories."""
    with tempfile.TemporaryDirectory() as folder:
        store = await open_sqlite(f"sqlite:///{Path(folder) / 'bench.db'}")
        feed = await store.add_feed(
            FeedSettings("Blog", "https://blog.example/feed/", origin="chat"), NOW, by="console:bench"
        )
        async with store._database.transaction() as connection:  # noqa: SLF001 -- too many for `follow`
            for statement in _FILL:
                await connection.execute(statement, {"size": size, "topics": topics, "feed": feed.id})
        yield store, feed
        await store.aclose()


async def _matching(size: int, followers: int, verdicts: Verdicts) -> None:
    async with _filled(size, size // followers) as (store, feed):
        await _prepare_bare(store, feed)
        largest = (size, followers) == SIZES[-1]
        text = LONG if largest else PLAIN
        matching, bare = await _rounds(store, feed, range(1, ROUNDS + 1), followers, text)
        ratio = ratio_of(matching, bare)
        heading(f"a post to {followers:,} of {size:,} subscriptions")
        line("bare insert of as many rows", median(bare) * 1e3, "ms")
        line("commit of the poll", median(matching) * 1e3, "ms")
        verdicts.figure("  compared with the bare insert", ratio, "x", AIM)
        if followers > MANY:
            verdicts.figure("  for each delivery", median(matching) / followers * 1e6, "us", EACH)
        if largest:
            seconds, among_words = await _with_words(store, feed, followers)
            line(f"where {size // WORDY:,} of them have words", seconds * 1e3, "ms")
            verdicts.figure("  compared with the time without", among_words / ratio, "x", AIM)


async def _with_words(store: SqliteStore, feed: Feed, followers: int) -> tuple[float, float]:
    """Give words to a part of the subscriptions; return the seconds of a poll and the ratio to the insert."""
    async with store._database.transaction() as connection:  # noqa: SLF001 -- too many for `follow`
        for statement in _WORDS:
            await connection.execute(statement, {"wordy": WORDY, "phrases": PHRASES, "first": FIRST_WORDS})
    matching, bare = await _rounds(store, feed, range(ROUNDS + 1, 2 * ROUNDS + 1), followers, LONG)
    return median(matching), ratio_of(matching, bare)


async def _rounds(
    store: SqliteStore, feed: Feed, numbers: range, followers: int, text: str
) -> tuple[list[float], list[float]]:
    """Return the seconds that matching took in each round, and those of the bare insert."""
    matching: list[float] = []
    bare: list[float] = []
    for number in numbers:
        pair = [(matching, _publish(store, feed, number, text)), (bare, _insert_bare(store, number))]
        for times, work in pair if number % 2 else reversed(pair):
            start = time.perf_counter()
            made = await work
            times.append(time.perf_counter() - start)
            if made != followers:
                raise AssertionError(f"{made} deliveries instead of {followers}")
    return matching, bare


async def _prepare_bare(store: SqliteStore, feed: Feed) -> None:
    """Create a table like the outbox, the rows to insert into it, and the posts that they refer to."""
    await store.commit_poll(
        poll_with(feed, silent=[post_row(f"bare {number}") for number in range(2 * ROUNDS)])
    )
    async with store._database.transaction() as connection:  # noqa: SLF001 -- the port cannot create tables
        for row in list(await connection.execute_fetchall(_OUTBOX)):
            await connection.execute(row["sql"].replace("deliveries", "bare"))
        await connection.execute(_CHOSEN)


async def _publish(store: SqliteStore, feed: Feed, number: int, text: str) -> int:
    """Commit a poll with one post, as the poller does; return the number of deliveries created."""
    return await store.commit_poll(poll_with(feed, new=[post_row(f"post {number}", text=text)]))


async def _insert_bare(store: SqliteStore, number: int) -> int:
    async with store._database.transaction() as connection:  # noqa: SLF001 -- the same way to the same file
        return (await connection.execute(_BARE, {"post": number})).rowcount


async def _outbox(verdicts: Verdicts) -> None:
    """Empty an outbox as the bot does, BATCH messages at a time, without the time of an adapter."""
    async with _filled(PENDING, 1) as (store, feed):
        made = await store.commit_poll(poll_with(feed, new=[post_row("post", "Topic0")]))
        start, sent = time.perf_counter(), 0
        while claims := await store.claim(
            "bench", NOW, lease=60, limit=BATCH, platforms=["discord"], catch_up_after=5
        ):
            await store.settle([Sent(claim, "reference", NOW) for claim in claims])
            sent += len(claims)
        seconds = time.perf_counter() - start
    if not sent == made == PENDING:
        raise AssertionError(f"{sent} of {made} messages went out")
    heading(f"an outbox of {sent:,}, claimed and settled {BATCH} at a time")
    verdicts.figure("messages a second, without sends", sent / seconds, "/s", OUTBOX)


def poll_with(feed: Feed, *, new: Sequence[PostRow] = (), silent: Sequence[PostRow] = ()) -> PollCommit:
    """Return the commit of a poll that found these posts."""
    record = PollRecord(feed.id, feed.url, FeedState(etag='"x"'), NOW)
    rows = (*(replace(row, silent=True) for row in silent), *new)
    return PollCommit(record, new=rows, at=NOW)


def post_row(name: str, category: str = "Topic1", text: str = PLAIN) -> PostRow:
    """Return a post, of typical size if no text is given."""
    post = Post(
        id=name,
        link=f"https://blog.example/{name}/",
        title=f"Title of {name}",
        author="Ann",
        published=NOW,
        summary="A sentence of a summary. " * 8,
        filing=Filing(
            (category, "Other"), ("Steel", "Tariffs", "Ports"), EvidenceRank.API, "The API says so."
        ),
    )
    return PostRow(
        post,
        guid=name,
        wordpress_id=0,
        aliases=(),
        labels=(),
        text=text,
        text_hash=name,
        printed=NOW,
        first_seen=NOW,
    )


if __name__ == "__main__":
    sys.exit(asyncio.run(run()))
