"""Converts a feed's HTML to plain text: the author's prose, without additions of themes and plug-ins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.text.furniture import is_only_links, without_furniture
from bot.text.html_blocks import Paragraph, Part, blocks_of

__all__ = ["Paragraph", "Part", "is_update", "paragraphs", "plain_text", "prose_of", "update_paragraph"]

_DATE_WORD = r"""(?: \#?\d[\d:.,/]* (?: st | nd | rd | th | [ap]\.?m\.? )? | [ap]\.?m\.? | [A-Z]{2,4} | today
    | on | at | of | as | and | from | to\ add
    | (?: Jan | Feb | Mar | Apr | May | Jun | Jul | Aug | Sep | Oct | Nov | Dec
        | Mon | Tue | Wed | Thu | Fri | Sat | Sun )[a-z]* )"""
_UPDATE = re.compile(
    rf"""[\W_]* (?: [Uu]pdated? | UPDATED? | Nachtrag | Mise\ à\ jour | Actualización | 更新 ) \b
        (?: [\s,]* (?: {_DATE_WORD} (?! [a-z] ) | [(\[] [^()\[\]]{{1,60}} [)\]] ) ){{0,8}}
        (?: \s* [:\uff1a\]\-\u2013\u2014] \s* | \s* $
          | \s+ (?= (?: The | An? | It | He | She | They | We | I | This | That | In )\s ) )""",
    re.VERBOSE,
)


def paragraphs(html: str, title: str = "") -> list[Paragraph]:
    """Return the prose of `html` in reading order; never raises.

    Omitted: headings, captions, tables, code, embeds, struck-out text, share bars, "Filed under" lines and
    similar theme text, stock sentences of hosts, and lists of links. `title` helps to find lines that repeat
    it.
    """
    return prose_of(blocks_of(html), title)


def prose_of(found: Sequence[Paragraph], title: str = "") -> list[Paragraph]:
    """Return the author's prose among the blocks of a post."""
    return own_prose(without_furniture(found, title))


def own_prose(found: Iterable[Paragraph]) -> list[Paragraph]:
    """Return the prose among the blocks that a post's author wrote."""
    kept: list[Paragraph] = []
    mark = ""  # an update mark on its own line, to be prepended to the next paragraph
    for block in found:
        if block.part in (Part.PROSE, Part.HEADING) and _UPDATE.fullmatch(block.text):
            mark = block.text.rstrip(": ") + ": "
        elif block.part is Part.PROSE and not is_only_links(block):
            kept.append(replace(block, text=mark + block.text) if mark else block)
            mark = ""
    return kept


def plain_text(html: str) -> str:
    """Return all prose of `html`, including quotations, with blank lines between paragraphs."""
    return joined(paragraphs(html))


def joined(prose: Iterable[Paragraph]) -> str:
    """Return paragraphs as one text, with blank lines between."""
    return "\n\n".join(paragraph.text for paragraph in prose)


def update_paragraph(html: str) -> str:
    """Return the last unquoted paragraph that begins "Update:", "UPDATE (July 14):" or the like, or ""."""
    return last_update(paragraphs(html))


def last_update(prose: Sequence[Paragraph]) -> str:
    """Return the last of the paragraphs that `update_paragraph` looks for, "" without one."""
    own = (found.text for found in reversed(prose) if not found.quoted)
    return next((text for text in own if is_update(text)), "")


def is_update(text: str) -> bool:
    """Return whether a paragraph begins with an update mark ("Update your phone" does not)."""
    return _UPDATE.match(text) is not None
