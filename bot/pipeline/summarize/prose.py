"""Chooses one to three sentences of a post's prose: what happened, to whom, and why it matters.

The author's own sentences, in reading order; "…" stands where some are left out between them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from bot.pipeline.summarize.lines import Line, read_lines
from bot.pipeline.summarize.settings import Limits, Scores
from bot.pipeline.summarize.topic import Topic, topic_of
from bot.text.definites import opening_takes
from bot.text.html_text import Paragraph
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
from bot.text.truncate import clip

_LIMITS = Limits()
_SCORES = Scores()

_FIGURE = re.compile(r"\d")  # a short sentence with a figure is informative
_FULL_WIDTH_END = re.compile(r"[。！？」』｡]$")  # noqa: RUF001  full-width marks include their own space


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A complete sentence with its own score.

    `leans`: only right after the sentence before it. `subject`, and each of `things`: words of which one has
    to be known by then. `role`: it names somebody by a description alone.
    """

    line: Line
    merit: float
    leans: bool
    subject: frozenset[str]
    things: tuple[frozenset[str], ...]
    role: bool
    surnames: frozenset[str]  # without first names
    nouns: tuple[frozenset[str], ...]  # of each "the ...", of which the post had one before

    @property
    def index(self) -> int:
        """The place of the sentence in the post."""
        return self.line.index


def choose(found: Sequence[Paragraph], title: str, code: str, limit: int) -> str:
    """Return one to three sentences of at most `limit` characters, "" without any that can stand alone.

    A sentence is cut, at the end of a word, only if it is the first that stands alone and none fits. Nothing
    is better than sentences that say nothing, such as a question alone.
    """
    lines = read_lines(found, title, code)
    topic = topic_of(lines, title, code)
    candidates = [_weigh(line, topic, code) for line in lines if line.whole and not _repeats(line, topic)]
    chosen = _filled(_choose(candidates, topic, limit), candidates, limit)
    if chosen:
        return joined([(one.index, one.line.text, one.line.corrects) for one in chosen])
    too_long = [one for one in candidates if len(one.line.text) > limit and _stands_alone((one,), topic)]
    return clip(too_long[0].line.text, limit) if too_long else ""


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


def _repeats(line: Line, topic: Topic) -> bool:
    """Return whether a sentence says nothing beyond the title."""
    return bool(topic.title) and line.words <= topic.title


def _weigh(line: Line, topic: Topic, code: str) -> _Candidate:
    away = line.paragraph - topic.start
    merit = _SCORES.position + _SCORES.opening * line.opening
    merit += _SCORES.names * min(1, count_names(line.text) / _SCORES.many_names)
    merit *= _SCORES.later**away if away >= 0 else _SCORES.before**-away
    merit -= _SCORES.long * max(0, len(line.text) - _SCORES.long_from) / 100
    first, leaning = line.index == 0, line.answers or leans(line.text, code)
    faults = (
        (_SCORES.slight, len(line.words) < _SCORES.slight_words and not _FIGURE.search(line.text)),
        (_SCORES.listed, line.listed),
        (_SCORES.quote, opens_quoting(line.text)),
        (_SCORES.side_issue, is_side_issue(line.text)),
        (_SCORES.question, is_question(line.text)),
        (_SCORES.aside, _is_aside(line, topic)),
        (_SCORES.service, is_service(line.text)),
        (-_SCORES.first, first and bool(line.words & topic.title)),
        (_SCORES.lonely, first and leaning),
        (-_SCORES.correction, line.corrects),
    )
    english = code == "en" and not first
    used = frozenset(word for word in line.words if topic.used[word] < line.index)
    return _Candidate(
        line=line,
        merit=merit - sum(weight for weight, found in faults if found),
        leans=not first and leaning and not line.corrects,
        subject=_taken(line.text, code) if not first else frozenset(),
        things=tuple(taken_up(line.text, used)) if english else (),
        nouns=tuple(each for each in definite_nouns(line.text) if each & used) if english else (),
        surnames=bare_names(line.text) & topic.named.keys(),
        role=english and (names_role(line.text) or has_loose_pronoun(line.text) or points_there(line.text)),
    )


def _taken(text: str, code: str) -> frozenset[str]:
    """Return the words that an opening takes to be known."""
    return presupposed(text) if code == "en" else opening_takes(text, code)


def _is_aside(line: Line, topic: Topic) -> bool:
    """Return whether the authors write about themselves, and not what their organisation announces."""
    if names_author(line.text):
        return True
    if topic.personal or not is_first_person(line.text) or announces(line.text):
        return False
    return is_singular_person(line.text) or 2 * len(line.words & topic.title) < len(topic.title)


def _choose(candidates: Sequence[_Candidate], topic: Topic, limit: int) -> tuple[_Candidate, ...]:
    """Return the best choice of one to three sentences that fits, in reading order; () if none fits."""
    required = {one.index for one in candidates if one.line.corrects}
    ranked = sorted(candidates, key=lambda one: one.merit + topic.share(one.line.words), reverse=True)
    best = {one.index: one for one in ranked[: _LIMITS.candidates]}
    for part, _ in topic.parts:  # of which one may be told late in the post
        telling = sorted(ranked, key=lambda one: len((one.line.words | one.line.places) & part), reverse=True)
        best |= {one.index: one for one in telling[: _LIMITS.tellers] if not one.leans}
    promising = sorted(best.values(), key=lambda one: one.index)
    choices = (
        choice
        for count in range(1, _LIMITS.sentences + 1)
        for choice in combinations(promising, count)
        if _length(choice) <= limit
        and (not required or required <= {one.index for one in choice})
        and _stands_alone(choice, topic)
    )
    found = max(
        ((_value(choice, topic), choice) for choice in choices), key=lambda pair: pair[0], default=None
    )
    return found[1] if found and found[0] > _SCORES.floor else ()


def _filled(
    chosen: tuple[_Candidate, ...], candidates: Sequence[_Candidate], limit: int
) -> tuple[_Candidate, ...]:
    """Add a short sentence that alone stands between two that are chosen, rather than mark a jump over it."""
    for one in candidates:
        around = {one.index - 1, one.index + 1} <= {each.index for each in chosen}
        short = len(one.line.text) <= _LIMITS.filler and one.merit > _SCORES.filler
        fuller = tuple(sorted([*chosen, one], key=lambda each: each.index))
        if around and short and len(fuller) <= _LIMITS.sentences and _length(fuller) <= limit:
            return fuller
    return chosen


def _length(choice: Sequence[_Candidate]) -> int:
    length = len(choice) - 1
    last = None
    for one in choice:
        length += len(one.line.text) + (2 if last is not None and one.line.index != last + 1 else 0)
        last = one.line.index
    return length


def _stands_alone(choice: Sequence[_Candidate], topic: Topic) -> bool:
    """Return whether all that is chosen can be understood without what is not.

    A sentence that leans comes right after the one before it. A sentence after a jump names its subject, or
    takes it from what is told before, or from the title.
    """
    indexes = {one.index for one in choice}
    known = topic.title
    for one in choice:
        follows = one.index - 1 in indexes
        asked = [words for words in (one.subject, *one.things) if words]
        if not follows and (one.leans or one.role or any(words.isdisjoint(known) for words in asked)):
            return False
        known |= one.line.words
    return True


def _value(choice: Sequence[_Candidate], topic: Topic) -> float:
    value = _SCORES.lead * len(choice[0].line.words & topic.title) / max(1, len(topic.title))
    told: frozenset[str] = frozenset()
    previous = None
    for one in choice:
        follows = previous is not None and previous.index == one.index - 1
        value += one.merit - _SCORES.leaning * one.leans
        if previous and not follows and not (one.line.corrects or previous.line.corrects):
            value -= _SCORES.jump
        value -= _unexplained(one, told | topic.title, follows=follows)
        value -= _SCORES.surname * _is_cut_from_name(one, choice, told | topic.title, topic)
        told |= one.line.words
        previous = one
    places = frozenset[str]().union(*(one.line.places for one in choice))
    value += topic.share(told) + topic.halves(told | places)
    return value - _SCORES.third * (len(choice) == _LIMITS.sentences)


def _unexplained(one: _Candidate, known: frozenset[str], *, follows: bool) -> float:
    """Return what "the ..." costs where it has not been told what is meant."""
    loose = bool(one.subject) and one.subject.isdisjoint(known)
    if follows:
        return _SCORES.loose * (loose and one.line.opening)
    cut = sum(words.isdisjoint(known) for words in one.nouns)
    return _SCORES.definite * loose + _SCORES.cut * min(cut, _SCORES.most_cut)


def _is_cut_from_name(
    one: _Candidate, choice: Sequence[_Candidate], known: frozenset[str], topic: Topic
) -> bool:
    """Return whether a sentence has a surname whose full name stands in an earlier one that is not told."""
    return any(
        topic.named[name] < one.index
        and name.lower() not in known
        and all(other.index != topic.named[name] for other in choice)
        for name in one.surnames
    )
