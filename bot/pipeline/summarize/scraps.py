"""Tells small things: poems, tables, pictures, links and quotations, code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from bot.pipeline.summarize.page import (
    Page,
    is_link_line,
    is_verse,
)
from bot.pipeline.summarize.parts import ITEM, SHARE, listed, prose, with_rest
from bot.pipeline.summarize.settings import FORMS
from bot.text.html_blocks import Paragraph, Part
from bot.text.sentences import split
from bot.text.tokens import tokens
from bot.text.truncate import clip

_PHOTO_CREDIT = re.compile(
    r"\s*[(\[|]?\s*(?:photo|foto|image|picture|credit|bild|crédit|quelle|source)s?\b[^:©]{0,20}[:©].*$|\s*©.*$",
    re.IGNORECASE,
)
_DASH = re.compile(r"^[\s–—―-]+")  # noqa: RUF001
_FILE_NAME = re.compile(r"\S*\.\w{3,4}|[A-Z]{2,5}[_-]?\d+\S*|\S+")


def poem(page: Page, limit: int) -> str:
    """Return the first lines of a poem, with " / " between."""
    stanza = next(block for block in page.own if is_verse(block))
    lines = list(stanza.lines[: FORMS.poem])
    while len(lines) > 1 and len(" / ".join(lines)) + 2 > limit:
        lines.pop()
    told = clip(" / ".join(lines), limit - 2)
    verses = sum(len(block.lines) for block in page.own if is_verse(block))
    return f"{told} …" if verses > len(lines) else told


def table(page: Page, limit: int) -> str:
    """Return the first rows of a table, the values named by its head."""
    rows = [row.lines for row in page.of(Part.ROW) if len(row.lines) > 1]
    head: Sequence[str] = ()
    if not re.search(r"\d", " ".join(rows[0])) and re.search(r"\d", " ".join(rows[1])):
        head, rows = rows[0], rows[1:]
    opening = prose(page, page.prose, limit // SHARE)
    told = listed((_row(row, head) for row in rows), limit - len(opening) - 1)
    return with_rest(opening, told, limit)


def _row(cells: Sequence[str], head: Sequence[str]) -> str:
    values = list(cells[1:])
    if len(values) > 1 and len(head) == len(cells):
        values = [f"{name} {value}" for name, value in zip(head[1:], values, strict=True)]
    return f"{cells[0]}: {', '.join(values)}"


def picture(page: Page, limit: int) -> str:
    """Return the captions of pictures, or what describes them in whole phrases."""
    captions = [_PHOTO_CREDIT.sub("", block.text).rstrip() for block in page.of(Part.CAPTION)]
    if not captions:
        described = [
            block.text for block in page.of(Part.PICTURE) if len(block.text.split()) >= FORMS.description
        ]
        captions = [text for text in described if not _FILE_NAME.fullmatch(text)]
    captions = [text for text in dict.fromkeys(captions) if tokens(text) != tokens(page.title)]
    if not captions:
        return ""
    label = "Picture" if len(captions) == 1 else f"{len(captions)} pictures"
    return f"{label}: {listed(captions, limit - len(label) - 2)}"


def link(page: Page, limit: int) -> str:
    """Return what a post links to: its own words, the quoted ones in quotation marks, and whose they are."""
    quoted = [block for block in page.prose if block.quoted]
    if quoted:
        return _quotation(page, quoted, limit)
    told = prose(page, page.own, limit - ITEM)
    host = next(
        (urlsplit(block.links[0][0]).netloc for block in page.blocks if is_link_line(block) and block.links),
        "",
    )
    return with_rest(told, f"Link: {host.removeprefix('www.')}" if host else "", limit)


def _quotation(page: Page, quoted: Sequence[Paragraph], limit: int) -> str:
    own = [block for block in page.blocks if block.part is Part.PROSE and not block.quoted]
    at = page.blocks.index(quoted[0])
    before = [block for block in own if page.blocks.index(block) < at]
    lead = before[-1].text if before and before[-1].text.endswith((":", "：")) else ""  # noqa: RUF001
    source = next(
        (block.text for block in [*own, *quoted[1:]] if _DASH.match(block.text) and len(block.text) <= ITEM),
        "",
    )
    if not lead and not source:
        told = prose(page, own, limit)
        if told:
            return told
    room = limit - len(lead) - len(source) - 8
    words = ""
    for sentence, _ in split(quoted[0].text, page.code)[:3]:
        if len(words) + len(sentence) > room:
            break
        words += f" {sentence}" if words else sentence
    words = words.strip('“”"„«» ')
    if not words or not (lead or source):
        return ""
    parts = (lead, f"“{words}”", f"— {_DASH.sub('', source)}" if source else "")
    return " ".join(part for part in parts if part)


def code(page: Page, limit: int) -> str:
    """Return the sentences about some code, else the line before it and its beginning."""
    opening = prose(page, page.prose, limit)
    if opening:
        return opening
    at = next(place for place, block in enumerate(page.blocks) if block.part is Part.CODE)
    lead = page.blocks[at - 1].text if at and page.blocks[at - 1].part is Part.PROSE else ""
    code = clip(page.blocks[at].text, FORMS.code)
    return with_rest(lead, code, limit) if lead.endswith((":", "：")) else f"Code: {code}"  # noqa: RUF001
