"""Finds the shards and connections on which no process is listening. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from bot.commands.wording import listed, show
from bot.ports import DoorState


def unattended(doors: Sequence[DoorState]) -> list[str]:
    """Return a sentence for each platform of which nobody listens on a part.

    `doors`: those of all processes that live. While the number of shards is changed, two numbers run side by
    side; then it is enough that all shards of one of them are attended.
    """
    sentences = []
    for name, group in groupby(sorted(doors, key=_name), _name):
        states = list(group)
        missing = {total: _missing(states, total) for total in sorted({each.door.total for each in states})}
        if all(missing.values()):
            sentences += [_sentence(name, shards, total) for total, shards in missing.items()]
    return sentences


def _name(state: DoorState) -> str:
    return state.door.name


def _missing(states: Iterable[DoorState], total: int) -> list[int]:
    held = {
        shard
        for each in states
        if each.held_since is not None and each.door.total == total
        for shard in range(each.door.first, each.door.last + 1)
    }
    return [shard for shard in range(total) if shard not in held]


def _sentence(name: str, shards: Sequence[int], total: int) -> str:
    if len(shards) == total:
        return f"Nobody listens on {show(name.capitalize())}."
    word = "shard" if len(shards) == 1 else "shards"
    return (
        f"Nobody listens on {word} {listed(list(_ranges(shards)))} of {total} of {show(name.capitalize())}."
    )


def _ranges(shards: Sequence[int]) -> Iterator[str]:
    """Yield the runs in ascending numbers, such as "4-7" and "9"."""
    for _, run in groupby(enumerate(shards), lambda pair: pair[1] - pair[0]):
        numbers = [shard for _, shard in run]
        yield f"{numbers[0]}\u2013{numbers[-1]}" if len(numbers) > 1 else str(numbers[0])
