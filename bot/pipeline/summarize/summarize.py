"""Summarize: two or three whole sentences of a post that tell what happened, to whom, and why it matters.

Sentences are taken word for word, in reading order. A lead-in in CAPITALS stays as the author wrote it: what
is an acronym in it (US, FCC) and what is a shouted name (BYTEDANCE) cannot be told apart safely.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

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

_MOST_SENTENCES = 3
_SENTENCE_LIMIT = 200  # sentences read; no editor looks further
_TEXT_LIMIT = 40_000  # characters read; the splitter takes quadratic time over Chinese
_CANDIDATES = 14  # sentences that are tried in every combination of one to three
_THEME_WORDS = 15

# What a sentence earns for itself, in the paragraph where the story starts:
_POSITION = 0.8  # early sentences carry the news
_OPENING = 0.6  # the first sentence of a paragraph says what it is about
_NAMES = 0.4  # who and how many: for six names and numbers or more
_LATER = 0.9  # factor for each paragraph after that one
_BEFORE = 0.5  # factor for each paragraph before it: an anecdote that leads up to the news
# What a choice of sentences earns together, each word counted once, so that nothing is told twice:
_TITLE = 1.4  # for all words of the title
_THEME = 1.6  # for all words that come back in paragraph after paragraph
# What is taken off:
_THIRD = 0.8  # for a third sentence: it must tell enough to be worth reading
_LONG = 0.2  # for each 100 characters beyond 250: two facts beat one winding one
_LEANING = 0.5  # it follows from the sentence before it, which is chosen too
_DEFINITE = 0.25  # "The deal ...", where no deal has been mentioned
_SLIGHT = 1.0  # it says next to nothing
_LISTED = 0.5  # an item without its list
_QUOTE = 1.2  # it opens with somebody else's words
_SIDE_ISSUE = 2.0  # it says itself that it leaves the subject
_QUESTION = 2.0  # a question tells nothing
_ASIDE = 3.0  # the author about themselves

_STORY_SHARE = 0.4  # the story starts with the first sentence that has this much of the best title overlap
_MANY_NAMES = 6
_LONG_FROM = 250  # characters
_SLIGHT_WORDS = 6
_QUOTE_PROBE = 30  # characters at the end of a sentence that tell whose words they are
_VOICE_SHARE = 1 / 3  # where more sentences than this say "I", that is the blog's voice and no aside

_READ_ON = re.compile(
    r"(?<=[.!?…\])])\s*(?i:continue reading|keep reading|read (?:more|the rest))\b.{0,200}$"
    r"|\s+(?:Continue reading|Keep reading|Read more|\(more)\W*$"
)
_FIGURE = re.compile(r"\d")  # a short sentence with a figure does tell something
_FULL_WIDTH_GAP = re.compile(r"([。！？」』]) ")  # noqa: RUF001  full-width marks bring their own space
_TRAILING_OFF = re.compile(r"\s*(?:\[\s*)?(?:…|\.{3,})(?:\s*\])?$")


@dataclass(frozen=True, slots=True)
class _Line:
    """A sentence as read. Neighbours differ by one in `index`; a quotation between them leaves a gap."""

    index: int
    paragraph: int
    text: str
    whole: bool
    opening: bool  # of its paragraph
    listed: bool
    answers: bool  # a question asked right before it
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Topic:
    """What a post is about: words of its title, recurring words by count, and where its story starts."""

    title: frozenset[str]
    theme: Counter[str]
    start: int  # number of a paragraph
    personal: bool  # told by an "I" throughout

    def share(self, words: frozenset[str]) -> float:
        """Return what telling of these words earns."""
        title = len(words & self.title) / max(1, len(self.title))
        theme = sum(self.theme.get(word, 0) for word in words) / max(1, self.theme.total())
        return _TITLE * title + _THEME * theme


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A whole sentence with its own merit. `subject`: words that should have been mentioned before it."""

    index: int
    text: str
    words: frozenset[str]
    merit: float
    leans: bool
    subject: frozenset[str]


def summarize(html: str, title: str, excerpt: str = "", limit: int = 600) -> str:
    """Return a summary of a post as plain text of at most `limit` characters; "" when there is no prose.

    `excerpt` stands in where `html` has no whole sentence of its own. Text is cut, at the end of a word, only
    where no whole sentence fits. Never raises; the same input gives the same summary.
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
    """Split the post's own prose into sentences; quotations, notes and the author's biography stay out."""
    lines: list[_Line] = []
    index = number = size = 0
    for paragraph in found:
        if _is_remark(paragraph) or (number and paragraph is found[-1] and is_biography(paragraph.text)):
            continue
        if paragraph.quoted:
            index += 1
            continue
        answers = False
        for place, (text, whole) in enumerate(split(paragraph.text[: _TEXT_LIMIT - size], code)):
            words = stems(text, code)
            lines.append(_Line(index, number, text, whole, place == 0, paragraph.listed, answers, words))
            answers = is_question(text)
            index += 1
        number += 1
        size += len(paragraph.text)
        if len(lines) >= _SENTENCE_LIMIT or size >= _TEXT_LIMIT:
            break
    return lines[:_SENTENCE_LIMIT]


def _is_remark(paragraph: Paragraph) -> bool:
    return is_update(paragraph.text) or is_note(paragraph.text)


def _topic(lines: Sequence[_Line], title: frozenset[str]) -> _Topic:
    places = sorted({(line.paragraph, word) for line in lines for word in line.words})
    spread = Counter(word for _, word in places)
    best = max((len(line.words & title) for line in lines), default=0)
    return _Topic(
        title=title,
        theme=Counter({word: count for word, count in spread.most_common(_THEME_WORDS) if count > 1}),
        start=next((line.paragraph for line in lines if len(line.words & title) >= _STORY_SHARE * best), 0),
        personal=sum(is_first_person(line.text) for line in lines) > _VOICE_SHARE * len(lines),
    )


def _weigh(line: _Line, topic: _Topic) -> _Candidate:
    away = line.paragraph - topic.start
    merit = _POSITION + _OPENING * line.opening + _NAMES * min(1, count_names(line.text) / _MANY_NAMES)
    merit *= _LATER**away if away >= 0 else _BEFORE**-away
    merit -= _LONG * max(0, len(line.text) - _LONG_FROM) / 100
    faults = (
        (_SLIGHT, len(line.words) < _SLIGHT_WORDS and not _FIGURE.search(line.text)),
        (_LISTED, line.listed),
        (_QUOTE, opens_quoting(line.text)),
        (_SIDE_ISSUE, is_side_issue(line.text)),
        (_QUESTION, is_question(line.text)),
        (_ASIDE, names_author(line.text) or (is_first_person(line.text) and not topic.personal)),
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
    """Return the best choice of one to three sentences that fits, in reading order; () when none does."""
    ranked = sorted(candidates, key=lambda one: one.merit + topic.share(one.words), reverse=True)
    promising = sorted(ranked[:_CANDIDATES], key=lambda one: one.index)
    choices = (
        choice
        for count in range(1, _MOST_SENTENCES + 1)
        for choice in combinations(promising, count)
        if _length(choice) <= limit and _stands_alone(choice)
    )
    return max(choices, key=lambda choice: _value(choice, topic), default=())


def _joined(texts: Iterable[str]) -> str:
    """Join sentences with spaces, but for those of Chinese and Japanese."""
    return _FULL_WIDTH_GAP.sub(r"\1", " ".join(texts))


def _length(choice: Iterable[_Candidate]) -> int:
    return sum(len(one.text) + 1 for one in choice) - 1


def _stands_alone(choice: Sequence[_Candidate]) -> bool:
    """Tell whether every sentence that follows from another comes right after it."""
    indexes = {one.index for one in choice}
    return all(one.index - 1 in indexes for one in choice if one.leans)


def _value(choice: Sequence[_Candidate], topic: _Topic) -> float:
    value = 0.0
    told: frozenset[str] = frozenset()
    previous = None
    for one in choice:
        follows = previous is not None and previous.index == one.index - 1
        value += one.merit - _LEANING * one.leans
        if one.subject and not follows and one.subject.isdisjoint(told | topic.title):
            value -= _DEFINITE
        told |= one.words
        previous = one
    return value + topic.share(told) - _THIRD * (len(choice) == _MOST_SENTENCES)


def _without_sentences(found: Sequence[Paragraph], excerpt: str, limit: int) -> str:
    """Make do with the excerpt, or with a post that has no full stop; never with what a post only quotes."""
    quoted = " ".join(paragraph.text for paragraph in found if paragraph.quoted)
    own = " ".join(paragraph.text for paragraph in found if not (paragraph.quoted or _is_remark(paragraph)))
    text = _READ_ON.sub("", " ".join(plain_text(excerpt).split()) or own)
    text, cut = _TRAILING_OFF.subn("", text[:_TEXT_LIMIT])
    pieces = [piece for piece, _ in split(text, language(text))[:_SENTENCE_LIMIT]]
    pieces = [piece for piece in pieces if piece[-_QUOTE_PROBE:] not in quoted and not is_update(piece)]
    kept: list[str] = []
    for piece in pieces:
        if not ends_whole(piece) or len(" ".join([*kept, piece])) > limit:
            break
        kept.append(piece)
    rest = " ".join(pieces)
    if kept or rest.endswith(":"):
        return _joined(kept)
    return clip(rest + "…" if cut and rest else rest, limit)
