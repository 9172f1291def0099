"""Says in a few words what a change did, such as "added Trade, #TikTok". Pure. Stores keep these words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from bot.model import EVERYTHING, Cadence, FollowedTerm, Preferences
from bot.text.sanitize import visible
from bot.text.spelling import spelled_key

# Databases hold these words, and feeds are looked up by the first: a new wording would not be found there.
FEED_ADDED, FEED_CHANGED, FEED_REMOVED = "added the feed", "changed the feed", "removed the feed"
PAUSED, RESUMED = "paused", "resumed"
MOST_NAMES = 20
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_Terms = dict[tuple[int, str, bool], FollowedTerm]


def difference(before: Iterable[FollowedTerm], after: Iterable[FollowedTerm]) -> tuple[str, int]:
    """Return what changed between two states of one address, and the id of the feed that it was about.

    "" for no change. The id is 0 if it was about every feed, or about several.
    """
    old, new = _by_place(before), _by_place(after)
    came = [term for place, term in new.items() if place not in old]
    went = [term for place, term in old.items() if place not in new]
    stayed = [(old[place], term) for place, term in new.items() if place in old and not term.excluded]
    moved = [term for former, term in stayed if term.cadence != former.cadence]
    called = [term for former, term in stayed if term.mention != former.mention]
    parts = [
        _part("added", _followed(came), _manner),
        _part("left out", _left_out(came)),
        _part("took off", _followed(went)),
        _part("no longer left out", [each for each in _left_out(went) if _as_followed(each) not in new]),
        _part("set", moved, lambda term: f" to {term.cadence}"),
        _part("changed", called, lambda term: f", mentioning {visible(term.mention) or 'nobody'}"),
    ]
    feeds = {each.feed_id for each in (*came, *went, *moved, *called)}
    return "; ".join(filter(None, parts)), feeds.pop() if len(feeds) == 1 else 0


def preference_changes(before: Preferences, after: Preferences) -> str:
    """Return what an admin changed of a channel's preferences; "" for no change. Snoozes do not count."""
    mentions = ("below" if after.mention_last else "above") + " the alerts"
    parts = {
        f"the time zone to {visible(after.timezone) or 'that of the bot'}": before.timezone != after.timezone,
        f"quiet hours to {after.quiet or 'none'}": before.quiet != after.quiet,
        f"digests to {after.digest:%H:%M}": before.digest != after.digest,
        f"weekly digests to {_WEEKDAYS[after.weekly]}": before.weekly != after.weekly,
        f"the style to {after.style}": before.style != after.style,
        f"mentions to {mentions}": before.mention_last != after.mention_last,
    }
    changed = [words for words, differs in parts.items() if differs]
    return f"set {', '.join(changed)}" if changed else ""


def _by_place(terms: Iterable[FollowedTerm]) -> _Terms:
    return {(each.feed_id, each.key, each.excluded): each for each in terms}


def _followed(terms: Iterable[FollowedTerm]) -> list[FollowedTerm]:
    return [each for each in terms if not each.excluded]


def _left_out(terms: Iterable[FollowedTerm]) -> list[FollowedTerm]:
    return [each for each in terms if each.excluded]


def _as_followed(term: FollowedTerm) -> tuple[int, str, bool]:
    return (term.feed_id, term.key, False)


def _manner(term: FollowedTerm) -> str:
    """Return how soon and with which mention a name is followed, where that is not the usual way."""
    cadence = "" if term.cadence == Cadence.NOW else f", {term.cadence}"
    return cadence + (f", mentioning {visible(term.mention)}" if term.mention else "")


def _part(
    verb: str, terms: Sequence[FollowedTerm], manner: Callable[[FollowedTerm], str] = lambda _: ""
) -> str:
    """Return "added Trade, #TikTok, mentioning @here"; "" without terms.

    `manner`: the words behind the names. One change has the same for all of its terms.
    """
    if not terms:
        return ""
    names = list(dict.fromkeys(map(_name, terms)))
    if len(names) > MOST_NAMES:
        names = [*names[:MOST_NAMES], f"{len(names) - MOST_NAMES} more"]
    return f"{verb} {', '.join(names)}{manner(terms[0])}"


def _name(term: FollowedTerm) -> str:
    return "every post" if term.key == EVERYTHING else spelled_key(term.key, term.name)
