"""The log of changes: who changed the alerts of a channel or a feed, when, and how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

# Who made a change, where no person did. Addresses of people have a colon in them, so these are none.
CONFIG, IMPORT, BYSTANDER = "config", "import", "bystander"
FORGOTTEN = "forgotten"  # a person who asked to be forgotten


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `by`: the address of a person, or CONFIG, IMPORT, BYSTANDER (the bot itself), FORGOTTEN."""

    at: datetime
    by: str
    what: str  # such as "added Trade", see bot/text/changes.py
    feed: str = ""  # name of the only feed it was about, "" for every feed
    server: str = ""  # for a change of a feed: from where it was made (`Caller.server`), "" if not known


@dataclass(frozen=True, slots=True)
class FollowedTerm:
    """A name that an address follows, or leaves out (`excluded`). `feed_id` 0 means every feed."""

    feed_id: int
    key: str  # term key (`normalize.term_key`)
    name: str
    excluded: bool
    cadence: str
    mention: str
