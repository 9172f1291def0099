"""Tells what themes, plug-ins and hosts add to a post from what its author wrote.

Phrases cover the commonest lines of themes in English. Stock sentences of hosts exist in every language, and
are told by their shape and position instead: a short paragraph at an end of the post that repeats its title,
that links to a page for subscribers or to a host's privacy notice, or that asks the reader to subscribe.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.text.html_blocks import Paragraph, Part
from bot.text.pleas import ASKED, ASKS, BESIDE, COOKIES, READER, SITE, SPONSOR
from bot.text.tokens import tokens

_PHRASE = re.compile(
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
      | by (?: \ [\w.'\u2019-]+ ){1,4} $ | advertisements? \W* $ | loading \W* $ | full\ changelog\b
      | send\ us\ a\ (?: text | message )\b | support\ (?: the | this | our )\ (?: show | podcast )\b
      | this\ post\ is\ (?: for\ (?: paid | paying | subscribers ) | only\ for )\b
      | listen\ (?: now | on | to\ this | in\ your )\b | watch\ on\b | view\ (?: in | this )\b )
      | [\W_]* © | \[ /? (?-i: [a-z_]+ ) \b [^\]]* \] $
      | (?: submitted\ by\ )? /u/\S+ .* \[link\]""",
    re.IGNORECASE | re.VERBOSE,
)
_PLEA = re.compile(
    r"""[\W_]* (?:
        the\ post\ .+\ (?: appeared\ first | first\ appeared )\ on\b
      | (?: advertisement | about\ the\ author )\b
      | this\ (?: post | article | story | piece | essay | column )\ (?: (?: was | has )\ )?
        (?: originally | first | also )\ (?: appeared | published | posted )\b
      | originally\ (?: published | posted )\b | .{0,120} \bwas\ originally\ published\ in\ .+\ on\ Medium\b
      | (?: please\ )? (?: subscribe | sign\ up | join\ (?: our | my | the ) )\b .*
        \b(?: newsletter | mailing\ list | e-?mail | inbox | updates )\b
      | (?: if\ you\ )? (?: like | enjoy )(?: d | ed | ing )?\ (?: this | what | our | my | reading )\b .*
        \b(?: subscri | donat | patreon | newsletter | support | share ) )""",
    re.IGNORECASE | re.VERBOSE,
)
_AD_CHOICES = re.compile(
    r"\b(?:acast\.com|megaphone\.fm|omnystudio\.com|simplecast\.com|adswizz\.com|art19\.com|redcircle\.com"
    r"|podcastchoices\.com|chartable\.com|podtrac\.com|spreaker\.com|ausha\.co|captivate\.fm|audioboom\.com"
    r"|buzzsprout\.com|podbean\.com|anchor\.fm|podcasters\.spotify\.com|creators\.spotify\.com|libsyn\.com"
    r"|transistor\.fm|rss\.com|podigee\.(?:com|io)|ivoox\.com)\b",
    re.IGNORECASE,
)
_ASKING_ADDRESS = re.compile(
    r"subscri|newsletter|/support\b|/join\b|donat|patreon\.|ko-fi\.|paypal\.|buymeacoffee|steadyhq|/membership"
    r"|liberapay|/signup|/privacy|adchoices|open_sms|tipeee|opencollective",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://\S+|\b[\w.-]+\.(?:com|org|net|fm|io|co|app|me)/\S+", re.IGNORECASE)
_RULE = re.compile(r"[-–—_=*~•·.\s]{3,}")  # noqa: RUF001  a line drawn with dashes
_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class FurnitureSettings:
    """Which paragraphs are the theme's, not the author's. Lengths are in characters."""

    short: int = 120  # below it, a phrase or mostly links make a paragraph the theme's
    links: float = 0.8  # share of link text from which a paragraph counts as links only
    plea: int = 400  # syndication tails and pleas are longer, but no prose either
    credit: int = 90  # besides its links, of the line that says where a post appeared first
    credit_text: int = 60  # the same, where nothing is linked
    title: int = 2  # words of a title that is looked for in text without links
    end: int = 4  # paragraphs at either end of a post are where hosts add theirs
    tied: float = 0.8  # share of the words of a title that repeats it


_THEME = FurnitureSettings()


def without_furniture(found: Sequence[Paragraph], title: str = "") -> list[Paragraph]:
    """Return the blocks of a post that its author wrote. `title` helps to find lines that repeat it."""
    kept = [block for block in found if block.part is not Part.PROSE or not is_phrase(block)]
    places = [place for place, block in enumerate(kept) if block.part is Part.PROSE]
    ends = {*places[: _THEME.end], *places[-_THEME.end :]}
    return [
        block
        for place, block in enumerate(kept)
        if place not in ends
        or not _is_stock(block, title, first=place == places[0], last=place == places[-1])
    ]


def is_phrase(block: Paragraph) -> bool:
    """Return whether a paragraph is a theme's by its words alone, wherever it stands."""
    if len(block.text) < _THEME.short and _PHRASE.match(block.text):
        return True
    return len(block.text) < _THEME.plea and _PLEA.match(block.text) is not None


def is_only_links(block: Paragraph) -> bool:
    """Return whether a short paragraph is little else than links."""
    return len(block.text) < _THEME.short and block.linked >= len(block.text) * _THEME.links


def _is_stock(block: Paragraph, title: str, *, first: bool, last: bool) -> bool:
    """Return whether a paragraph at an end of a post is one of its host's stock sentences."""
    text = block.text
    if len(text) >= _THEME.plea:
        return False
    if _RULE.fullmatch(text):
        return True
    return _is_credit(block, title, first=first, last=last) or _is_plea(block) or _is_notice(block)


def repeats_title(text: str, title: str) -> bool:
    """Return whether a last sentence is little else than a title: "The post TITLE appeared first on BLOG"."""
    if title not in text or len(text) - len(title) > _THEME.credit_text:
        return False
    return len(tokens(title)) >= _THEME.title


def _is_credit(block: Paragraph, title: str, *, first: bool, last: bool) -> bool:
    """Return whether a line says, in any language, that the post appeared first on its blog.

    It links the post by its title, and the blog's front page; there are few other words.
    """
    if not (first or block.links):
        return last and repeats_title(block.text, title)
    if first or len(block.text) - block.linked > _THEME.credit:
        return False
    (address, said), *others = block.links
    if title and _repeats(said, title) and (others or len(block.text) > block.linked):
        return True
    host = urlsplit(address).netloc
    return any(
        host and urlsplit(other).netloc == host and urlsplit(other).path in ("", "/") for other, _ in others
    ) and urlsplit(address).path not in ("", "/")


def _is_plea(block: Paragraph) -> bool:
    """Return whether a paragraph asks its reader to subscribe, follow or pay."""
    if not ASKED.search(block.text):
        return False
    text, asks = block.text, ASKS.match(block.text) is not None
    if asks and len(text) < _THEME.short:
        return True
    return any(_ASKING_ADDRESS.search(address) for address, _ in block.links) or (
        (asks or READER.search(text) is not None) and BESIDE.search(text) is not None
    )


def _is_notice(block: Paragraph) -> bool:
    """Return whether a paragraph is a sponsor's, a podcast host's, or about cookies."""
    text = block.text
    written = _ADDRESS.findall(text)
    joined = " ".join([*(address for address, _ in block.links), *written])
    if len(text) < 2 * _THEME.short and (
        _AD_CHOICES.search(f"{joined} {text}") or (COOKIES.search(text) and SITE.search(text))
    ):
        return True
    little_else = len(text) - block.linked - sum(map(len, written)) <= min(_THEME.credit, len(text) / 2)
    return SPONSOR.match(text) is not None or (_ASKING_ADDRESS.search(joined) is not None and little_else)


def _repeats(text: str, title: str) -> bool:
    said, wanted = _WORDS.findall(text.casefold()), _WORDS.findall(title.casefold())
    return bool(wanted) and len(set(said) & set(wanted)) >= _THEME.tied * len(set(wanted) | set(said))
