"""Each statement that runs often is led by an index: it costs what it concerns, whatever the history."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from storage.sqlite import archive, claim, destinations, matching, migrate, outbox, posts, settle

FOLLOWERS = "SEARCH f USING COVERING INDEX filters_followers (term=? AND excluded=?)"
QUEUE = "USING INDEX deliveries_queue (destination_id=?"
# Statement -> lines its plan must have.
PLANS = {
    "match": (
        matching.MATCH,
        [
            FOLLOWERS,
            "SEARCH s USING INTEGER PRIMARY KEY",
            "SEARCH unwanted USING",
            "SEARCH calls USING INDEX filters_mentions (term=?)",
        ],
    ),
    "match a new filing": (
        matching.MATCH + matching._ALREADY + matching._ONCE,
        [FOLLOWERS, "SEARCH earlier USING INDEX sqlite_autoindex_subscriptions_1 (destination_id=?"],
    ),
    "heads": (claim._HEADS, ["SEARCH q USING INDEX deliveries_due (due_at<?)", f"SEARCH e {QUEUE}"]),
    "lost": (claim._LOST, ["SCAN q USING INDEX deliveries_sending"]),
    "too many": (claim._MANY, [f"SEARCH deliveries {QUEUE}"]),
    "bundle": (claim._BUNDLE, [f"SEARCH deliveries {QUEUE}"]),
    "bundled": (claim._BUNDLED, [f"SEARCH deliveries {QUEUE}"]),
    "take": (claim._TAKE, ["SEARCH deliveries USING INTEGER PRIMARY KEY"]),
    "edits": (
        claim._TAKE_EDITS,
        [
            "SEARCH q USING INDEX deliveries_edits",
            "SEARCH e USING INDEX deliveries_editing (destination_id=?",
        ],
    ),
    "next": (
        claim.CLAIMABLE_AT,
        ["SCAN q USING INDEX deliveries_due", "deliveries_sending", "SEARCH q USING INDEX deliveries_edits"],
    ),
    "probed": (outbox._PROBED, ["SEARCH d USING INDEX destinations_parked (probe_at<?)"]),
    "held": (settle._HELD, ["SEARCH q USING INTEGER PRIMARY KEY"]),
    "sent": (settle._SENT, ["SEARCH deliveries USING INTEGER PRIMARY KEY"]),
    "park": (settle.PARK_QUEUE, [f"SEARCH deliveries {QUEUE}"]),
    "resume": (settle.RESUME[1], ["SEARCH deliveries USING INDEX deliveries_parked (destination_id=?"]),
    "give up": (destinations._GIVE_UP[0], [f"SEARCH deliveries {QUEUE}"]),
    "give up what is parked": (
        destinations._GIVE_UP[1],
        ["SEARCH deliveries USING INDEX deliveries_parked (destination_id=?"],
    ),
    "addressed": (
        destinations._UNPARKED,
        ["SEARCH destinations USING INDEX sqlite_autoindex_destinations_1 (address=?)"],
    ),
    "edit": (posts._EDIT, ["SEARCH deliveries USING INDEX deliveries_post (post_id=?"]),
    "known": (
        posts.KNOWN_POSTS,
        [
            "SEARCH posts USING COVERING INDEX posts_text (feed_id=? AND text_hash=?)",
            "SEARCH post_aliases USING PRIMARY KEY (feed_id=? AND alias=?)",
        ],
    ),
    "moved from": (archive._MOVED_FROM, ["SEARCH moved USING PRIMARY KEY (feed_id=? AND alias=?)"]),
    "latest": (archive._LATEST, ["SCAN p USING INDEX posts_newest"]),
    "terms": (archive._TERMS, ["SEARCH pt USING COVERING INDEX post_terms_term (term=?"]),
}
# What may be walked through: what was handed in, few by nature, in the wanted order up to a limit, or the
# rows of an index that holds only what is under way.
WALKED = re.compile(
    r"SCAN (filed VIRTUAL|json_each VIRTUAL|\(subquery|t$|feeds|p USING INDEX posts_newest"
    r"|(q|deliveries) USING INDEX deliveries_(due|sending|edits))"
)


@pytest.fixture(params=["new", "analyzed"])
def connection(request: pytest.FixtureRequest) -> Iterator[sqlite3.Connection]:
    """A database without statistics, and one whose statistics are as misleading as they can be."""
    with closing(sqlite3.connect(":memory:")) as opened:
        opened.executescript(migrate.schema())
        if request.param == "analyzed":
            opened.execute("ANALYZE")
            opened.executemany(
                "INSERT INTO sqlite_stat1 VALUES (?, ?, ?)",
                [
                    ("filters", "filters_followers", "1000000 1000000 1000000 1"),
                    ("subscriptions", None, "10"),
                    ("destinations", None, "10"),
                    ("deliveries", "deliveries_queue", "1000000 1000000 1"),
                    ("deliveries", "sqlite_autoindex_deliveries_1", "1000000 2 1"),
                ],
            )
            opened.execute("ANALYZE sqlite_master")  # makes SQLite read them
        yield opened


@pytest.mark.parametrize("name", PLANS)
def test_a_statement_is_led_by_its_index(connection: sqlite3.Connection, name: str) -> None:
    statement, expected = PLANS[name]
    parameters = dict.fromkeys(re.findall(r":(\w+)", statement), "[]")
    plan = [line for *_, line in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    walked = [line for line in plan if line.startswith("SCAN") and not WALKED.match(line)]

    assert walked == [], plan
    for part in expected:
        assert any(part in line for line in plan), (part, plan)


@pytest.mark.parametrize("statement", outbox._END_LEASES)
def test_taking_over_touches_only_what_is_under_way(connection: sqlite3.Connection, statement: str) -> None:
    plan = [line for *_, line in connection.execute(f"EXPLAIN QUERY PLAN {statement}", {"owner": "x"})]

    assert re.search(r"USING INDEX (feeds_due|deliveries_sending|deliveries_edits)", plan[0]), plan
