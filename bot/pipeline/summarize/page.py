"""A post as the summarizer sees it: its blocks without furniture, and what of them is prose."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.pipeline.summarize.settings import FORMS
from bot.text.furniture import is_only_links, without_furniture
from bot.text.html_blocks import Paragraph, Part, blocks_of
from bot.text.html_text import own_prose
from bot.text.languages import language
from bot.text.remarks import is_question

_CLOCK = r"\d{1,2}[:.h]\d{2}(?::\d{2})?(?:\s?[ap]\.?m\.?)?(?:\s?(?:Uhr|GMT|UTC|CES?T|BST|E[SD]T|P[SD]T))?"
_STAMP = re.compile(rf"[\W_]*({_CLOCK})(?=$|[\s:)\]–—-])[\s:)\]–—-]*", re.IGNORECASE)  # noqa: RUF001
_LABEL = re.compile(r"([^\W\d_][\w’' /-]{1,24}?)\s?[:：]\s*(?=\S)")  # noqa: RUF001
_SPEAKER = re.compile(r"((?:Q|A|F|[^\W\d_][\w.’'-]*(?: [^\W\d_][\w.’'-]*){0,2}))\s?[:：]\s")  # noqa: RUF001
_BULLET = re.compile(r"(?:[•‣▪◦●·*✓✔►▶–—-]|\d{1,2}[.)])\s+(?=\S)")  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class Page:
    """A post. `blocks`: all that its author wrote; `prose`: the paragraphs among them."""

    title: str
    excerpt: str
    blocks: tuple[Paragraph, ...]
    prose: tuple[Paragraph, ...]
    code: str  # language, ISO 639-1

    @property
    def own(self) -> tuple[Paragraph, ...]:
        """The prose that is not quoted."""
        return tuple(block for block in self.prose if not block.quoted)

    @property
    def untimed(self) -> tuple[Paragraph, ...]:
        """The prose without the chapters of a recording, each of which begins with its time."""
        return tuple(block for block in self.prose if not all(map(_STAMP.match, block.lines)))

    def of(self, part: Part) -> tuple[Paragraph, ...]:
        """Return the blocks of one sort."""
        return tuple(block for block in self.blocks if block.part is part)


@dataclass(frozen=True, slots=True)
class Stamped:
    """A line that begins with a time of day or of a recording. `minutes`: since its start or midnight."""

    place: int  # of its block
    clock: str
    minutes: float
    rest: str


def read_page(html: str, title: str, excerpt: str) -> Page:
    """Return a post as a page; reads its HTML once. Never raises."""
    return page_of(blocks_of(html), title, excerpt)


def page_of(blocks: Sequence[Paragraph], title: str, excerpt: str) -> Page:
    """Return a post as a page; `blocks`: those of its HTML."""
    found = without_furniture([part for block in blocks for part in _items(block)], title)
    prose = own_prose(found)
    code = language(" ".join(block.text for block in prose[:10]) or title)
    return Page(title, excerpt, tuple(found), tuple(prose), code)


def _items(block: Paragraph) -> list[Paragraph]:
    """Return the lines of a paragraph that is a list typed with bullets, else the paragraph alone."""
    marks = [_BULLET.match(line) for line in block.lines]
    if block.part is not Part.PROSE or len(marks) < FORMS.items or not all(marks[1:]):
        return [block]
    return [
        replace(
            block, text=line[mark.end() :] if mark else line, lines=(line,), listed=mark is not None, bold=""
        )
        for line, mark in zip(block.lines, marks, strict=True)
    ]


def stamped_lines(page: Page) -> list[Stamped]:
    """Return the lines of headings and prose that begin with a time, in reading order."""
    return [
        Stamped(place, match[1], _minutes(match[1]), line[match.end() :])
        for place, block in enumerate(page.blocks)
        if block.part in (Part.PROSE, Part.HEADING) and not block.quoted
        for line in block.lines
        if (match := _STAMP.match(line))
    ]


def _minutes(clock: str) -> float:
    numbers = [int(number) for number in re.findall(r"\d+", clock)]
    hours, minutes = numbers[0], numbers[1]
    if re.search(r"p\.?m", clock, re.IGNORECASE) and hours < 12:  # noqa: PLR2004
        hours += 12
    return 60 * hours + minutes


def labelled_lines(page: Page) -> list[tuple[str, str]]:
    """Return lines such as "Where: Old Fire Station" as pairs of label and value."""
    return [
        (match[1], line[match.end() :])
        for block in page.blocks
        if block.part in (Part.PROSE, Part.ROW) and not block.quoted
        for line in (block.lines if block.part is Part.PROSE else (": ".join(block.lines),))
        if (match := _LABEL.match(line))
    ]


def is_question_line(block: Paragraph) -> bool:
    """Return whether a paragraph is a question of an interviewer: marked "Q:", or set in bold."""
    if block.part is Part.HEADING:
        return is_question(block.text)
    marked = block.text.startswith(("Q:", "Q.", "F:", "Frage:", "Question :", "P:", "В:", "问：", "Ｑ"))  # noqa: RUF001
    return block.part is Part.PROSE and (marked or (block.bold == block.text and is_question(block.text)))


def speaker(block: Paragraph) -> str:
    """Return who speaks in a paragraph such as "MARSH: No.", "" where nobody is named."""
    match = _SPEAKER.match(block.text)
    return match[1] if match and block.part is Part.PROSE else ""


def is_verse(block: Paragraph) -> bool:
    """Return whether a paragraph is a stanza: short lines, few of which end a sentence."""
    lines = block.lines
    if len(lines) < FORMS.stanza or block.listed or block.linked:
        return False
    if any(len(line) > FORMS.verse or _LABEL.match(line) or _STAMP.match(line) for line in lines):
        return False
    return sum(line.endswith((".", "!", "?", "。")) for line in lines) <= len(lines) / 2


def is_link_line(block: Paragraph) -> bool:
    """Return whether a paragraph of prose is little more than a link."""
    return block.part is Part.PROSE and bool(block.links) and is_only_links(block)
