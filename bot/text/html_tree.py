"""Parses hostile HTML to trees in linear time.

The only place where libxml2 reads HTML. It needs quadratic time for the attributes of one tag, so an overlong
tag keeps only those that callers use. Comments and processing instructions are removed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from bot.errors import ParseError

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.ASCII | re.IGNORECASE)
_CHARSETS = ("iso-8859-", "windows-125", "koi8-", "gb", "big5", "shift_jis", "euc-")  # none is slow to decode

# Every match extends to its own end or to the end of the text, which keeps each pass linear.
_TAG = re.compile(r"""<([a-zA-Z_:.][a-zA-Z0-9]*+)(?:[^>=]++|=\s*+(?:"[^"]*+"?|'[^']*+'?)?+)*+>?""")
_KEPT = re.compile(r"""\s(?:class|id|rel|type|href)\s*=\s*(?:"[^"]*+"|'[^']*+')""", re.IGNORECASE)
_MARKUP = re.compile(
    r"""<!-- .*? (?: --> | \Z )
      | < (?P<raw> script | style | textarea | iframe | noscript | template | xmp ) \b
        .*? (?: </(?P=raw)\s*> | \Z )
      | < (?P<tag> [a-z][a-z0-9]*+ ) (?: [^>=]++ | = \s*+ (?: "[^"]*+" | '[^']*+' )?+ )*+ (?: > | \Z )
      | </ (?: html | body ) \b [^>]* >""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_CLASS_OR_ID = re.compile(r"""\s(?:class|id)\s*=\s*(?:"[^"]{0,400}"|'[^']{0,400}')""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TreeLimits:
    """How much HTML is parsed. Lengths are in characters."""

    fragment: int = 400_000  # the longest real posts have a quarter of that
    tag: int = 8_000  # of a page; a longer one is shortened
    tag_of_fragment: int = 2_000
    attributes: int = 5  # of an overlong tag


_LIMITS = TreeLimits()


def read_tree(body: bytes, content_type: str = "") -> etree._Element:
    """Return the root of an HTML page without comments, with tags at most 256 levels deep.

    An overlong tag keeps its class, id, rel, type and href. Raises ParseError if `content_type` is not that
    of HTML ("" is unknown) or the body contains none.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in ("", "text/html", "application/xhtml+xml"):
        raise ParseError("The page is no HTML.")
    text = _TAG.sub(_shorten, _decode(body, content_type))
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError) as error:
        raise ParseError("The page cannot be read.") from error
    if root is None:
        raise ParseError("The page is empty.")
    return root


def read_fragment(html: str) -> etree._Element | None:
    """Return the root of an HTML fragment, such as a post in a feed; None if it cannot be parsed.

    Only the first 400,000 characters are read, not counting scripts and comments. An overlong tag keeps its
    class and id.
    """
    text = _MARKUP.sub(_tame, html)[: _LIMITS.fragment]
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        return etree.fromstring(f"<html><body>{text}</body></html>".encode(), parser)
    except etree.LxmlError:
        return None


def _decode(body: bytes, content_type: str) -> str:
    """Decode by the charset in the header, else in the page, if it is in _CHARSETS; otherwise as UTF-8."""
    named = _CHARSET.search(content_type) or _CHARSET.search(body[:2048].decode("ascii", "replace"))
    charset = named[1].lower() if named else ""
    try:
        return body.decode(charset if charset.startswith(_CHARSETS) else "utf-8", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def _shorten(tag: re.Match[str]) -> str:
    """Reduce an overlong tag to the attributes that callers use."""
    if len(tag[0]) <= _LIMITS.tag:
        return tag[0]
    return f"<{tag[1]}{''.join(_KEPT.findall(tag[0])[: _LIMITS.attributes])}>"


def _tame(match: re.Match[str]) -> str:
    """Drop comments, raw text, html and body tags, and an overlong tag's attributes except class and id."""
    whole = match[0]
    if match["tag"] is None or match["tag"].lower() in ("html", "body"):
        return " " if match["raw"] else ""
    if len(whole) <= _LIMITS.tag_of_fragment:
        return whole
    return f"<{match['tag']}{''.join(_CLASS_OR_ID.findall(whole)[:2])}>"
