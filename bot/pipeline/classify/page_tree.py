"""Reader of hostile HTML: bytes to a tree, in time that grows with the bytes and never faster."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from bot.errors import ParseError

_LONG_TAG = 8_000  # characters; libxml2 takes quadratic time over the attributes of one tag
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.ASCII | re.IGNORECASE)
_CHARSETS = ("iso-8859-", "windows-125", "koi8-", "gb", "big5", "shift_jis", "euc-")  # none is slow to decode
# Every match runs to its own end or to that of the text, which keeps the pass linear.
_TAG = re.compile(r"""<([a-zA-Z_:.][a-zA-Z0-9]*+)(?:[^>=]++|=\s*+(?:"[^"]*+"?|'[^']*+'?)?+)*+>?""")
_KEPT = re.compile(r"""\s(?:class|id|rel|href)\s*=\s*(?:"[^"]*+"|'[^']*+')""", re.IGNORECASE)


def read_tree(body: bytes, content_type: str) -> etree._Element:
    """Return the root of an HTML page; comments are gone, tags nest 256 deep at most.

    Raises ParseError when `content_type` is not that of HTML ("" is unknown) or the body holds none.
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


def _decode(body: bytes, content_type: str) -> str:
    """Decode by the charset that header or page name, where it is a plain one, else as UTF-8."""
    named = _CHARSET.search(content_type) or _CHARSET.search(body[:2048].decode("ascii", "replace"))
    charset = named[1].lower() if named else ""
    try:
        return body.decode(charset if charset.startswith(_CHARSETS) else "utf-8", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def _shorten(tag: re.Match[str]) -> str:
    """Leave an overlong tag only the attributes that are read here."""
    if len(tag[0]) <= _LONG_TAG:
        return tag[0]
    return f"<{tag[1]}{''.join(_KEPT.findall(tag[0])[:4])}>"


def flow(root: etree._Element) -> Iterator[str | etree._Element]:
    """Yield text and links in reading order, the text of a link left out."""
    inside = 0  # links that are open
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if element.tag == "a":
            inside += 1 if event == "start" else -1
        if event == "start" and element.tag == "a":
            yield element
        elif not inside:
            yield (element.text if event == "start" else element.tail) or ""
