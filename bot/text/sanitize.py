"""Cleans untrusted text. Each function takes linear time.

| the text | use | the result |
|---|---|---|
| a name, typed text, text on its way to a chat | `visible` | one line without invisible characters |
| the same, if it may be too long for an answer | `bot.commands.wording.show` | cut with an ellipsis |
| external plain text that is stored or logged | `one_line` | one line of limited length |
| external plain text whose lines matter | `storable` | its lines, limited in length |
| HTML of which only the text is needed | `text_of` | one line without tags, as by `one_line` |
| HTML for a parser, and the text that the parser returns | `prose` | the same without invisible characters |
| markup with character references | `mend_references`, `unescaped` | as a browser reads them |
| plain text to be used as HTML | `markup_of` | HTML |

Config values are not cleaned: one with such a character is rejected (`bot.config.values.printable`).
"""

from __future__ import annotations

import html
import re
import unicodedata

_MARKUP_PER_TEXT = 20  # characters of markup read per character of text needed

_INLINE = re.compile(
    r"a|abbr|acronym|b|bdi|bdo|big|cite|code|del|dfn|em|font|i|ins|kbd|label|mark|q|s|samp|small|span|strike|"
    r"strong|sub|sup|time|tt|u|var|wbr",
    re.IGNORECASE,
)
_BLOCK = re.compile(
    r"address|article|aside|audio|blockquote|body|br|button|canvas|caption|center|col|colgroup|dd|details|div|"
    r"dl|dt|embed|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|img|"
    r"input|legend|li|link|main|map|menu|meta|nav|noscript|object|ol|option|p|param|picture|pre|script|section|"
    r"select|source|style|summary|svg|table|tbody|td|textarea|tfoot|th|thead|title|tr|track|ul|video",
    re.IGNORECASE,
)
_HIDDEN = re.compile(
    r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL | re.ASCII
)
_TAG = re.compile(r"</?([a-z][\w:.-]*)(?:\s[^<>]*)?/?>|<[!?][^<>]*>", re.IGNORECASE | re.ASCII)

# Control characters, halves of surrogate pairs, bidirectional controls, byte order marks.
_UNWANTED = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff"
    r"\ud800-\udfff]"
)
# As above, except white space, plus soft hyphens and characters that only control layout.
_UNSEEN_IN_PROSE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u202a-\u202e\u2060-\u206f\ud800-\udfff"
    r"\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]+)|([0-9]+));", re.IGNORECASE)
_REFERENCES = re.compile(r"(?:&#(?:x[0-9a-f]+|[0-9]+);)+", re.IGNORECASE)
_HIGH, _LOW, _LAST_HALF, _BEYOND = 0xD800, 0xDC00, 0xDFFF, 0x10000  # halves of surrogate pairs
_NO_CODE, _NONE, _SPACES = 0x110000, (0, 0xFFFE, 0xFFFF), (9, 10, 13)
_LONGEST_CODE = 7  # digits
_JOINERS = "\u200c\u200d"  # invisible too, but some scripts and emoji need them
_STRAY_JOINER = re.compile(rf"(?<![^\0-\x7f])[{_JOINERS}]+|[{_JOINERS}]+(?![^\0-\x7f])")  # beside ASCII
_BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"  # letters and signs without a visible glyph


def mend_references(markup: str) -> str:
    """Return HTML or XML without references to invalid characters.

    Two references to the halves of a surrogate pair become one reference to the character; one to a control
    character becomes a space, any other one to an invalid character U+FFFD, as in browsers.
    """
    return _REFERENCES.sub(_mended, markup) if "&#" in markup else markup


def _mended(run: re.Match[str]) -> str:
    mended: list[str] = []
    high = 0  # the first half of a pair
    for match in _REFERENCE.finditer(run[0]):
        digits = (match[1] or match[2]).lstrip("0") or "0"
        code = int(digits, 16 if match[1] else 10) if len(digits) <= _LONGEST_CODE else _NO_CODE
        if high and _LOW <= code <= _LAST_HALF:
            mended[-1] = f"&#{_BEYOND + ((high - _HIGH) << 10) + (code - _LOW)};"
        elif 0 < code < ord(" ") and code not in _SPACES:
            mended.append(" ")
        else:
            unreadable = _HIGH <= code <= _LAST_HALF or code in _NONE or code >= _NO_CODE
            mended.append("&#65533;" if unreadable else match[0])
        high = code if _HIGH <= code < _LOW else 0
    return "".join(mended)


def unescaped(markup: str) -> str:
    """Return markup with its character references replaced by the characters."""
    return html.unescape(mend_references(markup))


def storable(text: str, limit: int) -> str:
    """Return `text` cut to `limit` characters, without those that databases or chats cannot store."""
    return _UNWANTED.sub("", text[: 2 * limit])[:limit]


def one_line(text: str, limit: int) -> str:
    """Return `text` on one line of at most `limit` characters, with all white space collapsed."""
    spaced = " ".join(text[: _MARKUP_PER_TEXT * limit].split())
    if not (spaced.isascii() and spaced.isprintable()):
        spaced = " ".join(_UNWANTED.sub("", spaced).split())
    return spaced[:limit].rstrip()


def prose(text: str) -> str:
    """Return HTML or its text without invisible characters; white space stays unchanged."""
    return _UNSEEN_IN_PROSE.sub("", text)


def visible(text: str) -> str:
    """Return `text` on one line without invisible characters.

    For names, typed text, and the last step before a chat: the result contains nothing dangerous, and
    nothing that would hide dangerous parts from a later search.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return " ".join(_STRAY_JOINER.sub("", text.translate(_SHOWN)).split())


class _Shown(dict[int, int | str]):
    """What `visible` makes of each character, for `str.translate`: looked up once, as texts repeat theirs."""

    most = 2**15  # more than any script needs; whoever sends every character there is fills no memory

    def __missing__(self, code: int) -> int | str:
        if len(self) >= self.most:
            self.clear()
        self[code] = _shown(code)
        return self[code]


def _shown(code: int) -> int | str:
    category = unicodedata.category(chr(code))
    if category in ("Cc", "Zl", "Zp"):
        return " "
    # Cf and Cs: bidi controls, zero-width and tag characters, halves of surrogate pairs.
    hidden = category in ("Cf", "Cs") or chr(code) in _BLANK
    return "" if hidden and chr(code) not in _JOINERS else code


_SHOWN = _Shown()


def text_of(markup: str, limit: int) -> str:
    """Return the text of an HTML fragment on one line, entities decoded, at most `limit` characters.

    Alphanumeric tags unknown to HTML stay, because `Vec<String>` in a title is text, like `1 < 2`.
    """
    markup = markup[: _MARKUP_PER_TEXT * limit]
    return one_line(unescaped(_TAG.sub(_without, _HIDDEN.sub(" ", markup))), limit)


def _without(tag: re.Match[str]) -> str:
    name = tag[1] or ""
    if _INLINE.fullmatch(name):
        return ""
    return " " if _BLOCK.fullmatch(name) or not name.isalnum() else tag[0]  # last: "o:p", "amp-img", doctype


def markup_of(text: str) -> str:
    """Return plain text as HTML: escaped, with blank lines separating paragraphs."""
    parts = (html.escape(part, quote=False).strip() for part in re.split(r"\n[ \t\r]*\n", text))
    return "".join(f"<p>{part}</p>\n" for part in parts if part)
