"""Followed phrases are found word by word: exactly those of the post, however many begin alike."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as some

from bot.match import Subject, hits
from storage.shared.phrases import Beginning, phrases_of

words = some.lists(some.sampled_from(["a", "b", "ab", "é", "口"]), max_size=8).map(" ".join)


class Phrases:
    """What a store does, in memory. `asked`: all words in a row that were looked for."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self.sorted = sorted(phrases)
        self.asked: list[str] = []

    async def look(self, wanted: Sequence[str]) -> list[Beginning]:
        self.asked += wanted
        found = [Beginning(each, self._has(each), self._goes_on(each)) for each in wanted]
        return [each for each in found if each.whole or each.longer]

    def _has(self, words: str) -> bool:
        return self._next(words) == words

    def _goes_on(self, words: str) -> bool:
        return self._next(f"{words} ").startswith(f"{words} ")

    def _next(self, words: str) -> str:
        at = bisect_left(self.sorted, words)
        return self.sorted[at] if at < len(self.sorted) else ""


@given(followed=some.sets(words.filter(bool), max_size=8), title=words, text=words)
def test_the_phrases_of_a_post_are_found(followed: set[str], title: str, text: str) -> None:
    subject = Subject(frozenset(), f" {title} ", f" {text} ")
    found = asyncio.run(phrases_of(subject, Phrases(list(followed)).look))

    assert found == hits((f"w:{each}" for each in followed), subject)


async def test_phrases_that_begin_alike_are_passed_over() -> None:
    phrases = Phrases([f"the new word{number}" for number in range(50_000)])
    subject = Subject(frozenset(), " on the new word7 ", f" {'the new deal ' * 500}")

    assert await phrases_of(subject, phrases.look) == ["w:the new word7"]
    assert len(phrases.asked) <= 10


async def test_no_phrase_reaches_from_the_title_into_the_text() -> None:
    phrases = Phrases(["zinc tariffs", "tariffs"])

    assert await phrases_of(Subject(frozenset(), " zinc ", " tariffs "), phrases.look) == ["w:tariffs"]
