"""A large database for the bench of commands: years of posts and deliveries, written with bulk inserts.

The words of the posts follow Zipf's law, as in any language: the commonest word is in nearly every post.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import accumulate

from storage.sqlite import migrate

POSTS = 200_000
DELIVERIES = 1_000_000
FEEDS = 20
CATEGORIES, TAGS = 40, 500  # per feed
VOCABULARY, WORDS = 40_000, 40  # distinct words, words per post
CHANNELS, DESTINATIONS = 200, 20_000  # half of all deliveries go to the channels
WAITING = PARKED = FAILED = 5_000
NEWEST = datetime(2026, 3, 1, 12, tzinfo=UTC)
LONELY = "Lonely"  # a category with a single, very old post

_MINUTE = 60_000
_NOW = int(NEWEST.timestamp() * 1000)
_FIRST = _NOW - POSTS * _MINUTE
_LETTERS = "etaoinshrdlucmfwypvbgkjqxz"

_FEED = """
INSERT INTO feeds (id, name, name_fold, settings_url, url, every, announce_latest, categories, aliases,
    api_base, origin, next_poll_at, state, last_success_at)
VALUES (:id, 'Blog ' || :id, 'blog' || :id, :url, :url, 900, 0, '[]', '{}', 'off', 'chat', :due, :state,
    :read)
"""
_POST = """
INSERT INTO posts (id, feed_id, key, canonical_id, wordpress_id, guid, link, link_path, title, author,
    published_at, printed_at, first_seen_at, summary, text, text_hash, image, update_text, labels, categories,
    tags, rank, evidence, ambiguous, silent, edits, refile_attempts)
VALUES (:id, :feed, 'post ' || :id, :id, :id, 'post ' || :id, 'https://blog.example/' || :id || '/',
    'blog.example/' || :id, :title, 'Ann', :at, :at, :at, :summary, :text, 'hash', '', '', '[]', :categories,
    :tags, 4, 'The API says so.', 0, 0, 0, 0)
"""
_FILL = (
    """INSERT INTO post_terms (post_id, term, feed_id, canonical_id, published_at)
    SELECT posts.id, sign || lower(value), feed_id, canonical_id, published_at
    FROM posts CROSS JOIN (SELECT 'c:' AS sign UNION ALL SELECT 't:')
    CROSS JOIN json_each(iif(sign = 'c:', categories, tags))""",
    # After post_terms, so that its counting triggers find no terms to update yet.
    """INSERT INTO terms (feed_id, term, name, posts, last_used_at)
    SELECT feed_id, term, iif(term GLOB 'c:*', upper(substr(term, 3, 1)) || substr(term, 4), substr(term, 3)),
        count(*), max(published_at)
    FROM post_terms GROUP BY feed_id, term""",
    """WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :destinations)
    INSERT INTO destinations (id, address, platform, created_at)
    SELECT i, 'console:d' || i, 'console', 0 FROM n""",
    """INSERT INTO subscriptions (id, destination_id, feed_id, cadence, channel, created_by, created_at)
    SELECT id, id, 0, 'now', id <= :channels, 'bench', 0 FROM destinations""",
    """INSERT INTO filters (subscription_id, excluded, term, name)
    SELECT id, 0, 'c:topic' || (id % 9), 'Topic' || (id % 9) FROM subscriptions""",
    # The first channels get every post, people a few each.
    """WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :size)
    INSERT OR IGNORE INTO deliveries
        (destination_id, post_id, subscription_id, term, state, due_at, created_at, settled_at, reference)
    SELECT iif(i % 2 = 0, 1 + i / 2 / :posts, :channels + 1 + i % (:destinations - :channels)),
        iif(i % 2 = 0, 1 + i / 2 % :posts, 1 + i * 7919 % :posts), 1, 'c:topic1',
        CASE WHEN i > :size - :failed THEN 'failed' WHEN i > :size - :failed - :parked THEN 'parked'
             WHEN i > :size - :failed - :parked - :waiting THEN 'pending' ELSE 'sent' END,
        :first + i, :first + i, :first + i, 'reference'
    FROM n""",
    """UPDATE delivery_counts SET deliveries =
        (SELECT count(*) FROM deliveries WHERE deliveries.state = delivery_counts.state)
    WHERE state NOT IN ('waiting', 'parked')""",
)


def word(rank: int) -> str:
    """Return the word with this frequency rank; 0 is the commonest."""
    letters, number = "", rank + len(_LETTERS)
    while number:
        number, letter = divmod(number, len(_LETTERS))
        letters += _LETTERS[letter]
    return f"{letters}{rank}"


def fill(path: str) -> None:
    """Create and fill the database at `path`; there is no journal, so discard the file if interrupted."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(
            "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; PRAGMA cache_size = -500000;"
        )
        connection.executescript(migrate.schema())
        connection.execute(f"PRAGMA application_id = {migrate.APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(migrate.steps())}")
        connection.execute("BEGIN")
        connection.executemany(_FEED, _feeds())
        connection.executemany(_POST, _posts())
        numbers = {
            "size": DELIVERIES,
            "posts": POSTS,
            "channels": CHANNELS,
            "destinations": DESTINATIONS,
            "waiting": WAITING,
            "parked": PARKED,
            "failed": FAILED,
            "first": _FIRST,
        }
        for statement in _FILL:
            connection.execute(statement, numbers)
        connection.execute("COMMIT")


def requeue(path: str) -> None:
    """Set every delivery of a filled database back to waiting."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE deliveries SET state = 'pending'")


def _feeds() -> Iterator[dict[str, object]]:
    state = json.dumps({"baseline_at": _FIRST})
    for number in range(1, FEEDS + 1):
        url = f"https://blog{number}.example/feed/"
        yield {"id": number, "url": url, "due": _NOW + _MINUTE, "state": state, "read": _NOW}


def _posts() -> Iterator[dict[str, object]]:
    chance = random.Random(1)
    words = [word(rank) for rank in range(VOCABULARY)]
    weights = list(accumulate(1 / (rank + 3) for rank in range(VOCABULARY)))
    for number in range(1, POSTS + 1):
        text = chance.choices(words, cum_weights=weights, k=WORDS)
        topics = {int(chance.paretovariate(0.7)) % CATEGORIES for _ in range(2)}
        tags = {chance.randrange(TAGS) for _ in range(3)}
        yield {
            "id": number,
            "feed": 1 + number % FEEDS,
            "title": " ".join(text[:6]),
            "at": _FIRST + number * _MINUTE,
            "summary": " ".join(text[:20]),
            "text": " ".join(text),
            "categories": json.dumps([LONELY] if number == 1 else [f"Topic{topic}" for topic in topics]),
            "tags": json.dumps([f"{word(tag)}tag" for tag in tags]),
        }
