"""What a post is about: the words of its title, those that recur, and where its story starts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from bot.pipeline.summarize.lines import Line
from bot.pipeline.summarize.settings import Limits, Scores
from bot.text.languages import countries, stems
from bot.text.references import full_names
from bot.text.remarks import is_first_person

_LIMITS = Limits()
_SCORES = Scores()

_PARTS = re.compile(r"\s+(?:as|while|but|even as)\s+|\s*[;—–]\s+", re.IGNORECASE)  # noqa: RUF001  of a title
_SHORTEST_PART = 2  # words of a part of a title
_SURNAMES = ("en", "fr", "es", "pt", "it", "nl")  # languages in which only names have a capital


@dataclass(frozen=True)
class Topic:
    """The topic of a post: words of its title, recurring words by count, and where its story starts."""

    title: frozenset[str]
    parts: tuple[
        tuple[frozenset[str], int], ...
    ]  # of a title in several: words, and the most in one sentence
    theme: Mapping[str, int]
    start: int  # number of a paragraph
    heading: str  # the title as it is written
    lines: Sequence[Line]
    code: str  # language, ISO 639-1

    @cached_property
    def used(self) -> Mapping[str, int]:
        """The words, and the first sentence that has them."""
        return {word: line.at for line in reversed(self.lines) for word in line.words}

    @cached_property
    def named(self) -> Mapping[str, int]:
        """The surnames, and the sentence that has the full name first."""
        if self.code not in _SURNAMES:
            return {}
        return {name: line.at for line in reversed(self.lines) for name in full_names(line.text)}

    @cached_property
    def personal(self) -> bool:
        """Whether the post is written in the first person throughout."""
        voices = sum(is_first_person(line.text) for line in self.lines)
        return is_first_person(self.heading) or voices > _SCORES.voice * len(self.lines)

    @cached_property
    def _themed(self) -> tuple[frozenset[str], int, int]:
        """The words of the theme, the sum of their counts, and how many words the title has; 1 for none."""
        return frozenset(self.theme), sum(self.theme.values()) or 1, len(self.title) or 1

    def share(self, words: frozenset[str]) -> float:
        """Return the score of these words for title and theme."""
        themed, counts, size = self._themed
        title = len(words & self.title) / size
        theme = sum(map(self.theme.__getitem__, words & themed)) / counts
        return _SCORES.title * title + _SCORES.theme * theme

    def halves(self, words: frozenset[str]) -> float:
        """Return the score of these words and countries for telling both parts of a title."""
        return _SCORES.halves * min(
            (_told(len(words & part), best) for part, best in self.parts), default=0.0
        )


def parts_of(title: str, code: str) -> list[frozenset[str]]:
    """Return the words and countries of each part of a title that tells two things; [] for other titles."""
    parts = _PARTS.split(title)
    if len(parts) == 1:
        return []
    words = [stems(part, code) | countries(part, code) for part in parts]
    return words if all(len(part) >= _SHORTEST_PART for part in words) else []


def topic_of(lines: Sequence[Line], title: str, parts: Sequence[frozenset[str]], code: str) -> Topic:
    """Return the topic of a post in the language `code`; `parts`: those of its title."""
    words = stems(title, code)
    told = [_telling(lines, part) for part in parts or [words]]
    return Topic(
        title=words,
        parts=tuple((part, max(counts, default=0)) for part, counts in zip(parts, told, strict=False)),
        theme=_theme(lines),
        start=min(_start(lines, counts) for counts in told),
        heading=title,
        lines=lines,
        code=code,
    )


def _theme(lines: Sequence[Line]) -> dict[str, int]:
    """Return the words that recur in most paragraphs; of equal ones those that come first."""
    words: dict[int, set[str]] = {}
    for line in lines:
        words.setdefault(line.paragraph, set()).update(line.words)
    spread = Counter(chain.from_iterable(words.values()))
    first = {word: number for number in sorted(words, reverse=True) for word in words[number]}
    recurring = ((-count, first[word], word) for word, count in spread.items() if count > 1)
    return {word: -count for count, _, word in sorted(recurring)[: _LIMITS.theme]}


def _telling(lines: Sequence[Line], words: frozenset[str]) -> list[int]:
    """Return how many of these words stand together in each sentence."""
    return [len(words & line.words) + len(words & line.places) for line in lines]


def _start(lines: Sequence[Line], counts: Sequence[int]) -> int:
    """Return the paragraph in which a title's story starts; `counts`: of its words, in each sentence."""
    least = _SCORES.story * max(counts, default=0)
    return next((line.paragraph for line, count in zip(lines, counts, strict=True) if count >= least), 0)


def _told(words: int, best: int) -> float:
    """Return how well so many of its words tell a part of a title: wholly if half of the best do."""
    return min(1.0, 2 * words / best) if words >= min(best, _SHORTEST_PART) > 0 else 0.0
