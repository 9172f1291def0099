"""Reads and writes OPML, the format in which feed readers exchange lists of feeds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from lxml import etree

from bot.errors import UsageError
from bot.text.sanitize import one_line

_LARGEST = 5_000_000  # bytes
_LONGEST = 200  # characters of a name
_ESCAPE = re.compile(r"%2[CF5]", re.IGNORECASE)  # the signs that `_escaped` writes


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed of a document. `folders`: those it is in, the outermost first. `line`: of the document."""

    name: str
    url: str
    categories: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    line: int = 0


def write_opml(feeds: Iterable[tuple[str, str, Sequence[str]]]) -> str:
    """Return an OPML 2.0 document of feeds: name, URL, and the terms that are followed, as its categories.

    Names are put on one line. Commas and slashes have a meaning between categories (OPML 2.0, "category"), so
    inside one they are written with a percent sign, as in URLs.
    """
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Feeds watched by Bystander"
    body = etree.SubElement(root, "body")
    for name, url, terms in feeds:
        shown = one_line(name, _LONGEST)  # XML cannot represent control characters
        outline = etree.SubElement(body, "outline", type="rss", text=shown, title=shown, xmlUrl=url)
        if terms:
            outline.set("category", ",".join(_escaped(one_line(term, _LONGEST)) for term in terms))
    document: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return document.decode()


def read_opml(data: bytes) -> list[Outline]:
    """Return the feeds of an OPML document in their order, also one that stands there several times.

    UsageError when it is not OPML or lists no feed. Entities and network references are never resolved, and
    elements may be nested 256 deep.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data[:_LARGEST], parser)
    except etree.XMLSyntaxError as error:
        raise UsageError(f"The file is no OPML: {error.msg}.") from error
    found = [_outline(each) for each in root.iter("outline") if (each.get("xmlUrl") or "").strip()]
    if not found:
        raise UsageError("The file lists no feed.")
    return found


def _outline(element: etree._Element) -> Outline:
    url = (element.get("xmlUrl") or "").strip()
    folders = [_label(each) for each in element.iterancestors("outline") if not each.get("xmlUrl")]
    return Outline(
        name=_label(element) or url[:_LONGEST],
        url=url,
        categories=tuple(filter(None, map(_unescaped, (element.get("category") or "").split(",")))),
        folders=tuple(filter(None, reversed(folders))),
        line=cast("int | None", element.sourceline) or 0,  # its stubs have no type
    )


def _label(element: etree._Element) -> str:
    return " ".join((element.get("title") or element.get("text") or "").split())[:_LONGEST]


def _unescaped(category: str) -> str:
    """Return the last name of a category, which may be a path such as "/News/Trade"."""
    last = category.strip().strip("/").rpartition("/")[2]
    return " ".join(_ESCAPE.sub(lambda sign: chr(int(sign[0][1:], 16)), last).split())[:_LONGEST]


def _escaped(term: str) -> str:
    """Return a term without the signs that separate categories."""
    return term.replace("%", "%25").replace(",", "%2C").replace("/", "%2F")
