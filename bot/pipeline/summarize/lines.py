"""Reads the sentences of a post's prose, and finds out which of them its author has taken back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.pipeline.summarize.settings import FORMS, Limits
from bot.text.html_text import Paragraph, is_update
from bot.text.languages import countries, is_function_word, stems
from bot.text.remarks import bracketed_update, denied, is_biography, is_note, is_question, takes_back
from bot.text.sentences import ends_whole, split
from bot.text.shouting import unshouted

_LIMITS = Limits()
_NOWHERE: frozenset[str] = frozenset()


class Line(NamedTuple):
    """A sentence as read.

    `at` is its place, consecutive, except that a quotation leaves a gap.
    """

    at: int
    paragraph: int
    text: str
    whole: bool
    opening: bool  # of its paragraph
    listed: bool
    answers: bool  # follows a question directly
    words: frozenset[str]
    places: frozenset[str] = frozenset()  # countries; only where they are asked for
    corrects: bool = False  # an update that retracts what the post says; every summary must contain it


def read_lines(found: Sequence[Paragraph], title: str, code: str, *, places: bool) -> list[Line]:
    """Split the post's own prose into sentences, without quotations, notes and the author's biography.

    What the author has corrected is left out. An update that takes something back is among them. `places`:
    whether the countries in each sentence are asked for.
    """
    lines = _told(found, title, code, places=places)
    denials = list(_denials(found))
    taken_back = {line.at for line in lines for words in denials if _is_denied(line, words)}
    taken_back |= _corrected_inside(lines, code)
    return _with_update([line for line in lines if line.at not in taken_back], found, code)


def _told(found: Sequence[Paragraph], title: str, code: str, *, places: bool) -> list[Line]:
    lines: list[Line] = []
    index = number = size = 0
    for paragraph in found:
        if is_remark(paragraph) or (number and paragraph is found[-1] and is_biography(paragraph.text)):
            continue
        if paragraph.quoted:
            index += 1
            continue
        text = unshouted(
            paragraph.text, (other.text for other in found if other is not paragraph), title, code
        )
        text += "." * _is_standfirst(paragraph, found, code)
        answers = False
        for place, (sentence, whole) in enumerate(split(text[: _LIMITS.characters - size], code)):
            words = stems(sentence, code)
            named = countries(sentence, code) if places else _NOWHERE
            opening, listed = place == 0, paragraph.listed
            lines.append(Line(index, number, sentence, whole, opening, listed, answers, words, named))
            answers = is_question(sentence)
            index += 1
        number += 1
        size += len(paragraph.text)
        if len(lines) >= _LIMITS.read or size >= _LIMITS.characters:
            break
    return lines[: _LIMITS.read]


def _is_standfirst(paragraph: Paragraph, found: Sequence[Paragraph], code: str) -> bool:
    """Return whether a paragraph is a sentence under the title without a full stop, as newspapers print."""
    text = paragraph.text
    return (
        paragraph is found[0]
        and len(found) > 1
        and not paragraph.listed
        and len(text) >= _LIMITS.standfirst
        and text[-1].isalnum()
        and not is_function_word(text.split()[-1].lower(), code)
        and ends_whole(found[1].text, code)
    )


def is_remark(paragraph: Paragraph) -> bool:
    """Return whether a paragraph is about the post: an update, a note."""
    return is_update(paragraph.text) or is_note(paragraph.text)


def _corrected_inside(lines: Sequence[Line], code: str) -> set[int]:
    """Return the indexes of sentences that a bracket corrects: "(update: it was moved)"."""
    found: set[int] = set()
    for line in lines:
        if "(" not in line.text and "[" not in line.text:
            continue
        said = stems(bracketed_update(line.text), code)
        words = frozenset(word for word in said if len(word) >= FORMS.stem)
        if not words:
            continue
        for other in lines:
            shared = len(words & other.words)
            if shared >= (FORMS.shared_near if other.paragraph == line.paragraph else FORMS.shared):
                found.add(other.at)
    return found


def _denials(found: Sequence[Paragraph]) -> Iterator[frozenset[str]]:
    for paragraph in found:
        if is_note(paragraph.text) and not paragraph.quoted and (words := denied(paragraph.text)):
            yield words


def _is_denied(line: Line, words: frozenset[str]) -> bool:
    return any(f" {word}" in line.text for word in words)


def _with_update(lines: list[Line], found: Sequence[Paragraph], code: str) -> list[Line]:
    """Add the newest update if it takes something back: the first where updates come first, else the last."""
    updates = [place for place, one in enumerate(found) if is_update(one.text) and not one.quoted]
    if not updates:
        return lines
    on_top = updates[0] == 0
    text, whole = split(found[updates[0 if on_top else -1]].text, code)[0]
    words = frozenset(word for word in stems(text, code) if len(word) >= FORMS.stem)
    if not takes_back(text):
        return lines
    if not whole:
        return [line for line in lines if len(line.words & words) < FORMS.shared]
    last = max((line.at for line in lines), default=0)
    update = Line(
        at=-2 if on_top else last + 2,  # in a row with no other
        paragraph=0,
        text=text,
        whole=True,
        opening=True,
        listed=False,
        answers=False,
        words=words,
        corrects=True,
    )
    return [update, *lines] if on_top else [*lines, update]
