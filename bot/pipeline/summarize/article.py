"""Summarizes a post by its own page, where the feed prints a part of it. Runs in the sandbox.

The feed's excerpt finds the post on the page: its text is the innermost part of the page that has the
excerpt in it and goes on after it. So a login, a cookie notice, another post or another language is never
taken for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from bot.pipeline.summarize.extract import Source
from bot.pipeline.summarize.summarize import summarize
from bot.text.cuts import without_mark
from bot.text.html_text import plain_text
from bot.text.html_tree import read_tree
from bot.text.tokens import tokens


@dataclass(frozen=True, slots=True)
class ArticleLimits:
    """How much of a page is read, and how much of the excerpt it must have."""

    characters: int = 200_000  # of a page's text
    levels: int = 60  # of elements between the page and the post
    run: int = 3  # words in a row that are looked for
    fewest: int = 5  # such runs in an excerpt; a shorter one proves nothing
    share: float = 0.8  # of them that the page must have
    more: int = 200  # characters of text that the page must have beyond the excerpt


_LIMITS = ArticleLimits()
_HOLDERS = frozenset(["article", "body", "div", "main", "section", "table", "tbody", "td", "tr"])


def summary_of_page(body: bytes, content_type: str, source: Source) -> str:
    """Return a summary of the post on a page; "" unless the page certainly has more of it than the feed.

    Raises ParseError if the body is no HTML.
    """
    printed = without_mark(plain_text(source.html) or source.excerpt)
    wanted = _runs(printed)
    if len(wanted) < _LIMITS.fewest:
        return ""
    root = read_tree(body, content_type)
    _drop_unseen(root)
    html = _article(root, wanted, len(printed) + _LIMITS.more)
    return summarize(html, source.title, source.excerpt) if html else ""


def _article(root: etree._Element, wanted: frozenset[str], least: int) -> str:
    """Return the HTML of the post, with `least` characters of text at least; "" if the page does not have it.

    That is the innermost part with the excerpt, or what is around it as far as the page's own <article>.
    Further out are comments and other posts: a page that shows no more of the post than the feed does has no
    more to tell.
    """
    way = _way_in(root, wanted)
    tags = [element.tag for element in way]
    around = way[tags.index("article") :] if "article" in tags else way[-1:]
    for element in reversed(around):
        html = etree.tostring(element, encoding="unicode", method="html", with_tail=False)
        text = plain_text(html)
        if len(text) >= least and _has(text, wanted):
            return html
    return ""


def _way_in(root: etree._Element, wanted: frozenset[str]) -> list[etree._Element]:
    """Return the elements that have the excerpt in them, the outermost first."""
    body = root.find("body")
    element: etree._Element | None = root if body is None else body
    way: list[etree._Element] = []
    while element is not None and len(way) < _LIMITS.levels and (way or _has(_text(element), wanted)):
        way.append(element)
        inner = (child for child in element if child.tag in _HOLDERS)
        element = next((child for child in inner if _has(_text(child), wanted)), None)
    return way


def _drop_unseen(root: etree._Element) -> None:
    """Remove what is no text of a page, so that it is not looked through at each level."""
    etree.strip_elements(root, "script", "style", "noscript", "template", "svg", "iframe", with_tail=False)


def _text(element: etree._Element) -> str:
    return " ".join("".join(map(str, element.itertext())).split())[: _LIMITS.characters]


def _has(text: str, wanted: frozenset[str]) -> bool:
    return len(wanted & _runs(text)) >= _LIMITS.share * len(wanted)


def _runs(text: str) -> frozenset[str]:
    """Return all runs of a few words of a text, folded."""
    words: Sequence[str] = tokens(text)
    return frozenset(" ".join(words[at : at + _LIMITS.run]) for at in range(len(words) - _LIMITS.run + 1))
