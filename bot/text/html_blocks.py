"""Reads a post's HTML as a list of blocks: paragraphs, headings, captions, rows of tables, code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from lxml import etree

from bot.text.html_tree import read_fragment
from bot.text.sanitize import prose


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


class Part(Enum):
    """What a block is in its post."""

    PROSE = "prose"
    HEADING = "heading"
    CAPTION = "caption"  # of a picture
    ROW = "row"  # of a table; its cells are the lines
    CODE = "code"
    PICTURE = "picture"  # its text describes it, and may be empty
    FORM = "form"  # its text is the name of a field
    HIDDEN = "hidden"  # within a figure or table, outside of captions and cells; never in a result


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One block of a post. `quoted`: inside a blockquote, so by another author; `listed`: a list item.

    `lines`: as broken by the author; `bold`: the emphasised words at its start; `links`: address and text of
    its first links; `linked`: characters of link text.
    """

    text: str
    quoted: bool
    listed: bool = False
    part: Part = field(default=Part.PROSE, compare=False)
    lines: tuple[str, ...] = field(default=(), compare=False)
    bold: str = field(default="", compare=False)
    links: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    linked: int = field(default=0, compare=False)
    ordered: bool = field(default=False, compare=False)  # the item of a numbered list


_BLOCKS = _words(
    """address article aside blockquote body center dd details div dl dt fieldset figure footer form h1 h2
    h3 h4 h5 h6 header hr html li main nav ol p pre section summary table ul video"""
)
_PARTS = {
    **dict.fromkeys(_words("dt h1 h2 h3 h4 h5 h6 summary"), Part.HEADING),
    **dict.fromkeys(_words("figure table"), Part.HIDDEN),
    **dict.fromkeys(_words("figcaption"), Part.CAPTION),
    **dict.fromkeys(_words("td th"), Part.ROW),
    **dict.fromkeys(_words("pre xmp"), Part.CODE),
}
_DROPPED_TAGS = _words(
    """applet audio button canvas del dialog embed form head iframe input map math nav noscript object s
    script select strike style svg template textarea title video"""
)
_PART_CLASSES = {
    **dict.fromkeys(
        _words("wp-caption gallery tiled-gallery wp-block-gallery wp-block-image kg-image-card"), Part.HIDDEN
    ),
    **dict.fromkeys(_words("wp-caption-text gallery-caption"), Part.CAPTION),
}
_DROPPED_CLASSES = _words(
    """image-credit photo-credit sharedaddy jp-relatedposts yarpp-related addtoany_share_save_container
    feedflare wpcnt entry-links reblog-from reblogger-note read-more more-link post-navigation
    wp-block-latest-posts wp-block-buttons wp-block-embed twitter-tweet instagram-media
    wp-block-jetpack-subscriptions wp-block-jetpack-contact-form wp-block-pullquote pullquote
    wp-block-footnotes footnotes footnote footnote-ref footnote-anchor fn about-author author-bio author-box
    screen-reader-text subscription-widget-wrap subscription-widget-wrap-editor subscription-widget
    subscribe-widget button-wrapper captioned-button-wrap digest-post-embed embedded-post-wrap poll-embed
    install-substack-app-embed community-chat paywall-jump kg-signup-card kg-button-card kg-cta-card
    kg-email-cta kg-header-card kg-bookmark-card kg-embed-card kg-audio-card kg-video-card kg-file-card
    gh-post-upgrade-cta gh-cta medium-feed-link medium-feed-image tweet wp-block-social-links
    wp-block-tag-cloud post-tags tags-links cat-links entry-meta cookie-notice newsletter-signup mc4wp-form"""
)
_DROPPED_IDS = ("jp-post-flair", "jp-relatedposts")
_FIGURE_ID = "attachment_"
_EMPHASIS = _words("b strong")
_MOST_LINKS = 4  # of a block, that are kept


def blocks_of(html: str) -> list[Paragraph]:
    """Return the blocks of `html` in reading order; never raises.

    Omitted: what is invisible or struck out, embeds, and what themes and plug-ins mark as theirs by a class
    or id. Entities are decoded once, white space is collapsed, invisible characters are removed. Only the
    first 400,000 characters are read, not counting scripts and comments.
    """
    root = read_fragment(prose(html))
    if root is None:
        return []
    reader = _Reader()
    reader.read(root)
    return reader.found


def _is_dropped(element: etree._Element) -> bool:
    if element.tag in _DROPPED_TAGS:
        return True
    if element.tag == "sup" and len(element) and element[0].tag == "a":
        return True  # a footnote mark
    if not element.attrib:
        return False
    if not _DROPPED_CLASSES.isdisjoint(element.get("class", "").lower().split()):
        return True
    style = element.get("style", "").replace(" ", "").lower()
    return (
        "hidden" in element.attrib
        or "display:none" in style
        or element.get("id", "").startswith(_DROPPED_IDS)
    )


def _part_of(element: etree._Element, outer: Part) -> Part:
    """Return what the text of an element is, by its tag, class and id, and by what it stands in."""
    if element.attrib:
        for name in element.get("class", "").lower().split():
            if name in _PART_CLASSES:
                return _PART_CLASSES[name]
        if element.get("id", "").startswith(_FIGURE_ID):
            return Part.HIDDEN
    return _PARTS.get(str(element.tag), outer)


class _Reader:
    """Walks a tree in document order and collects blocks, tracking the current position."""

    def __init__(self) -> None:
        self.found: list[Paragraph] = []
        self._text_parts: list[str] = []
        self._cells: list[str] = []
        self._links: list[tuple[str, str]] = []
        self._bold: list[str] = []
        self._only_bold = True
        self._linked = 0  # characters of the open block that are link text
        self._after_break = False
        self._stack = [Part.PROSE]
        self._inside = {"a": 0, "blockquote": 0, "li": 0, "ol": 0, "bold": 0}

    def read(self, root: etree._Element) -> None:
        walk = etree.iterwalk(root, events=("start", "end"))
        skipped: etree._Element | None = None
        for event, element in walk:
            if event == "start":
                if _is_dropped(element):
                    skipped = element
                    if element.tag == "form":
                        self._form(element)
                    walk.skip_subtree()
                else:
                    self._open(element)
                    self._text(element.text)
            else:
                passed_over = skipped is not None and element is skipped
                if not passed_over:
                    self._close(str(element.tag))
                elif element.tag in _BLOCKS:
                    self._end_block()
                self._text(element.tail)
        self._end_block()

    def _open(self, element: etree._Element) -> None:
        tag, outer = str(element.tag), self._stack[-1]
        part = _part_of(element, outer)
        if part is not outer or (tag in _BLOCKS and part is not Part.ROW):
            self._end_block()
        self._stack.append(part)
        if tag == "br":
            self._break()
        elif tag == "q":
            self._text("“")
        elif tag == "img":
            self._picture(element.get("alt", ""))
        elif tag == "a":
            self._links.append((element.get("href", "")[:500], ""))
        self._count(tag, 1)

    def _close(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._cells.append(_clean("".join(self._text_parts)))
            self._text_parts.clear()
        elif tag == "tr":
            self._end_row()
        elif tag in _BLOCKS and self._stack[-1] is not Part.ROW:
            self._end_block()
        elif tag == "q":
            self._text("”")
        inner = self._stack.pop()
        if inner is not self._stack[-1] and inner is not Part.ROW:
            self._end_block(inner)
        self._count(tag, -1)

    def _count(self, tag: str, step: int) -> None:
        place = "bold" if tag in _EMPHASIS else tag
        if place in self._inside:
            self._inside[place] += step

    def _break(self) -> None:
        """Treat one line break as a space, two in a row as the end of a paragraph, as in old editors."""
        if self._after_break and self._stack[-1] is Part.PROSE:
            self._end_block()
        self._text_parts.append("\n")
        self._after_break = True

    def _text(self, text: str | None) -> None:
        if not text:
            return
        self._text_parts.append(text if self._stack[-1] is Part.CODE else text.replace("\n", " "))
        if text.isspace():
            return
        self._after_break = False
        if self._inside["bold"] and self._only_bold:
            self._bold.append(text)
        else:
            self._only_bold = False
        if self._inside["a"]:
            self._linked += len(text)
            if self._links and len(self._links) <= _MOST_LINKS:
                address, said = self._links[-1]
                self._links[-1] = (address, said + text)

    def _picture(self, description: str) -> None:
        text = _clean(description[:1_000])
        self.found.append(Paragraph(text, quoted=self._inside["blockquote"] > 0, part=Part.PICTURE))

    def _form(self, form: etree._Element) -> None:
        names = " ".join(each.get("name", "") for each in form.iter("input"))
        self.found.append(Paragraph(names[:200], quoted=False, part=Part.FORM))

    def _end_row(self) -> None:
        cells = [cell for cell in self._cells if cell]
        self._cells.clear()
        if cells:
            self._add(" ".join(cells), tuple(cells), Part.ROW)

    def _end_block(self, part: Part | None = None) -> None:
        whole = "".join(self._text_parts)
        text = _clean(whole)
        part = part or self._stack[-1]
        if text and part not in (Part.HIDDEN, Part.ROW):
            self._add(text, whole.splitlines() if part is Part.CODE else _lines(whole, text), part)
        self._text_parts.clear()
        self._links.clear()
        self._bold.clear()
        self._only_bold, self._after_break, self._linked = True, False, 0

    def _add(self, text: str, lines: Sequence[str], part: Part) -> None:
        self.found.append(
            Paragraph(
                text,
                quoted=self._inside["blockquote"] > 0,
                listed=self._inside["li"] > 0,
                part=part,
                lines=tuple(lines),
                bold=_clean("".join(self._bold)),
                links=tuple((address, _clean(said)) for address, said in self._links[:_MOST_LINKS]),
                linked=self._linked,
                ordered=self._inside["ol"] > 0,
            )
        )


def _lines(whole: str, clean: str) -> list[str]:
    """Return the lines of a text that is not empty; `clean`: all of it, cleaned."""
    return [line for line in map(_clean, whole.split("\n")) if line] if "\n" in whole else [clean]


def _clean(text: str) -> str:
    return " ".join(prose(text).split())
