"""What both stores know of renames under way, which are carried out in parts with crashes between them. Pure.

The row of the feed has the plan, and the table `moving` what is left of it: first the posts with an old name,
then the destinations that follow one. Each part takes its rows out of the table, so nobody is told twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.model import Rename
from storage.shared.mapping import from_ms, to_ms
from storage.shared.renaming import moves_of, new_key

POSTS_AT_ONCE = 25  # each is indexed anew for the search, which takes about a millisecond
DESTINATIONS_AT_ONCE = 250
POST, DESTINATION = "post", "destination"  # what `moving` has rows of


@dataclass(frozen=True, slots=True)
class Plan:
    """Renames under way. `filed`: whether all posts have their new names already."""

    renames: tuple[Rename, ...]
    at: datetime
    filed: bool = False

    @property
    def moves(self) -> dict[str, Rename]:
        """The renames by the term key of the old name."""
        return moves_of(self.renames)

    @property
    def keys(self) -> list[str]:
        """The term keys of the old and of the new names."""
        moves = self.moves
        return [*moves, *map(new_key, moves.values())]


def text_of(plan: Plan | None) -> str:
    """Return what the row of a feed has of its plan, "" for none."""
    if plan is None:
        return ""
    pairs = [[each.old, each.new] for each in plan.renames]
    return json.dumps({"renames": pairs, "at": to_ms(plan.at), "filed": plan.filed}, ensure_ascii=False)


def plan_from(text: str) -> Plan | None:
    """Return the plan of `text_of`."""
    if not text:
        return None
    values = json.loads(text)
    renames = tuple(Rename(old, new) for old, new in values["renames"])
    return Plan(renames, from_ms(values["at"]), filed=values["filed"])


def plan_of(moves: Mapping[str, Rename], at: datetime) -> Plan:
    """Return the plan of renames that begin now."""
    return Plan(tuple(moves.values()), at)
