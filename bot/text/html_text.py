"""Converts a feed's HTML to plain text: the author's prose, without additions of themes and plug-ins."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from bot.text.html_tree import read_fragment
from bot.text.sanitize import prose


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BLOCKS = _words(
    """address article aside blockquote body center dd details div dl dt fieldset figure footer form h1 h2
    h3 h4 h5 h6 header hr html li main nav ol p pre section summary table ul video"""
)
_HEADINGS = _words("dt h1 h2 h3 h4 h5 h6 summary")
_DROPPED_TAGS = _words(
    """applet audio button canvas del dialog embed figcaption figure form head iframe img input map math
    nav noscript object pre s script select strike style svg table template textarea title video xmp"""
)
_DROPPED_CLASSES = _words(
    """wp-caption wp-caption-text gallery gallery-caption tiled-gallery wp-block-gallery image-credit
    photo-credit sharedaddy jp-relatedposts yarpp-related addtoany_share_save_container feedflare wpcnt
    entry-links reblog-from reblogger-note read-more more-link post-navigation wp-block-latest-posts
    wp-block-buttons wp-block-embed twitter-tweet instagram-media wp-block-jetpack-subscriptions
    wp-block-jetpack-contact-form wp-block-pullquote pullquote wp-block-footnotes footnotes footnote
    footnote-ref fn about-author author-bio author-box screen-reader-text"""
)
_DROPPED_IDS = ("attachment_", "jp-post-flair", "jp-relatedposts")

_FURNITURE = re.compile(
    r"""[\W_]* (?:
        (?: share | like | print )\ this\b | (?: entry\ )? filed\ under\b | tagged\b
      | \d+\ comments?\b | (?: no | one )\ comments?$ | leave\ a\ (?: comment | reply )
      | (?: continue | keep )\ reading | read\ (?: more | the\ (?: rest | full ) ) | also\ read\b
      | (?: see | read )\ also\b | more\ (?: from | on | about )\b [^.]* $ | you\ m(?: ay | ight )\ also\ like
      | related (?: \ (?: posts? | articles? | stories | links? | content ) )? \s* (?: : | $ )
      | follow\ (?: me | us | him | her | them | @\w+ )\b | (?: click | tap )\ here\b
      | posted\ (?: in | by | on )\b
      | (?: photo | photograph | image | picture | video | graphic | map | chart | illustration
          | screenshot | credit | source )s? (?: \ (?: credits? | courtesy | by | via ) )* \s* (?: : | © )
      | (?: photo | photograph | image | picture | screenshot )s?\ (?: by | via | courtesy )\b
      | by (?: \ [\w.'\u2019-]+ ){1,4} $ | advertisements? \W* $ | loading \W* $ )
      | [\W_]* © | \[ /? (?-i: [a-z_]+ ) \b [^\]]* \] $""",
    re.IGNORECASE | re.VERBOSE,
)
_PLEA = re.compile(
    r"""[\W_]* (?:
        the\ post\ .+\ (?: appeared\ first | first\ appeared )\ on\b
      | (?: advertisement | about\ the\ author )\b
      | this\ (?: post | article | story | piece | essay | column )\ (?: (?: was | has )\ )?
        (?: originally | first | also )\ (?: appeared | published | posted )\b
      | originally\ (?: published | posted )\b
      | (?: please\ )? (?: subscribe | sign\ up | join\ (?: our | my | the ) )\b .*
        \b(?: newsletter | mailing\ list | e-?mail | inbox | updates )\b
      | (?: if\ you\ )? (?: like | enjoy )(?: d | ed | ing )?\ (?: this | what | our | my | reading )\b .*
        \b(?: subscri | donat | patreon | newsletter | support | share ) )""",
    re.IGNORECASE | re.VERBOSE,
)

_DATE_WORD = r"""(?: \#?\d[\d:.,/]* (?: st | nd | rd | th | [ap]\.?m\.? )? | [ap]\.?m\.? | [A-Z]{2,4} | today
    | on | at | of | as | and | from | to\ add
    | (?: Jan | Feb | Mar | Apr | May | Jun | Jul | Aug | Sep | Oct | Nov | Dec
        | Mon | Tue | Wed | Thu | Fri | Sat | Sun )[a-z]* )"""
_UPDATE = re.compile(
    rf"""[\W_]* (?: [Uu]pdated? | UPDATED? | Nachtrag | Mise\ à\ jour | Actualización | 更新 ) \b
        (?: [\s,]* (?: {_DATE_WORD} (?! [a-z] ) | [(\[] [^()\[\]]{{1,60}} [)\]] ) ){{0,8}}
        (?: \s* [:\uff1a\]\-\u2013\u2014] \s* | \s* $
          | \s+ (?= (?: The | An? | It | He | She | They | We | I | This | That | In )\s ) )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One block of prose. `quoted`: inside a blockquote, so by another author; `listed`: a list item."""

    text: str
    quoted: bool
    listed: bool = False


def paragraphs(html: str) -> list[Paragraph]:
    """Return the prose of `html` in reading order; never raises.

    Omitted: headings, captions, tables, embeds, struck-out text, share bars, "Filed under" lines and similar
    theme text, and lists of links. Entities are decoded once, white space is collapsed, invisible characters
    are removed. Only the first 400,000 characters are read, not counting scripts and comments.
    """
    root = read_fragment(prose(html))
    if root is None:
        return []
    reader = _Reader()
    reader.read(root)
    return reader.found


def plain_text(html: str) -> str:
    """Return all prose of `html`, including quotations, with blank lines between paragraphs."""
    return "\n\n".join(paragraph.text for paragraph in paragraphs(html))


def update_paragraph(html: str) -> str:
    """Return the last unquoted paragraph that begins "Update:", "UPDATE (July 14):" or the like, or ""."""
    updates = [found.text for found in paragraphs(html) if not found.quoted and is_update(found.text)]
    return updates[-1] if updates else ""


def is_update(text: str) -> bool:
    """Return whether a paragraph begins with an update mark ("Update your phone" does not)."""
    return _UPDATE.match(text) is not None


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


class _Reader:
    """Walks a tree in document order and collects paragraphs, tracking the current position."""

    def __init__(self) -> None:
        self.found: list[Paragraph] = []
        self._parts: list[str] = []
        self._linked = 0  # characters of the open paragraph that are link text
        self._after_break = False
        self._inside = {"a": 0, "blockquote": 0, "li": 0, "heading": 0}
        self._mark = ""  # an update mark on its own line, to be prepended to the next paragraph

    def read(self, root: etree._Element) -> None:
        walk = etree.iterwalk(root, events=("start", "end"))
        skipped: etree._Element | None = None
        for event, element in walk:
            if event == "start":
                if _is_dropped(element):
                    skipped = element
                    walk.skip_subtree()
                else:
                    self._open(str(element.tag))
                    self._text(element.text)
            else:
                passed_over = skipped is not None and element is skipped
                if not passed_over:
                    self._close(str(element.tag))
                elif element.tag in _BLOCKS:
                    self._end_paragraph()
                self._text(element.tail)
        self._end_paragraph()

    def _open(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_paragraph()
        elif tag == "br":
            self._break()
        elif tag == "q":
            self._text("“")
        self._count(tag, 1)

    def _close(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_paragraph()
        elif tag == "q":
            self._text("”")
        self._count(tag, -1)

    def _count(self, tag: str, step: int) -> None:
        place = "heading" if tag in _HEADINGS else tag
        if place in self._inside:
            self._inside[place] += step

    def _break(self) -> None:
        """Treat one line break as a space, two in a row as the end of a paragraph, as in old editors."""
        if self._after_break:
            self._end_paragraph()
        self._parts.append(" ")
        self._after_break = True

    def _text(self, text: str | None) -> None:
        if not text:
            return
        self._parts.append(text)
        if not text.isspace():
            self._after_break = False
            if self._inside["a"]:
                self._linked += len(text)

    def _end_paragraph(self) -> None:
        text = " ".join(prose("".join(self._parts)).split())
        linked, self._linked = self._linked, 0
        self._parts.clear()
        self._after_break = False
        if not text:
            return
        if _UPDATE.fullmatch(text):
            self._mark = text.rstrip(": ") + ": "
        elif not self._inside["heading"] and not _is_furniture(text, linked):
            quoted, listed = self._inside["blockquote"] > 0, self._inside["li"] > 0
            self.found.append(Paragraph(self._mark + text, quoted, listed))
            self._mark = ""


@dataclass(frozen=True, slots=True)
class FurnitureSettings:
    """Which paragraphs are the theme's, not the author's."""

    short: int = 120  # characters below which _FURNITURE or mostly links make it the theme's
    links: float = 0.8  # share of link text from which a paragraph counts as links only
    plea: int = 400  # characters; syndication tails and pleas are longer, but no prose either


_THEME = FurnitureSettings()


def _is_furniture(text: str, linked: int) -> bool:
    if len(text) < _THEME.short and (linked >= len(text) * _THEME.links or _FURNITURE.match(text)):
        return True
    return len(text) < _THEME.plea and _PLEA.match(text) is not None
