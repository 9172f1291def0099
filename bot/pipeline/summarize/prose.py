"""Chooses one to three sentences of a post's prose: what happened, to whom, and why it matters.

The author's own sentences, in reading order; "…" stands where some are left out between them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import NamedTuple

from bot.pipeline.summarize.candidates import Candidate, Scale
from bot.pipeline.summarize.lines import Line, read_lines
from bot.pipeline.summarize.settings import Limits, Scores
from bot.pipeline.summarize.topic import Topic, parts_of, topic_of
from bot.text.html_text import Paragraph
from bot.text.remarks import contradicts
from bot.text.truncate import clip

_LIMITS = Limits()
_SCORES = Scores()

_ROUNDING = 1e-9  # more than what the order of a sum changes
_FULL_WIDTH_END = re.compile(r"[。！？」』｡]$")  # noqa: RUF001  full-width marks include their own space


class _Choice(NamedTuple):
    """Sentences that can be told together, in reading order.

    `value`: of the sentences, without what their words tell together: `share` for title and theme, and
    `halves` for both parts of a title. `after`: index of the first candidate that may be added next.
    """

    told: tuple[Candidate, ...] = ()
    value: float = 0.0
    share: float = 0.0
    halves: float = 0.0
    length: int = 0
    words: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()  # countries
    after: int = 0


def choose(found: Sequence[Paragraph], title: str, code: str, limit: int) -> str:
    """Return one to three sentences of at most `limit` characters, "" without any that can stand alone.

    A sentence is cut, at the end of a word, only if it is the first that stands alone and none fits. Nothing
    is better than sentences that say nothing, such as a question alone.
    """
    parts = parts_of(title, code)
    lines = read_lines(found, title, code, places=bool(parts))
    topic = topic_of(lines, title, parts, code)
    scale = Scale(topic, code)
    telling = [line for line in lines if line.whole and _is_news(line, topic)]
    chosen = _filled(_choose(telling, topic, scale, limit), telling, scale, limit)
    if chosen:
        return joined([(line.at, line.text, line.corrects) for line in chosen])
    too_long = (line for line in telling if len(line.text) > limit)
    alone = (line.text for line in too_long if _stands_alone(scale.candidate(line), frozenset()))
    return clip(next(alone, ""), limit)


def joined(sentences: Sequence[tuple[int, str, bool]]) -> str:
    """Join sentences with "…" at each jump. Each: its place, its text, whether that explains its place."""
    text = sentences[0][1]
    for (before, _, was_labelled), (place, sentence, labelled) in pairwise(sentences):
        full_width = _FULL_WIDTH_END.search(text) is not None
        if place == before + 1 or labelled or was_labelled:
            text += sentence if full_width else f" {sentence}"
        else:
            text += f"……{sentence}" if full_width else f" … {sentence}"
    return text


def _is_news(line: Line, topic: Topic) -> bool:
    """Return whether a sentence says something beyond the title."""
    return not topic.title or not line.words <= topic.title or contradicts(line.text)


def _choose(lines: Sequence[Line], topic: Topic, scale: Scale, limit: int) -> tuple[Line, ...]:
    """Return the best choice of one to three sentences that fits, in reading order; () if none fits.

    Of equal ones the shortest is taken, then the first. What does not fit, or is not understood, does not
    become so by sentences that follow.
    """
    required = {line.at for line in lines if line.corrects}
    taken_back = {line.at - 1: line.at for line in lines if contradicts(line.text)}
    promising = scale.promising(lines)
    best, most, begun = _Choice(), _SCORES.floor, [_Choice()]
    for count in range(1, _LIMITS.sentences + 1):
        last, longer = count == _LIMITS.sentences, []
        for choice in begun:
            for place, one in enumerate(promising[choice.after :], choice.after):
                if last and _hope(choice, one, topic) < most:
                    continue
                more = _with(choice, one, place, topic, limit)
                if more is None:
                    continue
                longer.append(more)
                value = more.value + (more.share + more.halves) - _SCORES.third * last
                if value > most and _is_complete(more, required, taken_back):
                    best, most = more, value
        begun = longer
    return tuple(one.line for one in best.told)


def _is_complete(choice: _Choice, required: AbstractSet[int], taken_back: Mapping[int, int]) -> bool:
    """Return whether a choice tells what is required, and what is taken back only together with what does."""
    if not required and not taken_back:
        return True
    told = {each.at for each in choice.told}
    return required <= told and all((one in told) == (other in told) for one, other in taken_back.items())


def _hope(choice: _Choice, one: Candidate, topic: Topic) -> float:
    """Return at least what a choice is worth with a third sentence; it is quicker to tell than the worth."""
    halves = _SCORES.halves if topic.parts else 0.0
    most = choice.value + choice.share + one.merit + one.share + halves
    return most - _jump(choice.told[-1], one) - _SCORES.third + _ROUNDING


def _filled(chosen: tuple[Line, ...], lines: Sequence[Line], scale: Scale, limit: int) -> tuple[Line, ...]:
    """Add a short sentence that alone stands between two that are chosen, rather than mark a jump over it."""
    if len(chosen) != _LIMITS.sentences - 1 or chosen[0].at + 2 != chosen[1].at:
        return chosen
    between = next((line for line in lines if line.at == chosen[0].at + 1), None)
    if between is None or len(between.text) > _LIMITS.filler or scale.merit(between) <= _SCORES.filler:
        return chosen
    fuller = (chosen[0], between, chosen[1])
    return fuller if len(" ".join(line.text for line in fuller)) <= limit else chosen


def _with(choice: _Choice, one: Candidate, place: int, topic: Topic, limit: int) -> _Choice | None:
    """Return a choice with one more sentence; None if that does not fit or is not understood."""
    before = choice.told[-1] if choice.told else None
    follows = before is not None and before.at == one.at - 1
    length = choice.length + len(one.line.text) + (0 if before is None else 1 if follows else 3)
    if length > limit or not (follows or _stands_alone(one, choice.words)):
        return None
    value = choice.value if before else _SCORES.lead * one.title / max(1, len(topic.title))
    value += one.merit - _SCORES.leaning * one.leans
    value -= _jump(before, one) if before else 0.0
    value -= _unexplained(one, choice.words, follows=follows)
    value -= _SCORES.surname * _is_cut_from_name(one, choice)
    words, places = choice.words | one.line.words, choice.places | one.line.places
    return _Choice(
        told=(*choice.told, one),
        value=value,
        share=topic.share(words),
        halves=topic.halves(words | places) if topic.parts else 0.0,
        length=length,
        words=words,
        places=places,
        after=place + 1,
    )


def _jump(before: Candidate, one: Candidate) -> float:
    """Return what it costs to read on elsewhere; an update and what it takes back are read apart anyway."""
    free = before.at == one.at - 1 or one.line.corrects or before.line.corrects
    return 0.0 if free else _SCORES.jump


def _stands_alone(one: Candidate, words: frozenset[str]) -> bool:
    """Return whether a sentence is understood after these words, without what stands before it in the post.

    A sentence that leans comes right after the one before it. A sentence after a jump names its subject, or
    takes it from what is told before, or from the title.
    """
    if one.leans or one.role:
        return False
    return all(not words.isdisjoint(asked) for asked in (one.subject, *one.things) if asked)


def _unexplained(one: Candidate, words: frozenset[str], *, follows: bool) -> float:
    """Return what "the ..." costs where it has not been told, in these words, what is meant."""
    loose = bool(one.subject) and one.subject.isdisjoint(words)
    if follows:
        return _SCORES.loose * (loose and one.line.opening)
    cut = sum(words.isdisjoint(noun) for noun in one.nouns) if one.nouns else 0
    return _SCORES.definite * loose + _SCORES.cut * min(cut, _SCORES.most_cut)


def _is_cut_from_name(one: Candidate, choice: _Choice) -> bool:
    """Return whether a sentence has a surname whose full name stands in an earlier one that is not told."""
    return any(
        name not in choice.words and all(other.at != place for other in choice.told)
        for name, place in one.surnames
    )
