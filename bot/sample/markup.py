"""Converts plain text to WordPress markup: slugs, typographic entities, paragraphs, excerpts. Pure."""

from __future__ import annotations

import re
import unicodedata
from html import escape, unescape
from urllib.parse import quote

EXCERPT_WORDS = 55  # what WordPress prints as a feed's description

_TAG = re.compile(r"<[^>]*>")
_DASHED = re.compile(r"[\s./\u2010-\u2015-]+")
_SILENT = re.compile(r"[^\w-]")
_OPENING_QUOTE = re.compile(r"(^|[\s(\u2014-])([\"'])")
_NAMED = {"\u2018", "\u2019", "\u201c", "\u201d", "\u2013", "\u2014", "\u2026", "\u00a0"}


def slug_of(name: str) -> str:
    """Return the slug that WordPress makes from a title or name: `China-U.S.` becomes `china-u-s`.

    Dots and spaces become dashes, `&` and quotes vanish, other scripts are percent-encoded in lower case.
    """
    plain = unicodedata.normalize("NFKD", name.lower())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    dashed = _DASHED.sub("-", _SILENT.sub("", _DASHED.sub(" ", plain).replace(" ", "-")))
    return quote(unicodedata.normalize("NFC", dashed).strip("-")).lower()


def typographic(html: str) -> str:
    """Curl straight quotes outside the tags of `html`; write typographic characters as numeric entities."""
    parts = re.split(r"(<[^>]*>)", html)
    return "".join(part if part.startswith("<") else _entities(_curl(part)) for part in parts)


def title_html(title: str) -> str:
    """Return a plain title as WordPress prints it, with `&#038;` for the ampersand and curled quotes."""
    return typographic(escape(title, quote=False)).replace("&amp;", "&#038;")


def name_html(name: str) -> str:
    """Return a category's or tag's plain name as HTML and the APIs print it."""
    return escape(name)


def paragraphs(text: str) -> str:
    """Wrap blocks separated by blank lines in `<p>`, except those that start with a block-level tag."""
    blocks = [" ".join(block.split()) for block in re.split(r"\n\s*\n", text.strip())]
    return "\n".join(
        block if block.startswith(("<p", "<blockquote", "<figure", "<ul", "<ol")) else f"<p>{block}</p>"
        for block in blocks
    )


def plain_text(html: str) -> str:
    """Return the words of `html`, entities decoded, one space between them."""
    return " ".join(unescape(_TAG.sub(" ", html)).split())


def excerpt(html: str) -> str:
    """Return the first 55 words as HTML, followed by ` [&#8230;]` if words were left out."""
    words = plain_text(html).split(" ")
    short = title_html(" ".join(words[:EXCERPT_WORDS]))
    return f"{short} [&#8230;]" if len(words) > EXCERPT_WORDS else short


def cdata(html: str) -> str:
    """Return `html` as a CDATA section that its own text cannot end."""
    return f"<![CDATA[{html.replace(']]>', ']]&gt;')}]]>"


def _curl(text: str) -> str:
    opened = _OPENING_QUOTE.sub(lambda m: m[1] + ("\u201c" if m[2] == '"' else "\u2018"), text)
    return opened.replace('"', "\u201d").replace("'", "\u2019")


def _entities(text: str) -> str:
    return "".join(f"&#{ord(letter)};" if letter in _NAMED else letter for letter in text)
