"""Sentences are weighed only where they may be told, which changes nothing about which are."""

from __future__ import annotations

import random

from bot.pipeline.summarize.candidates import best_of
from bot.pipeline.summarize.lines import Line
from bot.text.languages import stems


def line(at: int) -> Line:
    return Line(at, 0, "", whole=True, opening=False, listed=False, answers=False, words=frozenset())


def test_the_best_are_those_that_sorting_all_would_give_and_of_equal_ones_the_earlier() -> None:
    chance = random.Random(1)
    for _ in range(500):
        lines = [line(at) for at in range(chance.randrange(40))]
        worth = [chance.randrange(8) for _ in lines]
        hope = [each + chance.randrange(4) for each in worth]
        count = chance.randrange(1, 12)

        found = best_of(lines, count, lambda one: (hope[one.at],), lambda one: (worth[one.at],))  # noqa: B023

        everybody = sorted(lines, key=lambda one: worth[one.at], reverse=True)
        assert sorted(one.at for one in found) == sorted(one.at for one in everybody[:count])


def test_the_worth_of_a_sentence_without_hope_is_not_asked_for() -> None:
    asked: list[int] = []

    def worth(one: Line) -> tuple[float, ...]:
        asked.append(one.at)
        return (10.0 - one.at,)

    best_of([line(at) for at in range(100)], 3, lambda one: (10.5 - one.at,), worth)

    assert sorted(asked) == [0, 1, 2]


def test_the_stems_of_a_text_are_the_same_however_many_other_words_were_read_before() -> None:
    text = "Banning cars, the council's ban on Monday banned 300 cars."
    before = stems(text, "en")
    for number in range(20_000):
        stems(f"word{number} another{number}", "en")

    assert stems(text, "en") == before == {"ban", "car", "council", "monday", "300"}
