"""Summarizes a post by one to three of its sentences: what happened, to whom, and why it matters.

Sentences are quoted verbatim, in reading order. A lead-in in CAPITALS stays as the author wrote it, because
acronyms (US, FCC) cannot be distinguished safely from names in capitals (BYTEDANCE).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from bot.pipeline.summarize.settings import Limits, Scores
from bot.text.html_text import Paragraph, is_update, paragraphs, plain_text
from bot.text.sentences import (
    count_names,
    definite_subject,
    ends_whole,
    is_biography,
    is_first_person,
    is_note,
    is_question,
    is_side_issue,
    language,
    leans,
    names_author,
    opens_quoting,
    split,
    stems,
)
from bot.text.truncate import clip

_LIMITS = Limits()
_SCORES = Scores()

_READ_ON = re.compile(
    r"(?<=[.!?…\])])\s*(?i:continue reading|keep reading|read (?:more|the rest))\b.{0,200}$"
    r"|\s+(?:Continue reading|Keep reading|Read more|\(more)\W*$"
)
_FIGURE = re.compile(r"\d")  # a short sentence with a figure is informative
_FULL_WIDTH_GAP = re.compile(r"([。！？」』]) ")  # noqa: RUF001  full-width marks include their own space
_TRAILING_OFF = re.compile(r"\s*(?:\[\s*)?(?:…|\.{3,})(?:\s*\])?$")


@dataclass(frozen=True, slots=True)
class _Line:
    """A sentence as read. `index` is consecutive, except that a quotation leaves a gap."""

    index: int
    paragraph: int
    text: str
    whole: bool
    opening: bool  # of its paragraph
    listed: bool
    answers: bool  # follows a question directly
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Topic:
    """The topic of a post: words of its title, recurring words by count, and where its story starts."""

    title: frozenset[str]
    theme: Counter[str]
    start: int  # number of a paragraph
    personal: bool  # written in the first person throughout

    def share(self, words: frozenset[str]) -> float:
        """Return the score of these words for title and theme."""
        title = len(words & self.title) / max(1, len(self.title))
        theme = sum(self.theme.get(word, 0) for word in words) / max(1, self.theme.total())
        return _SCORES.title * title + _SCORES.theme * theme


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A complete sentence with its own score. `subject`: words that should have been mentioned before it."""

    index: int
    text: str
    words: frozenset[str]
    merit: float
    leans: bool
    subject: frozenset[str]


def summarize(html: str, title: str, excerpt: str = "", limit: int = 600) -> str:
    """Return a summary of a post as plain text of at most `limit` characters; "" if there is no prose.

    `excerpt` is used if `html` has no complete sentence of its own. Text is cut, at the end of a word, only
    if no complete sentence fits. Never raises; deterministic.
    """
    found = paragraphs(html)
    code = language(" ".join(paragraph.text for paragraph in found[:10]))
    lines = _read(found, code)
    topic = _topic(lines, stems(title, code))
    candidates = [_weigh(line, topic) for line in lines if line.whole]
    chosen = _choose(candidates, topic, limit)
    if chosen:
        return _joined(candidate.text for candidate in chosen)
    if candidates:
        return clip(candidates[0].text, limit)
    return _without_sentences(found, excerpt, limit)


def _read(found: Sequence[Paragraph], code: str) -> list[_Line]:
    """Split the post's own prose into sentences, without quotations, notes and the author's biography."""
    lines: list[_Line] = []
    index = number = size = 0
    for paragraph in found:
        if _is_remark(paragraph) or (number and paragraph is found[-1] and is_biography(paragraph.text)):
            continue
        if paragraph.quoted:
            index += 1
            continue
        answers = False
        for place, (text, whole) in enumerate(split(paragraph.text[: _LIMITS.characters - size], code)):
            words = stems(text, code)
            lines.append(_Line(index, number, text, whole, place == 0, paragraph.listed, answers, words))
            answers = is_question(text)
            index += 1
        number += 1
        size += len(paragraph.text)
        if len(lines) >= _LIMITS.read or size >= _LIMITS.characters:
            break
    return lines[: _LIMITS.read]


def _is_remark(paragraph: Paragraph) -> bool:
    return is_update(paragraph.text) or is_note(paragraph.text)


def _topic(lines: Sequence[_Line], title: frozenset[str]) -> _Topic:
    places = sorted({(line.paragraph, word) for line in lines for word in line.words})
    spread = Counter(word for _, word in places)
    best = max((len(line.words & title) for line in lines), default=0)
    return _Topic(
        title=title,
        theme=Counter({word: count for word, count in spread.most_common(_LIMITS.theme) if count > 1}),
        start=next((line.paragraph for line in lines if len(line.words & title) >= _SCORES.story * best), 0),
        personal=sum(is_first_person(line.text) for line in lines) > _SCORES.voice * len(lines),
    )


def _weigh(line: _Line, topic: _Topic) -> _Candidate:
    away = line.paragraph - topic.start
    merit = _SCORES.position + _SCORES.opening * line.opening
    merit += _SCORES.names * min(1, count_names(line.text) / _SCORES.many_names)
    merit *= _SCORES.later**away if away >= 0 else _SCORES.before**-away
    merit -= _SCORES.long * max(0, len(line.text) - _SCORES.long_from) / 100
    faults = (
        (_SCORES.slight, len(line.words) < _SCORES.slight_words and not _FIGURE.search(line.text)),
        (_SCORES.listed, line.listed),
        (_SCORES.quote, opens_quoting(line.text)),
        (_SCORES.side_issue, is_side_issue(line.text)),
        (_SCORES.question, is_question(line.text)),
        (_SCORES.aside, names_author(line.text) or (is_first_person(line.text) and not topic.personal)),
    )
    first = line.index == 0
    return _Candidate(
        index=line.index,
        text=line.text,
        words=line.words,
        merit=merit - sum(weight for weight, found in faults if found),
        leans=not first and (line.answers or leans(line.text)),
        subject=frozenset() if first else definite_subject(line.text),
    )


def _choose(candidates: Sequence[_Candidate], topic: _Topic, limit: int) -> tuple[_Candidate, ...]:
    """Return the best choice of one to three sentences that fits, in reading order; () if none fits."""
    ranked = sorted(candidates, key=lambda one: one.merit + topic.share(one.words), reverse=True)
    promising = sorted(ranked[: _LIMITS.candidates], key=lambda one: one.index)
    choices = (
        choice
        for count in range(1, _LIMITS.sentences + 1)
        for choice in combinations(promising, count)
        if _length(choice) <= limit and _stands_alone(choice)
    )
    return max(choices, key=lambda choice: _value(choice, topic), default=())


def _joined(texts: Iterable[str]) -> str:
    """Join sentences with spaces, except after full-width marks (Chinese and Japanese)."""
    return _FULL_WIDTH_GAP.sub(r"\1", " ".join(texts))


def _length(choice: Iterable[_Candidate]) -> int:
    return sum(len(one.text) + 1 for one in choice) - 1


def _stands_alone(choice: Sequence[_Candidate]) -> bool:
    """Return whether every sentence that depends on the one before it comes right after that one."""
    indexes = {one.index for one in choice}
    return all(one.index - 1 in indexes for one in choice if one.leans)


def _value(choice: Sequence[_Candidate], topic: _Topic) -> float:
    value = 0.0
    told: frozenset[str] = frozenset()
    previous = None
    for one in choice:
        follows = previous is not None and previous.index == one.index - 1
        value += one.merit - _SCORES.leaning * one.leans
        if one.subject and not follows and one.subject.isdisjoint(told | topic.title):
            value -= _SCORES.definite
        told |= one.words
        previous = one
    return value + topic.share(told) - _SCORES.third * (len(choice) == _LIMITS.sentences)


def _without_sentences(found: Sequence[Paragraph], excerpt: str, limit: int) -> str:
    """Fall back to the excerpt, else to a post's own text without full stops, but never to quotations."""
    quoted = " ".join(paragraph.text for paragraph in found if paragraph.quoted)
    own = " ".join(paragraph.text for paragraph in found if not (paragraph.quoted or _is_remark(paragraph)))
    text = _READ_ON.sub("", " ".join(plain_text(excerpt).split()) or own)
    text, cut = _TRAILING_OFF.subn("", text[: _LIMITS.characters])
    pieces = [piece for piece, _ in split(text, language(text))[: _LIMITS.read]]
    tail = slice(-_LIMITS.quote_probe, None)
    pieces = [piece for piece in pieces if piece[tail] not in quoted and not is_update(piece)]
    kept: list[str] = []
    for piece in pieces:
        if not ends_whole(piece) or len(" ".join([*kept, piece])) > limit:
            break
        kept.append(piece)
    rest = " ".join(pieces)
    if kept or rest.endswith(":"):
        return _joined(kept)
    return clip(rest + "…" if cut and rest else rest, limit)
