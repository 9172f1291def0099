"""Summaries of posts that are no essays: each function tells one kind of post in its author's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import urlsplit

from bot.pipeline.summarize.kinds import Kind, is_fact, is_when_or_where, without_number
from bot.pipeline.summarize.page import (
    Page,
    is_link_line,
    is_question_line,
    is_verse,
    labelled_lines,
    speaker,
    stamped_lines,
)
from bot.pipeline.summarize.prose import choose
from bot.text.html_blocks import Paragraph, Part
from bot.text.sentences import ends_whole, split
from bot.text.tokens import tokens
from bot.text.truncate import clip

_ITEM = 80  # characters of an item of a list
_CODE = 200  # characters of code
_LINES = 4  # of a poem
_LABELS, _LINE = 20, 300  # labelled lines of a post that are looked at, and characters of one
_SHARE = 2  # an introduction may take the limit divided by this
_ITEM_END = re.compile(r"\s+[–—-]\s+|\s*[:：]\s+|(?<=[.!?])\s+|(?<=[。！？])")  # noqa: RUF001
_CREDIT = re.compile(r"\s+by @\S+.*$|\s+in #\d+$|\s*\((?:#\d+,?\s*)+\)|\s+#\d+$")
_PHOTO_CREDIT = re.compile(
    r"\s*[(\[|]?\s*(?:photo|foto|image|picture|credit|bild|crédit|quelle|source)s?\b[^:©]{0,20}[:©].*$|\s*©.*$",
    re.IGNORECASE,
)
_DASH = re.compile(r"^[\s–—―-]+")  # noqa: RUF001
_FILE_NAME = re.compile(r"\S*\.\w{3,4}|[A-Z]{2,5}[_-]?\d+\S*|\S+")
_MANY_WORDS = 4  # of a picture's description that is worth reading


def serve(page: Page, kind: Kind, limit: int) -> str:
    """Return the summary of a post of a kind, at most `limit` characters; "" if there is nothing to tell."""
    return _SERVERS[kind](page, limit) if kind in _SERVERS else _prose(page, page.untimed, limit)


def _prose(page: Page, found: Sequence[Paragraph], limit: int) -> str:
    return choose(found, page.title, page.code, limit)


def _nothing(page: Page, limit: int) -> str:  # noqa: ARG001 -- one of several servers
    return ""


def _with(opening: str, rest: str, limit: int) -> str:
    """Join an introduction and what follows it, as far as both fit."""
    whole = f"{opening} {rest}".strip()
    return whole if len(whole) <= limit else opening or clip(rest, limit)


def _listed(items: Iterable[str], limit: int) -> str:
    """Join as many items as fit, with "…" where some are left out."""
    told = ""
    for item in items:
        longer = f"{told}; {item}" if told else item
        if len(longer) + 2 > limit:
            return f"{told} …" if told else clip(item, limit)
        told = longer
    return told


def _item(block: Paragraph) -> str:
    """Return what an item of a list is about: its words in bold, else its first sentence or part."""
    bold = block.bold.strip(" :.–—-")  # noqa: RUF001
    if bold and block.text.startswith(block.bold) and len(bold) <= _ITEM:
        return bold
    text = _CREDIT.sub("", block.text)
    if len(text) > _ITEM:
        text = _ITEM_END.split(text, maxsplit=1)[0]
    return clip(text.rstrip(" .;,:。"), _ITEM)


# --- lists and releases -----------------------------------------------------------------------------------


def _lists(page: Page, limit: int) -> str:
    sections = _sections(page)
    opening = _prose(page, _before_list(page), limit // _SHARE)
    told, room = opening, limit
    for name, items in sections:
        label = name or f"{len(items)} items"
        room = limit - len(told) - len(label) - 3
        if room < _ITEM:
            break
        told += f"{' ' if told else ''}{label}: {_listed(items, room)}"
        told += "" if told.endswith("…") else "."
    return told


def _sections(page: Page) -> list[tuple[str, list[str]]]:
    """Return the lists of a post, each with the heading above it; without lists, its headings as one list."""
    found: list[tuple[str, list[str]]] = []
    heading = ""
    for block in page.blocks:
        if block.part is Part.HEADING:
            heading = clip(without_number(block.text).rstrip(" :."), _ITEM)
            found.append((heading, []))
        elif block.part is Part.PROSE and block.listed and not block.quoted:
            if not found:
                found.append(("", []))
            found[-1][1].append(_item(block))
    lists = [(name, items) for name, items in found if items]
    headings = [name for name, _ in found if name]
    if len(headings) > 2 and sum(len(items) for _, items in lists) < len(headings):  # noqa: PLR2004 -- fewer are no list
        return [("", headings)]
    return lists if len(lists) > 1 else [("", items) for _, items in lists]


def _before_list(page: Page) -> list[Paragraph]:
    """Return the prose above the first item, or where headings are the items, above the first of them."""
    items = any(block.listed for block in page.own)
    found: list[Paragraph] = []
    for block in page.blocks:
        if block.listed or (block.part is Part.HEADING and not items):
            break
        if block.part is Part.PROSE:
            found.append(block)
    return found


# --- talk -------------------------------------------------------------------------------------------------


def _interview(page: Page, limit: int) -> str:
    first = next(
        (place for place, block in enumerate(page.blocks) if is_question_line(block) or speaker(block)), 0
    )
    before = [block for block in page.blocks[:first] if block.part is Part.PROSE]
    opening = _prose(page, before, limit)
    if opening:
        return opening
    question, *answers = [block for block in page.blocks[first:] if block.part in (Part.PROSE, Part.HEADING)]
    told = question.text
    for sentence, whole in split(" ".join(block.text for block in answers[:1]), page.code)[:2]:
        if whole and len(told) + len(sentence) < limit:
            told += f" {sentence}"
    return told if told != question.text and len(told) <= limit else ""


def _episode(page: Page, limit: int) -> str:
    stamps = {stamp.place for stamp in stamped_lines(page)}
    labelled = labelled_lines(page)
    facts = [f"{label}: {value.rstrip('.')}." for label, value in labelled if is_fact(label)]
    prose = [
        block
        for place, block in enumerate(page.blocks)
        if block.part is Part.PROSE and place not in stamps and not _begins(block, labelled)
    ]
    told = clip(" ".join(facts), limit // _SHARE)
    return _with(_prose(page, prose, limit - len(told) - 1), told, limit)


def _begins(block: Paragraph, labelled: Sequence[tuple[str, str]]) -> bool:
    """Return whether a paragraph begins with one of these labels and values."""
    return any(
        block.text.startswith(label) and value in block.text[:_LINE] for label, value in labelled[:_LABELS]
    )


def _event(page: Page, limit: int) -> str:
    labelled = labelled_lines(page)
    facts = " ".join(f"{label}: {value.rstrip('.')}." for label, value in labelled if is_when_or_where(label))
    told = clip(facts, limit // _SHARE)
    prose = [block for block in page.prose if not _begins(block, labelled)]
    return _with(_prose(page, prose[:2], limit - len(told) - 1), told, limit)


def _live(page: Page, limit: int) -> str:
    """Return the newest entry of a live blog, with its time."""
    stamps = stamped_lines(page)
    newest = stamps[0] if stamps[0].minutes >= stamps[-1].minutes else stamps[-1]
    following = [stamp.place for stamp in stamps if stamp.place > newest.place]
    end = min(following, default=len(page.blocks))
    texts = [
        newest.rest,
        *(block.text for block in page.blocks[newest.place + 1 : end] if block.part is Part.PROSE),
    ]
    told = f"{newest.clock}:"
    for sentence, _ in [each for text in texts if text for each in split(text, page.code)][:3]:
        if len(told) + len(sentence) < limit and ends_whole(sentence, page.code):
            told += f" {sentence}"
    return told if len(told) > len(newest.clock) + 1 else ""


# --- scraps -----------------------------------------------------------------------------------------------


def _poem(page: Page, limit: int) -> str:
    stanza = next(block for block in page.own if is_verse(block))
    lines = list(stanza.lines[:_LINES])
    while len(lines) > 1 and len(" / ".join(lines)) + 2 > limit:
        lines.pop()
    told = clip(" / ".join(lines), limit - 2)
    verses = sum(len(block.lines) for block in page.own if is_verse(block))
    return f"{told} …" if verses > len(lines) else told


def _table(page: Page, limit: int) -> str:
    rows = [row.lines for row in page.of(Part.ROW) if len(row.lines) > 1]
    head: Sequence[str] = ()
    if not re.search(r"\d", " ".join(rows[0])) and re.search(r"\d", " ".join(rows[1])):
        head, rows = rows[0], rows[1:]
    opening = _prose(page, page.prose, limit // _SHARE)
    told = _listed((_row(row, head) for row in rows), limit - len(opening) - 1)
    return _with(opening, told, limit)


def _row(cells: Sequence[str], head: Sequence[str]) -> str:
    values = list(cells[1:])
    if len(values) > 1 and len(head) == len(cells):
        values = [f"{name} {value}" for name, value in zip(head[1:], values, strict=True)]
    return f"{cells[0]}: {', '.join(values)}"


def _picture(page: Page, limit: int) -> str:
    captions = [_PHOTO_CREDIT.sub("", block.text).rstrip() for block in page.of(Part.CAPTION)]
    if not captions:
        described = [block.text for block in page.of(Part.PICTURE) if len(block.text.split()) >= _MANY_WORDS]
        captions = [text for text in described if not _FILE_NAME.fullmatch(text)]
    captions = [text for text in dict.fromkeys(captions) if tokens(text) != tokens(page.title)]
    if not captions:
        return ""
    label = "Picture" if len(captions) == 1 else f"{len(captions)} pictures"
    return f"{label}: {_listed(captions, limit - len(label) - 2)}"


def _link(page: Page, limit: int) -> str:
    """Return what a post links to: its own words, the quoted ones in quotation marks, and whose they are."""
    quoted = [block for block in page.prose if block.quoted]
    if quoted:
        return _quotation(page, quoted, limit)
    told = _prose(page, page.own, limit - _ITEM)
    host = next(
        (urlsplit(block.links[0][0]).netloc for block in page.blocks if is_link_line(block) and block.links),
        "",
    )
    return _with(told, f"Link: {host.removeprefix('www.')}" if host else "", limit)


def _quotation(page: Page, quoted: Sequence[Paragraph], limit: int) -> str:
    own = [block for block in page.blocks if block.part is Part.PROSE and not block.quoted]
    at = page.blocks.index(quoted[0])
    before = [block for block in own if page.blocks.index(block) < at]
    lead = before[-1].text if before and before[-1].text.endswith((":", "：")) else ""  # noqa: RUF001
    source = next(
        (block.text for block in [*own, *quoted[1:]] if _DASH.match(block.text) and len(block.text) <= _ITEM),
        "",
    )
    if not lead and not source:
        told = _prose(page, own, limit)
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


def _code(page: Page, limit: int) -> str:
    opening = _prose(page, page.prose, limit)
    if opening:
        return opening
    at = next(place for place, block in enumerate(page.blocks) if block.part is Part.CODE)
    lead = page.blocks[at - 1].text if at and page.blocks[at - 1].part is Part.PROSE else ""
    code = clip(page.blocks[at].text, _CODE)
    return _with(lead, code, limit) if lead.endswith((":", "：")) else f"Code: {code}"  # noqa: RUF001


_SERVERS: dict[Kind, Callable[[Page, int], str]] = {
    Kind.PROTECTED: _nothing,
    Kind.LIVE: _live,
    Kind.EPISODE: _episode,
    Kind.EVENT: _event,
    Kind.POEM: _poem,
    Kind.RELEASE: _lists,
    Kind.INTERVIEW: _interview,
    Kind.TABLE: _table,
    Kind.LIST: _lists,
    Kind.PICTURE: _picture,
    Kind.LINK: _link,
    Kind.CODE: _code,
}
