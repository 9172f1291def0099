"""Weighs the sentences of a post: each rule is asked only about sentences that may be told."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from heapq import heappush, heappushpop
from math import inf
from typing import NamedTuple

from bot.pipeline.summarize.lines import Line
from bot.pipeline.summarize.settings import Limits, Scores
from bot.pipeline.summarize.topic import Topic
from bot.text.definites import opening_takes
from bot.text.leaning import leans
from bot.text.references import (
    bare_names,
    definite_nouns,
    has_loose_pronoun,
    names_role,
    points_there,
    presupposed,
    taken_up,
)
from bot.text.remarks import (
    announces,
    count_names,
    is_first_person,
    is_question,
    is_service,
    is_side_issue,
    is_singular_person,
    names_author,
)
from bot.text.sentences import opens_quoting

_LIMITS = Limits()
_SCORES = Scores()

_FIGURE = re.compile(r"\d")  # a short sentence with a figure is informative

Rank = tuple[float, ...]
_Presumed = tuple[frozenset[str], tuple[frozenset[str], ...], tuple[frozenset[str], ...]]
_KNOWN: _Presumed = (frozenset(), (), ())


class Candidate(NamedTuple):
    """A complete sentence with its own score, and what decides beside which others it can be told.

    What it takes to be known is here without what the title tells. `leans`: only right after the sentence
    before it. `role`: it names somebody by a description alone.
    """

    at: int  # its place in the post
    line: Line
    merit: float
    title: int  # how many of the title's words it has
    share: float  # its score for title and theme
    leans: bool
    role: bool
    subject: frozenset[str]  # words of which one has to be known by then
    things: tuple[frozenset[str], ...]  # the same, of each
    nouns: tuple[frozenset[str], ...]  # of each "the ...", of which the post had one before
    surnames: tuple[tuple[str, int], ...]  # alone and in lower case; the earlier sentence with the full name


class Scale:
    """Weighs the sentences of one post, each when it is first asked for."""

    def __init__(self, topic: Topic, code: str) -> None:
        self._topic = topic
        self._code = code
        self._is_english = code == "en"
        self._merits: dict[int, float] = {}
        self._shares: dict[int, float] = {}

    def merit(self, line: Line) -> float:
        """Return the score of a sentence for itself."""
        if line.at not in self._merits:
            names = min(1, count_names(line.text) / _SCORES.many_names)
            self._merits[line.at] = self._before_faults(line, names) - self._faults(line)
        return self._merits[line.at]

    def candidate(self, line: Line) -> Candidate:
        """Return a sentence with all that decides beside which others it can be told."""
        first = line.at == 0
        subject, things, nouns = _KNOWN if first else self._presumed(line)
        return Candidate(
            at=line.at,
            line=line,
            merit=self.merit(line),
            title=len(line.words & self._topic.title),
            share=self._share(line),
            leans=not first and not line.corrects and self._is_leaning(line),
            role=self._is_english and not first and _points_elsewhere(line.text),
            subject=subject,
            things=things,
            nouns=nouns,
            surnames=self._surnames(line),
        )

    def _presumed(self, line: Line) -> _Presumed:
        """Return the subject of a sentence, and the things and nouns of an English one."""
        title, used = self._topic.title, self._topic.used
        if not self._is_english:
            subject = opening_takes(line.text, self._code)
            return (subject if subject.isdisjoint(title) else frozenset(), (), ())
        before = frozenset(word for word in line.words if used[word] < line.at)
        subject = presupposed(line.text)
        return (
            subject if subject.isdisjoint(title) else frozenset(),
            tuple(words for words in taken_up(line.text, before) if words.isdisjoint(title)),
            tuple(
                words
                for words in definite_nouns(line.text)
                if not words.isdisjoint(before) and words.isdisjoint(title)
            ),
        )

    def _surnames(self, line: Line) -> tuple[tuple[str, int], ...]:
        topic, text = self._topic, line.text
        earlier = {name: at for name, at in topic.named.items() if at < line.at and name in text}
        alone = earlier.keys() & bare_names(text) if earlier else ()
        return tuple((name.lower(), earlier[name]) for name in alone if name.lower() not in topic.title)

    def promising(self, lines: Sequence[Line]) -> list[Candidate]:
        """Return the sentences that are tried, in reading order.

        The best, and the best for each part of a title, of which one may be told late in the post.
        """
        best = best_of(lines, _LIMITS.candidates, self._hope, self._worth)
        found = {line.at: self.candidate(line) for line in best}
        for part, _ in self._topic.parts:
            more = [self.candidate(line) for line in self._telling(lines, part) if line.at not in found]
            found |= {one.at: one for one in more if not one.leans}
        return sorted(found.values(), key=lambda one: one.at)

    def _telling(self, lines: Sequence[Line], part: frozenset[str]) -> list[Line]:
        """Return the sentences that tell most of a part of a title."""
        told = {line.at: len((line.words | line.places) & part) for line in lines}

        def hope(line: Line) -> Rank:
            return (told[line.at], *self._hope(line))

        def worth(line: Line) -> Rank:
            return (told[line.at], *self._worth(line))

        return best_of(lines, _LIMITS.tellers, hope, worth)

    def _worth(self, line: Line) -> Rank:
        return (self.merit(line) + self._share(line),)

    def _hope(self, line: Line) -> Rank:
        """Return what a sentence is worth at most; its faults and names take far longer to find."""
        if line.at == 0 or line.corrects:
            return (inf,)  # what speaks for these alone is not counted here
        return (self._before_faults(line, names=1) + self._share(line),)

    def _share(self, line: Line) -> float:
        if line.at not in self._shares:
            self._shares[line.at] = self._topic.share(line.words)
        return self._shares[line.at]

    def _before_faults(self, line: Line, names: float) -> float:
        away = line.paragraph - self._topic.start
        merit = _SCORES.position + _SCORES.opening * line.opening
        merit += _SCORES.names * names
        merit *= _SCORES.later**away if away >= 0 else _SCORES.before**-away
        return merit - _SCORES.long * max(0, len(line.text) - _SCORES.long_from) / 100

    def _faults(self, line: Line) -> float:
        text, words, first = line.text, line.words, line.at == 0
        faults = (
            (_SCORES.slight, len(words) < _SCORES.slight_words and not _FIGURE.search(text)),
            (_SCORES.listed, line.listed),
            (_SCORES.quote, opens_quoting(text)),
            (_SCORES.side_issue, is_side_issue(text)),
            (_SCORES.question, is_question(text)),
            (_SCORES.aside, _is_aside(line, self._topic)),
            (_SCORES.service, is_service(text)),
            (-_SCORES.first, first and not words.isdisjoint(self._topic.title)),
            (_SCORES.lonely, first and self._is_leaning(line)),
            (-_SCORES.correction, line.corrects),
        )
        return sum(weight for weight, found in faults if found)

    def _is_leaning(self, line: Line) -> bool:
        return line.answers or leans(line.text, self._code)


def best_of(
    lines: Sequence[Line], count: int, hope: Callable[[Line], Rank], worth: Callable[[Line], Rank]
) -> list[Line]:
    """Return the sentences of the most worth, in no order; of equal ones the earlier.

    `hope`: at least what `worth` says, and quick to tell: the worth of most sentences is never asked for.
    """
    hoped = sorted(((hope(line), -place) for place, line in enumerate(lines)), reverse=True)
    best: list[tuple[Rank, int]] = []  # a heap, whose first is the least
    for at_most, place in hoped:
        if len(best) < count:
            heappush(best, (worth(lines[-place]), place))
        elif at_most < best[0][0]:
            break
        else:
            heappushpop(best, (worth(lines[-place]), place))
    return [lines[-place] for _, place in best]


def _points_elsewhere(text: str) -> bool:
    """Return whether an English sentence means somebody, or a place, that it does not name."""
    return names_role(text) or has_loose_pronoun(text) or points_there(text)


def _is_aside(line: Line, topic: Topic) -> bool:
    """Return whether the authors write about themselves, and not what their organisation announces."""
    if names_author(line.text):
        return True
    if not is_first_person(line.text) or topic.personal or announces(line.text):
        return False
    return is_singular_person(line.text) or 2 * len(line.words & topic.title) < len(topic.title)
