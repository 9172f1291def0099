"""Repairs the bytes of an XML feed before they are parsed.

Browsers tolerate a reference to half a surrogate pair, a bare "&" or a control character; an XML parser
rejects the whole document, and feedparser then guesses. Every step takes time linear in the body.
"""

from __future__ import annotations

import codecs
import re
from html.entities import html5
from urllib.parse import urljoin

from bot.text.sanitize import mend_references

_FALSE_UTF16 = re.compile(rb"""\A(<\?xml[^>]*?encoding=["'])utf-?16""", re.IGNORECASE)
_DECLARED = re.compile(rb"""\A<\?xml[^>]*?encoding=["']([\w.-]+)""", re.IGNORECASE)
_CHARSET = re.compile(r""";\s*charset\s*=\s*["']?([\w.-]+)["']?""", re.IGNORECASE)
_WIDE = {  # longer marks first, because they begin with the shorter ones
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_CODECS = {  # multi-byte encodings, in which bytes can be invalid -> the widest codec of each family
    **dict.fromkeys(("shift_jis", "x-sjis", "windows-31j"), "cp932"),
    **dict.fromkeys(("gb2312", "gbk", "gb18030"), "gb18030"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987"), "cp949"),
    **dict.fromkeys(("big5", "big5-hkscs"), "big5hkscs"),
    "euc-jp": "euc_jp",
}
_PRIVATE = re.compile("[\uf8f0-\uf8f3]")  # cp932 decodes invalid bytes to these
_HALVES = re.compile(rb"(?:\xed[\xa0-\xbf][\x80-\xbf])+")
_SHIFTING = (b"iso-2022", b"hz", b"utf-7")  # in these the byte of "&" may be part of a character
_SHIFT = re.compile(rb"\x1b[$(]")
_NO_CONTROLS = bytes(
    byte if byte >= ord(" ") or byte in b"\t\n\r" else ord(" ") for byte in range(256)
)  # for bytes.translate
_NO_CHARACTERS = re.compile(rb"\xef\xbf[\xbe\xbf]")  # U+FFFE and U+FFFF in UTF-8
_FAULTY = re.compile(
    r"""<!\[CDATA\[ [^\]]*+ (?: \] (?! \]> ) [^\]]*+ )*+ (?: \]\]> | \Z )
      | <!-- .*? (?: --> | \Z ) | <\? .*? (?: \?> | \Z )
      | <!DOCTYPE [^\[>]* (?: \[ .*? (?: \]\s*> | \Z ) | > | \Z )
      | (?P<link> <link> \s* </link> | <link \s* /> )
      | (?P<numbers> (?: &\#(?: x[0-9a-f]+ | [0-9]+ ); )+ )
      | & (?! (?: amp | lt | gt | quot | apos ); ) (?: (?P<name> [a-z][a-z0-9]* ); )?""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_ROOT = re.compile(rb"<(?:rss|feed|rdf:rdf|channel)\b[^<>]*>", re.IGNORECASE)
_BASE = re.compile(rb"""(\sxml:base\s*=\s*["'])([^"']*)""", re.IGNORECASE)


def start_of(body: bytes) -> bytes:
    """Remove white space and byte order marks before the document, as nothing may precede `<?xml`."""
    text, before = body, None
    while text != before:
        before = text
        text = text.lstrip().removeprefix(codecs.BOM_UTF8)
        text = text.removeprefix(b"\xc3\xaf\xc2\xbb\xc2\xbf")  # the mark, encoded twice
    return text if not text or text.startswith((b"<", b"{", b"[", b"\x1f\x8b")) else body


def mended(body: bytes, content_type: str, url: str) -> tuple[bytes, str]:
    """Return a body that can be parsed, and the content type that matches it.

    `url`: the body's address, the base of a relative `xml:base`; "" if unknown.
    """
    body, content_type = _transcoded(body, content_type)
    declared = _DECLARED.match(body)
    shifting = _SHIFT.search(body) or (declared and declared[1].lower().startswith(_SHIFTING))
    if not shifting and not _is_wide(body):
        body = _NO_CHARACTERS.sub(b"", body.translate(_NO_CONTROLS))
        body = _without_faults(body)
    return _based(body, url), content_type


def _transcoded(body: bytes, content_type: str) -> tuple[bytes, str]:
    """Convert the body to UTF-8 where an XML parser would fail or guess, else return it as it is."""
    charset = _CHARSET.search(content_type)
    declared = _DECLARED.match(body)
    name = (charset or declared or ("", "utf-8"))[1]
    name = name.decode() if isinstance(name, bytes) else name
    text = _wide(body) or _broken(body, _CODECS.get(name.lower(), ""))
    if text is not None:
        text = re.sub(r"\A(\s*<\?xml[^>]*?encoding=[\"'])[\w.-]+", r"\g<1>utf-8", text)
        return text.encode("utf-8", "replace"), _CHARSET.sub("", content_type)
    if _is_wide(body):
        return body, content_type
    if name.lower() == "utf-8" and b"\xed" in body:
        body = _HALVES.sub(_joined, body)
    return _as_utf8(_FALSE_UTF16.sub(rb"\1utf-8", body)), content_type


def _is_wide(body: bytes) -> bool:
    """Return whether each character takes two bytes or more: the first one of any XML is then NUL-padded."""
    return b"\0" in body[:4]


def _wide(body: bytes) -> str | None:
    """Decode UTF-16 or UTF-32 that has a byte order mark; return None for anything else."""
    encoding = next((encoding for mark, encoding in _WIDE.items() if body.startswith(mark)), "")
    return body.decode(encoding, "replace").lstrip("\ufeff") if encoding else None


def _broken(body: bytes, encoding: str) -> str | None:
    """Return the text if a few bytes are invalid in the declared encoding; None otherwise."""
    if not encoding:
        return None
    text = _PRIVATE.sub("\ufffd", body.decode(encoding, "replace"))
    broken = text.count("\ufffd")
    return text if 0 < 10 * broken < len(body) - len(text) else None


def _joined(halves: re.Match[bytes]) -> bytes:
    """Merge surrogate pairs whose halves were encoded separately into the characters they form."""
    text = halves[0].decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass")
    return text.decode("utf-16", "replace").encode()


def _as_utf8(body: bytes) -> bytes:
    """Repair UTF-8 in which a few bytes are invalid.

    Themes that cut excerpts by bytes split characters; feedparser would then read the whole as windows-1252.
    """
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    foreign = len(body) - len(text)  # counts every character beyond ASCII at least once
    return text.encode() if 0 < 10 * broken < foreign else body


def _without_faults(body: bytes) -> bytes:
    """Repair references outside CDATA, and drop empty links, which would keep the guid from being the link.

    All patterns are ASCII, so the body is processed as latin-1, whatever its encoding.
    """
    declares = b"<!ENTITY" in body

    def mend(match: re.Match[str]) -> str:
        if match["link"]:
            return ""
        if match["numbers"]:
            return mend_references(match[0])
        if match[0][0] == "<":
            return match[0]
        name = match["name"]
        if name and f"{name};" in html5:
            return "".join(f"&#{ord(character)};" for character in html5[f"{name};"])
        return match[0] if name and declares else f"&amp;{match[0][1:]}"

    return _FAULTY.sub(mend, body.decode("latin-1")).encode("latin-1")


def _based(body: bytes, url: str) -> bytes:
    """Resolve a relative `xml:base` of the root element; feedparser does not know the feed's address."""
    root = _ROOT.search(body) if url else None
    if root is None or b"xml:base" not in root[0]:
        return body

    def resolved(match: re.Match[bytes]) -> bytes:
        try:
            base = urljoin(url, match[2].decode("utf-8", "replace"))
        except ValueError:
            base = url
        return match[1] + re.sub(r"""[<>"'&\s]""", "", base).encode()

    return body[: root.start()] + _BASE.sub(resolved, root[0]) + body[root.end() :]
