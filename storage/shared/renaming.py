"""Decides how the filters of followers change when a blog's categories get other names. Pure.

A group is what one destination follows of one feed, or of every feed, as a person or as a channel: within it
a name is followed in one cadence, and is not both followed and left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter

from bot.model import Cadence, Kind, Rename
from bot.ports import AdminNotice
from bot.text.normalize import term_key
from bot.text.sanitize import visible
from bot.text.spelling import spelled
from storage.shared.rows import Row

_SOONEST = (Cadence.NOW, Cadence.DAILY, Cadence.WEEKLY)


@dataclass(frozen=True, slots=True)
class _Entry:
    subscription_id: int
    excluded: int
    term: str
    name: str
    mention: str
    cadence: str

    @property
    def key(self) -> tuple[int, int, str]:
        return (self.subscription_id, self.excluded, self.term)

    @property
    def parameters(self) -> dict[str, object]:
        return {
            "subscription_id": self.subscription_id,
            "excluded": self.excluded,
            "term": self.term,
            "name": self.name,
            "mention": self.mention,
        }


@dataclass(slots=True)
class Moved:
    """What changes of all followers: rows of `filters`, notices, and rows of the log of channels."""

    drop: list[dict[str, object]] = field(default_factory=list)
    put: list[dict[str, object]] = field(default_factory=list)
    touched: list[int] = field(default_factory=list)  # subscriptions
    notices: list[AdminNotice] = field(default_factory=list)
    log: list[tuple[str, str, int]] = field(default_factory=list)  # place, words, feed id


def moves_of(renames: Iterable[Rename]) -> dict[str, Rename]:
    """Return the renames by the term key of the old name, without those that change no key."""
    keyed = {term_key(Kind.CATEGORY, each.old): each for each in renames}
    return {key: each for key, each in keyed.items() if term_key(Kind.CATEGORY, each.new) != key}


def new_key(rename: Rename) -> str:
    """Return the term key of the new name."""
    return term_key(Kind.CATEGORY, rename.new)


def moved(rows: Sequence[Row], moves: Mapping[str, Rename], feed: str, elsewhere: frozenset[str]) -> Moved:
    """Return what changes. `rows`: the filters with an old or a new name, sorted by destination.

    They have the columns of `filters`, `destination_id`, `address`, `channel`, `feed_id` and `cadence`.
    `elsewhere`: those of the keys that another feed in use has. `feed`: the name of this feed.
    """
    result = Moved()
    for _, of_place in groupby(rows, key=itemgetter("destination_id")):
        place = sorted(of_place, key=itemgetter("channel", "feed_id"))
        lines: list[str] = []
        for (_, feed_id), found in groupby(place, key=itemgetter("channel", "feed_id")):
            shared = elsewhere if feed_id == 0 else frozenset[str]()
            lines += _move_group(result, list(found), moves, shared)
        if lines:
            terms = dict.fromkeys(row["term"] for row in place)
            said = [_said(feed, moves[term]) for term in terms if term in moves]
            text = "\n".join([*said, *dict.fromkeys(lines)])
            result.notices.append(AdminNotice(place[0]["address"], text))
    return result


def _move_group(
    result: Moved, rows: Sequence[Row], moves: Mapping[str, Rename], shared: frozenset[str]
) -> list[str]:
    """Add what changes in one group; return what is said about it."""
    before = [_entry(row) for row in rows]
    pairs = [(each, moves[each.term]) for each in before if each.term in moves]
    if not pairs:
        return []
    after = _tidied(new for each in before for new in _after(each, moves, shared))
    known = {each.key: each for each in before}
    result.drop += [each.parameters for key, each in known.items() if key not in after]
    result.put += [each.parameters for key, each in after.items() if known.get(key) != each]
    result.touched += sorted({each.subscription_id for each in before})
    channel, place = rows[0]["channel"], rows[0]["address"]
    if channel:
        words = dict.fromkeys(f"{_old(move)} to {_new(move)}" for _, move in pairs)
        result.log.append((place, f"moved {', '.join(words)}, as the blog did", rows[0]["feed_id"]))
    subject = "This channel gets" if channel else "You follow"
    followed = {each.term for each in after.values() if not each.excluded}
    return [_outcome(subject, each, move, shared, followed) for each, move in pairs]


def _after(entry: _Entry, moves: Mapping[str, Rename], shared: frozenset[str]) -> list[_Entry]:
    """Return what becomes of one row."""
    move = moves.get(entry.term)
    if move is None or (entry.excluded and new_key(move) in shared):
        return [entry]
    new = replace(entry, term=new_key(move), name=move.new)
    return [entry, new] if entry.term in shared else [new]


def _outcome(
    subject: str, entry: _Entry, move: Rename, shared: frozenset[str], followed: Collection[str]
) -> str:
    old, new = _old(move), _new(move)
    if entry.excluded and new_key(move) in shared:
        return f"{old} stays left out, but {new} does not become so: other blogs have it too."
    if entry.excluded:
        so = "as it is followed, and so no longer left out" if new_key(move) in followed else ""
        return f"{new} comes, {so}." if so else f"{new} is left out now."
    too = f", beside {old}, which other blogs have too" if entry.term in shared else ""
    return f"{subject} {new} now{too}."


def _tidied(entries: Iterable[_Entry]) -> dict[tuple[int, int, str], _Entry]:
    """Return entries by their keys: one cadence for each followed name, which is then not left out."""
    followed: dict[str, _Entry] = {}
    left_out: dict[tuple[int, int, str], _Entry] = {}
    for each in entries:
        if each.excluded:
            left_out.setdefault(each.key, each)
        elif each.term not in followed:
            followed[each.term] = each
        else:
            pair = (followed[each.term], each)
            first, second = sorted(pair, key=lambda one: _SOONEST.index(Cadence(one.cadence)))
            followed[each.term] = _with_mentions(first, second.mention)
    result = {each.key: each for each in followed.values()}
    return result | {key: each for key, each in left_out.items() if each.term not in followed}


def _with_mentions(entry: _Entry, mention: str) -> _Entry:
    """Return an entry that calls whom both call."""
    called = " ".join(dict.fromkeys([*entry.mention.split(), *mention.split()]))
    return replace(entry, mention=called)


def _said(feed: str, move: Rename) -> str:
    return f"{visible(feed)} files under {_new(move)} now what it filed under {_old(move)}."


def _old(move: Rename) -> str:
    return spelled(Kind.CATEGORY, move.old)


def _new(move: Rename) -> str:
    return spelled(Kind.CATEGORY, move.new)


def _entry(row: Row) -> _Entry:
    return _Entry(
        row["subscription_id"], row["excluded"], row["term"], row["name"], row["mention"], row["cadence"]
    )
