"""Summarizes a post by what it is: by sentences of its prose, or as its kind is served best."""

from __future__ import annotations

from bot.pipeline.summarize.kinds import Kind, kind_of
from bot.pipeline.summarize.lines import is_remark
from bot.pipeline.summarize.page import Page, read_page
from bot.pipeline.summarize.serve import serve
from bot.pipeline.summarize.settings import Limits
from bot.text.cuts import trailing_off, without_lead
from bot.text.furniture import repeats_title
from bot.text.html_text import is_update, paragraphs
from bot.text.languages import language
from bot.text.sentences import ends_whole, split
from bot.text.tokens import tokens
from bot.text.truncate import clip

_LIMITS = Limits()


def summarize(html: str, title: str, excerpt: str = "", limit: int = 600) -> str:
    """Return a summary of a post as plain text of at most `limit` characters; "" if there is nothing to tell.

    `excerpt` is used if `html` has no complete sentence of its own. Text is cut, at the end of a word, only
    if no complete sentence fits. Never raises; deterministic.
    """
    return summary_of(read_page(html, title, excerpt), limit)


def summary_of(page: Page, limit: int = 600) -> str:
    """As `summarize`, of a post whose HTML is read already."""
    kind = kind_of(page)
    told = serve(page, kind, limit)
    if not told and kind is not Kind.PROTECTED:
        told = _without_sentences(page, limit)
    return "" if _only_repeats(told, page.title) or len(told) > limit else told


def _only_repeats(told: str, title: str) -> bool:
    """Return whether a summary is the title again, or the beginning of it."""
    return tokens(told) == tokens(title)[: len(tokens(told))]


def _without_sentences(page: Page, limit: int) -> str:
    """Fall back to the excerpt, else to the first paragraph without full stop, but never to quotations."""
    quoted = " ".join(paragraph.text for paragraph in page.prose if paragraph.quoted)
    own = next((one.text for one in page.prose if not (one.quoted or is_remark(one))), "")
    excerpt = " ".join(paragraph.text for paragraph in paragraphs(page.excerpt, page.title))
    text, cut = trailing_off(without_lead(excerpt or own)[: _LIMITS.characters])
    pieces = [piece for piece, _ in split(text, language(text))[: _LIMITS.read]]
    tail = slice(-_LIMITS.quote_probe, None)
    pieces = [piece for piece in pieces if piece[tail] not in quoted and not is_update(piece)]
    if len(pieces) > 1 and repeats_title(pieces[-1], page.title):
        pieces.pop()
    kept: list[str] = []
    for piece in pieces:
        if not ends_whole(piece) or len(" ".join([*kept, piece])) > limit:
            break
        kept.append(piece)
    rest = " ".join(pieces)
    if kept or rest.endswith(":"):
        return " ".join(kept)
    return clip(rest + "…" if cut and rest else rest, limit)
