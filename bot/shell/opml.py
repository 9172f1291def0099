"""Reads and writes OPML, the format in which feed readers exchange lists of feeds."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from bot.errors import UsageError
from bot.text.sanitize import one_line

_LARGEST = 5_000_000  # bytes
_LONGEST = 200  # characters of a name


def write_opml(feeds: Iterable[tuple[str, str]]) -> str:
    """Return an OPML 2.0 document of (name, URL) pairs; names are put on one line."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Feeds watched by Bystander"
    body = etree.SubElement(root, "body")
    for name, url in feeds:
        shown = one_line(name, _LONGEST)  # XML cannot represent control characters
        etree.SubElement(body, "outline", type="rss", text=shown, title=shown, xmlUrl=url)
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
