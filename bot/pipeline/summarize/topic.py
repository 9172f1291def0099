"""What a post is about: the words of its title, those that recur, and where its story starts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Topic:
    """The topic of a post: words of its title, recurring words by count, and where its story starts."""

    title: frozenset[str]
    parts: tuple[
        tuple[frozenset[str], int], ...
    ]  # of a title in several: words, and the most in one sentence
    theme: Counter[str]
    start: int  # number of a paragraph
    personal: bool  # written in the first person throughout
    named: Mapping[str, int]  # surnames, and the sentence that has the full name first
    used: Mapping[str, int]  # words, and the first sentence that has them

    def share(self, words: frozenset[str]) -> float:
        """Return the score of these words for title and theme."""
        title = len(words & self.title) / max(1, len(self.title))
        theme = sum(self.theme[word] for word in words & self.theme.keys()) / max(1, self.theme.total())
        return _SCORES.title * title + _SCORES.theme * theme

    def halves(self, words: frozenset[str]) -> float:
        """Return the score of these words and countries for telling both parts of a title."""
        return _SCORES.halves * min(
            (_told(len(words & part), best) for part, best in self.parts), default=0.0
        )


def topic_of(lines: Sequence[Line], title: str, code: str) -> Topic:
    """Return the topic of a post in the language `code`."""
    words = stems(title, code)
    parts = [stems(part, code) | countries(part, code) for part in _PARTS.split(title)]
    places = sorted({(line.paragraph, word) for line in lines for word in line.words})
    spread = Counter(word for _, word in places)
    told = len(parts) > 1 and all(len(part) >= _SHORTEST_PART for part in parts)
    return Topic(
        title=words,
        parts=tuple((part, _best(lines, part)) for part in parts) if told else (),
        theme=Counter({word: count for word, count in spread.most_common(_LIMITS.theme) if count > 1}),
        start=min(_start(lines, part) for part in (parts if told else [words])),
        used={word: line.index for line in reversed(lines) for word in line.words},
        named=_named(lines) if code in _SURNAMES else {},
        personal=is_first_person(title)
        or sum(is_first_person(line.text) for line in lines) > _SCORES.voice * len(lines),
    )


def _start(lines: Sequence[Line], words: frozenset[str]) -> int:
    """Return the paragraph in which the story that these words of a title announce starts."""
    best = _best(lines, words)
    told = ((line, len((line.words | line.places) & words)) for line in lines)
    return next((line.paragraph for line, count in told if count >= _SCORES.story * best), 0)


def _named(lines: Sequence[Line]) -> dict[str, int]:
    return {name: line.index for line in reversed(lines) for name in full_names(line.text)}


def _best(lines: Sequence[Line], words: frozenset[str]) -> int:
    """Return how many of these words stand together in one sentence, at most."""
    return max((len((line.words | line.places) & words) for line in lines), default=0)


def _told(words: int, best: int) -> float:
    """Return how well so many of its words tell a part of a title: wholly if half of the best do."""
    return min(1.0, 2 * words / best) if words >= min(best, _SHORTEST_PART) > 0 else 0.0
