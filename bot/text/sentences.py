"""Splits plain text into sentences, and says which of them are complete.

The splitter is sentencex; `_is_one_sentence` mends what its lists of abbreviations and its rules for
quotations do not cover. Thai has no full stop: see `_split_thai`.
"""
# ruff: noqa: RUF001  (typographic quotes, dashes and foreign full stops are what these patterns match)

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

import sentencex

# What may stand before a full stop that ends no sentence, beyond the lists of sentencex. Words that often do
# end one ("etc.", "usw.", "itd.") are not in here: a small letter after them says enough.
_ABBREVIATIONS = {
    "en": "Ms Gov Sen Rep Gen Lt Col Sgt Capt Rev Hon approx vs",
    "de": "Abs Abt Art Bd Dipl Dr Fa Fr Frl Hr Hrn Ing Jh Kap Mio Mrd Nr Prof Std St Str Tel Tsd bzw ca"
    " engl evtl geb gest ggf inkl max min sog vgl z B d h u o",
    "fr": "Dr M MM Me Mgr Mlle Mme Mmes Pr Prof St Ste art av boul chap env ex fig hab no p vol",
    "es": "Av Avda D Dr Dra Dña Da Gral Ing Lic Prof Profa Sr Sra Sras Sres Srta Ud Uds art aprox cap núm"
    " pág págs tel",
    "pt": "Arq Av Dr Dra Drs Eng Exmo Exma Prof Profa R Sr Sra Sras Srs Srta art aprox cap pág págs tel",
    "it": "avv art ca cap cfr dott ing mons on pag pagg prof sen sig sigg tel arch geom rag St",
    "nl": "Dhr Mevr Mw dhr mevr mw mr drs dr ing ir prof St bijv blz ca fam jl nr resp tel o.a a.s d.w.z"
    " i.v.m m.b.t t.a.v t.o.v",
    "pl": "al dr gen godz hab im inż kpt ks mgr mjr mln mld nr np ok os pl płk prof str św tel tys ul woj pt"
    " m.in",
    "ru": "акад адм англ вул гл гос д доц др им инж кв корп лат млн млрд нем обл пер пл пос пр просп проф"
    " рис св см стр тел тыс ул ф чл",
    "ar": "د م أ ص ب أ.د ق.م",
    "hi": "डॉ श्री प्रो पं कु मो स्व सं",
}
_WORD_BREAK = re.compile(r"[\s(\[«“„\"'’]")
_ABBREVIATED = {code: frozenset(words.split()) for code, words in _ABBREVIATIONS.items()}
_INITIAL = re.compile(r"[A-ZÀ-ÞА-Я](?:\.[A-ZÀ-ÞА-Я])*")
_TAIL = 60  # characters at the end of a piece that tell whether it ends a sentence
_SMALL = re.compile(r"[^\W\d_]+")
# A word that follows a closed quotation and belongs to the sentence around it.
_AFTER_QUOTATION = {
    "ja": (re.compile(r"[」』]$"), re.compile(r"と|って|など|という|[はがをにのもで]")),
    "zh": (re.compile(r"[”」』]$"), re.compile(r"[^。！？]{0,10}(?:说|說|表示|称|稱|指出|道)")),
}

_THAI_STARTS = re.compile(r"อย่างไรก็ตาม|นอกจากนี้|ทั้งนี้|ขณะเดียวกัน|ขณะที่|ล่าสุด|สำหรับ|ต่อมา|ดังนั้น|แต่|ด้าน|ในขณะที่|ส่วน")
_THAI_SHORTEST = 40  # characters of a sentence before another may begin

# A sentence that ends with an ellipsis, a colon or no mark is incomplete.
_STOPS, _NO_STOPS = frozenset(".!?。！？।؟۔｡"), frozenset(".…")
_CLOSERS = "\"'”’»«“」』)）]"
_THAI_END = re.compile(r"[\u0e00-\u0e7f\d%.!?][”\"')]*$")
_FRAGMENT_START = re.compile(r"[a-z]+[\s,;]|[,;:.)\]]")
_RESIDUE_SIGNS = ("&", "<", "://", "www.", *"()[]（）")  # of which each residue has one
_RESIDUE = re.compile(r"&#?\w{2,8};|</?[A-Za-z][^<>]*>|\[/?[a-z_]+(?: [^\]]{0,200})?\]|https?://|www\.")
_INNER_NOTE = re.compile(r"[(\[](?:update|correction)", re.IGNORECASE)
_BRACKETS = (("(", ")"), ("[", "]"), ("（", "）"))
# Each part begins with the mark itself, and looks at what is before it afterwards: so marks are found fast.
_QUOTATION = re.compile(
    r"""“[^”]*(?:”|\Z) | „[^“”]*(?:[“”]|\Z)
      | "(?<![\u0590-\u05ff]")(?:[^"]|(?<=[\u0590-\u05ff])"(?=[\u0590-\u05ff]))*(?:"|\Z)
      | «[^»]*(?:»|\Z) | »[^«]*(?:«|\Z)
      | 「[^」]*(?:」|\Z) | ‘(?:[^‘’]|’(?=\w))*(?:[‘’]|\Z) | '(?<!\w')(?=[^\W\d])(?:[^']|'(?=\w))*'""",
    re.VERBOSE,
)
_CLOSING = "”“\"»«」’‘'"
_QUOTE_MARK = re.compile(r"[”“„\"«»「」‘]")
_HEBREW_MARK = re.compile(r"(?<=[\u0590-\u05ff])\"(?=[\u0590-\u05ff])")  # of an abbreviation, no quotation
_WORD = re.compile(r"[^\W_]")


def split(paragraph: str, code: str) -> list[tuple[str, bool]]:
    """Return the sentences of a paragraph in the language `code`, in order, each with whether it is complete.

    Complete: it begins and ends like a sentence, no quotation or bracket crosses its borders, it is more than
    a quotation, and contains no markup, address, or bracketed update or correction.
    """
    quotations = [match.span() for match in _QUOTATION.finditer(paragraph)]
    lefts, rights = [left for left, _ in quotations], [right for _, right in quotations]
    quoting = bool(quotations) or _QUOTE_MARK.search(paragraph) is not None
    marked = any(sign in paragraph for sign in _RESIDUE_SIGNS)
    found: list[tuple[str, bool]] = []
    for start, end in _spans(paragraph, code):
        if text := paragraph[start:end].strip():
            whole = _is_whole(text, code) and not (marked and _has_residue(text))
            if whole and quoting:
                touching = quotations[bisect_right(rights, start) : bisect_left(lefts, end)]
                whole = _holds(paragraph, start, end, touching)
            found.append((text, whole and (quoting or _WORD.search(text) is not None)))
    return found


def _spans(paragraph: str, code: str) -> Iterator[tuple[int, int]]:
    """Yield where the sentences of a paragraph start and end; together they are all of it."""
    pieces = _split_thai(paragraph) if code == "th" else sentencex.segment(code, paragraph)
    start = end = 0
    for piece in pieces:
        if end > start and not _is_one_sentence(paragraph[max(start, end - _TAIL) : end], piece, code):
            yield start, end
            start = end
        end += len(piece)
    if end > start:
        yield start, end


def _is_one_sentence(before: str, after: str, code: str) -> bool:
    """Return whether a splitter has cut one sentence in two."""
    ended = before.rstrip()
    if after[:1].isspace() or not ended:
        return False
    if code in _AFTER_QUOTATION:
        closed, goes_on = _AFTER_QUOTATION[code]
        return closed.search(ended) is not None and goes_on.match(after) is not None
    if len(ended) == len(before) and after[0].isalpha() and not after[0].isupper():
        return True  # no gap: "(…)고", "n.º"
    first = None if after[0].isupper() else _SMALL.match(after)
    if first and first[0].islower():
        return True
    if not ended.endswith("."):
        return False
    last = _WORD_BREAK.split(ended[:-1].rpartition(" ")[2])[-1]
    return last in _ABBREVIATED.get(code, ()) or (code != "en" and _INITIAL.fullmatch(last) is not None)


def _split_thai(paragraph: str) -> Iterator[str]:
    """Yield the sentences of Thai text, which marks them, as it does clauses, by spaces only.

    A space ends a sentence for certain where the next word is one that opens sentences. What is missed leaves
    two sentences together, which does no harm.
    """
    start = 0
    for match in re.finditer(r"\s+", paragraph):
        if match.start() - start >= _THAI_SHORTEST and _THAI_STARTS.match(paragraph, match.end()):
            yield paragraph[start : match.end()]
            start = match.end()
    yield paragraph[start:]


def _is_whole(text: str, code: str) -> bool:
    return ends_whole(text, code) and _FRAGMENT_START.match(text) is None


def _has_residue(text: str) -> bool:
    """Return whether a sentence has markup, an address, an update in brackets, or half of a bracket."""
    return (
        _RESIDUE.search(text) is not None
        or _INNER_NOTE.search(text) is not None
        or any(text.count(left) != text.count(right) for left, right in _BRACKETS)
    )


def _holds(paragraph: str, start: int, end: int, quotations: list[tuple[int, int]]) -> bool:
    """Return whether paragraph[start:end] contains each quotation entirely, and other words besides."""
    outside = ""
    for left, right in quotations:
        closed = right - left > 1 and paragraph[right - 1] in _CLOSING
        if left < start or right > end or not closed:
            return False
        outside += paragraph[start:left]
        start = right
    outside += paragraph[start:end]
    if '"' in outside:
        outside = _HEBREW_MARK.sub("", outside)
    return not _QUOTE_MARK.search(outside) and _WORD.search(outside) is not None


def ends_whole(text: str, code: str = "") -> bool:
    """Return whether `text` ends with a full stop or the like, not with an ellipsis or a colon.

    In Thai ("th"), which has no full stop, any letter ends a sentence.
    """
    if code == "th":
        return _THAI_END.search(text) is not None
    bare = text.removesuffix("\n").rstrip(_CLOSERS)
    return bare[-1:] in _STOPS and bare[-2:-1] not in _NO_STOPS


def without_quotations(text: str) -> str:
    """Return `text` with each quotation replaced by a space."""
    return _QUOTATION.sub(" ", text)


def opens_quoting(text: str) -> bool:
    """Return whether a sentence begins with a quotation mark."""
    return _QUOTE_MARK.match(text) is not None
