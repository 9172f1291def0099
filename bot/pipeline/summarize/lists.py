"""Tells lists and release notes: their items, under their headings."""

from __future__ import annotations

import re

from bot.pipeline.summarize.kinds import without_number
from bot.pipeline.summarize.page import (
    Page,
)
from bot.pipeline.summarize.parts import ITEM, SHARE, listed, prose
from bot.text.html_blocks import Paragraph, Part
from bot.text.truncate import clip

_ITEM_END = re.compile(r"\s+[–—-]\s+|\s*[:：]\s+|(?<=[.!?])\s+|(?<=[。！？])")  # noqa: RUF001
_CREDIT = re.compile(r"\s+by @\S+.*$|\s+in #\d+$|\s*\((?:#\d+,?\s*)+\)|\s+#\d+$")


def lists(page: Page, limit: int) -> str:
    """Return what introduces the lists of a post, and as many of their items as fit."""
    sections = _sections(page)
    opening = prose(page, _before_list(page), limit // SHARE)
    told, room = opening, limit
    for name, items in sections:
        label = name or f"{len(items)} items"
        room = limit - len(told) - len(label) - 3
        if room < ITEM:
            break
        told += f"{' ' if told else ''}{label}: {listed(items, room)}"
        told += "" if told.endswith("…") else "."
    return told


def _sections(page: Page) -> list[tuple[str, list[str]]]:
    """Return the lists of a post, each with the heading above it; without lists, its headings as one list."""
    found: list[tuple[str, list[str]]] = []
    heading = ""
    for block in page.blocks:
        if block.part is Part.HEADING:
            heading = clip(without_number(block.text).rstrip(" :."), ITEM)
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


def _item(block: Paragraph) -> str:
    """Return what an item of a list is about: its words in bold, else its first sentence or part."""
    bold = block.bold.strip(" :.–—-")  # noqa: RUF001
    if bold and block.text.startswith(block.bold) and len(bold) <= ITEM:
        return bold
    text = _CREDIT.sub("", block.text)
    if len(text) > ITEM:
        text = _ITEM_END.split(text, maxsplit=1)[0]
    return clip(text.rstrip(" .;,:。"), ITEM)
