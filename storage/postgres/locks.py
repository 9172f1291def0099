"""The locks that keep transactions of several connections and processes in order.

SQLite has one writer at a time. Here, transactions that write hold one lock together: polls, claims and
outcomes go on side by side, and where two of them meet they lock rows. What decides who gets what holds it
alone, for a few milliseconds: what people follow and prefer, parked destinations, addresses, and the clock.
So while a post is matched or a message is claimed, nobody is parked and nothing is followed or unfollowed.

All are advisory locks, numbered in two parts: the first is the same for the whole bot.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

_OURS = 0x42595354  # "BYST"
_OF_POSTS = _OURS + 1  # the first part of the locks of `with_posts`
_OF_LANES = _OURS + 2  # likewise of claims in a lane
_OF_DOORS = _OURS + 8  # likewise of who listens
_WRITERS, _CLAIMS, _RUNNER, _DEFERRER = 1, 2, 3, 4
_MOST_POSTS = 64  # locks for all posts together; a poll can bring thousands, and the server has room for few

ALONE = f"SELECT pg_advisory_xact_lock({_OURS}, {_WRITERS})"
TOGETHER = f"SELECT pg_advisory_xact_lock_shared({_OURS}, {_WRITERS})"
# One claim at a time: two would give a destination two messages.
CLAIMS = f"{TOGETHER}; SELECT pg_advisory_xact_lock({_OURS}, {_CLAIMS})"
# Held by a connection of each runner for as long as it lives; alone by what must not meet any runner.
RUNNER = f"SELECT pg_try_advisory_lock_shared({_OURS}, {_RUNNER}) AS got"
ONLY_RUNNER = f"SELECT pg_try_advisory_lock({_OURS}, {_RUNNER}) AS got"
# One process at a time gives jobs to what has become due.
DEFERRER = f"SELECT pg_try_advisory_xact_lock({_OURS}, {_DEFERRER}) AS got"
# Held by the connection of each process that holds a door or stands by for it, for as long as it lives.
AT_DOOR = f"SELECT pg_advisory_lock_shared({_OF_DOORS}, 0)"
# One process at a time tries to get a door.
TRY_DOOR = f"SELECT pg_advisory_xact_lock({_OF_DOORS}, 1)"
# Finds whether the connection of a row `d` of the doors lives.
PRESENT = f"""
SELECT 1 FROM pg_locks AS l WHERE l.pid = d.backend AND l.locktype = 'advisory' AND l.classid = {_OF_DOORS}
    AND l.objid = 0 AND l.objsubid = 2 AND l.granted
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
# Held by a connection until it ends: nobody else writes.
ALL_WRITERS = f"SELECT pg_advisory_lock({_OURS}, {_WRITERS})"


def with_posts(keys: Iterable[str]) -> str:
    """Return the locks of who stores posts: of two feeds that bring the same one at once, one is first."""
    numbers = sorted({zlib.crc32(key.encode(errors="replace")) % _MOST_POSTS for key in keys})
    if not numbers:
        return TOGETHER
    given = ",".join(map(str, numbers))  # in the order in which everybody takes them
    return (
        f"{TOGETHER}; SELECT pg_advisory_xact_lock({_OF_POSTS}, n) FROM unnest('{{{given}}}'::integer[]) AS n"
    )


def claims_in(lane: int) -> str:
    """Return the locks of a claim in a lane: beside those in others, but not beside CLAIMS."""
    shared = f"SELECT pg_advisory_xact_lock_shared({_OURS}, {_CLAIMS})"
    return f"{TOGETHER}; {shared}; SELECT pg_advisory_xact_lock({_OF_LANES}, {lane})"
