"""Decides from a blog's numbered categories which of them were renamed or merged. Pure.

| seen | certain |
|---|---|
| a number with another name, and nobody else has or had either name | yes |
| the same, but the old or the new name is another's too | only with the whole list |
| names swapped, or one takes the name that another gave up | with the whole list: all moves at once |
| a number that had its name together with another number | no: it is not known which of them was followed |
| more than `most` other names at once | no: admins look at it |
| a number missing from the whole list, whose posts are under one other category now | see `merged_into` |
| any other missing number | no, and only if it is missing at two looks |

Nothing that a part of a list does not show counts as missing. Names are compared as they are used, folded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.model import BlogCategory, EvidenceRank, Filing, Rename
from bot.text.normalize import fold

Use = Callable[[str], str]  # the name to use for a printed one, "" for none

_POSTS_OF_MERGE = 2  # fewer prove nothing


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs between the categories as stored and as seen.

    `store`: those to be stored as seen. `expected`: the stored names of the renamed ones. `missing`: those
    that the whole list does not have. `unsure`: only the whole list can tell. `undecided`: pairs of names
    that even the list does not explain.
    """

    renames: tuple[Rename, ...] = ()
    store: tuple[BlogCategory, ...] = ()
    expected: Mapping[int, str] = field(default_factory=dict)
    missing: tuple[BlogCategory, ...] = ()
    unsure: bool = False
    undecided: tuple[Rename, ...] = ()


class _Names:
    """Categories by number, and the folded names that they are used under, each found in one step."""

    def __init__(self, by_id: Mapping[int, BlogCategory], use: Use) -> None:
        self.by_id = by_id
        self._used = {number: use(each.name) for number, each in by_id.items()}
        self._keys = {number: fold(name) for number, name in self._used.items()}
        self._bearers: dict[str, set[int]] = {}
        for number, key in self._keys.items():
            self._bearers.setdefault(key, set()).add(number)

    def used(self, number: int) -> str:
        return self._used[number]

    def key(self, number: int) -> str:
        return self._keys[number]

    def bearers(self, key: str) -> set[int]:
        return self._bearers.get(key, set())


def compared(
    known: Sequence[BlogCategory], seen: Sequence[BlogCategory], use: Use, *, complete: bool, most: int
) -> Compared:
    """Compare the stored categories with those seen now. `complete`: whether `seen` is the whole list."""
    consistent = _consistent(seen, use)
    before, now = _Names({each.id: each for each in known}, use), _Names(consistent, use)
    both = sorted(before.by_id.keys() & now.by_id.keys())
    changed = [each for each in both if before.key(each) != now.key(each) and before.key(each)]
    told = _moved_together if complete else _alone
    certain = [each for each in changed if now.key(each) and told(each, before, now)]
    certain = certain if len(changed) <= most else []
    doubtful = sorted(set(changed) - set(certain))
    gone = [before.by_id[each] for each in sorted(before.by_id.keys() - now.by_id.keys())] if complete else []
    return Compared(
        renames=_distinct(Rename(before.used(each), now.used(each)) for each in certain),
        store=tuple(
            _with_parent(each, before.by_id.get(number))
            for number, each in now.by_id.items()
            if complete or number not in doubtful
        ),
        expected={each: before.by_id[each].name for each in certain},
        missing=tuple(gone),
        unsure=not complete and (bool(doubtful) or len(consistent) < len({each.id for each in seen})),
        undecided=_distinct(
            Rename(before.used(each), now.used(each)) for each in (doubtful if complete else ())
        ),
    )


def merged_into(name: str, posts: Iterable[tuple[Filing, Sequence[str]]], use: Use) -> str:
    """Return the one category under which all posts of a missing one are now; "" if that is not certain.

    `posts`: each with its stored filing and the categories that the API gives it now. A blog that deletes a
    category puts the posts that had no other one into its default category. So at least one post must have
    kept another category, and have gained the new one nevertheless.
    """
    old, found = fold(use(name)), []
    for filing, printed in posts:
        had = {fold(each) for each in filing.categories}
        has = {fold(use(each)): use(each) for each in printed}
        if old in had and filing.rank is EvidenceRank.API:
            if old in has:
                return ""
            found.append((had - {old}, has))
    if len(found) < _POSTS_OF_MERGE:
        return ""
    common = set.intersection(*(set(has) for _, has in found)) - {""}
    gained = {key for key in common for had, has in found if key not in had and had & has.keys()}
    if len(gained) != 1:
        return ""
    (new,) = gained
    return found[0][1][new]


def _consistent(seen: Sequence[BlogCategory], use: Use) -> dict[int, BlogCategory]:
    """Return the categories by number, without numbers that one answer gives several names."""
    found: dict[int, BlogCategory] = {}
    torn = set()
    for each in seen:
        first = found.setdefault(each.id, each)
        if fold(use(first.name)) != fold(use(each.name)):
            torn.add(each.id)
    return {number: each for number, each in found.items() if number not in torn}


def _alone(number: int, before: _Names, now: _Names) -> bool:
    """Whether no other category has or had the old or the new name, as far as is known."""
    keys = {before.key(number), now.key(number)}
    return all(names.bearers(key) <= {number} for key in keys for names in (before, now))


def _moved_together(number: int, before: _Names, now: _Names) -> bool:
    """Whether all that had the old name have the same new one."""
    former = before.bearers(before.key(number))
    return all(each in now.by_id and now.key(each) == now.key(number) for each in former)


def _with_parent(seen: BlogCategory, known: BlogCategory | None) -> BlogCategory:
    """Return a category as seen, with its stored parent where the blog did not say."""
    if seen.parent is not None or known is None:
        return seen
    return BlogCategory(seen.id, seen.name, known.parent)


def _distinct(renames: Iterable[Rename]) -> tuple[Rename, ...]:
    return tuple({fold(each.old): each for each in renames}.values())
