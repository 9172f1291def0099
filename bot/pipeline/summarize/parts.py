"""What the summaries of posts that are no essays are put together from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.pipeline.summarize.page import Page
from bot.pipeline.summarize.prose import choose
from bot.text.html_blocks import Paragraph
from bot.text.truncate import clip

ITEM = 80  # characters of an item of a list, or of the name of a source
SHARE = 2  # an introduction may take the limit divided by this


def prose(page: Page, found: Sequence[Paragraph], limit: int) -> str:
    """Return the best sentences of some paragraphs of a post."""
    return choose(found, page.title, page.code, limit)


def with_rest(opening: str, rest: str, limit: int) -> str:
    """Join an introduction and what follows it, as far as both fit."""
    whole = f"{opening} {rest}".strip()
    return whole if len(whole) <= limit else opening or clip(rest, limit)


def listed(items: Iterable[str], limit: int) -> str:
    """Join as many items as fit, with "…" where some are left out."""
    told = ""
    for item in items:
        longer = f"{told}; {item}" if told else item
        if len(longer) + 2 > limit:
            return f"{told} …" if told else clip(item, limit)
        told = longer
    return told
