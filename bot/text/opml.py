"""Reads and writes OPML, the format in which feed readers exchange lists of feeds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lxml import etree

from bot.errors import UsageError
from bot.text.sanitize import one_line

_LARGEST = 5_000_000  # bytes
_LONGEST = 200  # characters of a name


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


def read_opml(data: bytes) -> list[tuple[str, str]]:
    """Return the (name, URL) pairs of an OPML document, folders flattened, each URL once.

    UsageError when it is not OPML or lists no feed. Entities and network references are never resolved.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data[:_LARGEST], parser)
    except etree.XMLSyntaxError as error:
        raise UsageError(f"The file is no OPML: {error.msg}.") from error
    found: dict[str, str] = {}
    for outline in root.iter("outline"):
        url = (outline.get("xmlUrl") or "").strip()
        name = " ".join((outline.get("title") or outline.get("text") or url).split())
        if url:
            found.setdefault(url, name[:_LONGEST])
    if not found:
        raise UsageError("The file lists no feed.")
    return [(name, url) for url, name in found.items()]


def _escaped(term: str) -> str:
    """Return a term without the signs that separate categories."""
    return term.replace("%", "%25").replace(",", "%2C").replace("/", "%2F")
