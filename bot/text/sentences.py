"""Splits plain text into sentences, and judges what they are about and which cannot stand alone.

Heuristics for the prose of blogs. English is covered best; for German, French, Spanish, Chinese and Arabic
the commonest cases are covered; other languages get only the rules that need no vocabulary.
"""
# ruff: noqa: RUF001  (typographic quotes, dashes and foreign full stops are what these patterns match)

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import pairwise

import sentencex


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FUNCTION_WORDS = {
    "en": _words(
        """a about after again against all also although am an and any are as at be because been before
        being between both but by can could did do does doing down during each even few for from had has
        have having he her here him his how however if in into is it its itself just like made make many
        may might more most much must my no nor not now of off on once one only or other our out over
        own per said same say says she should since so some still such than that the their them then
        there these they this those though through to too two under until up upon was we were what when
        where whether which while who whom whose why will with within without would yet you your"""
    ),
    "de": _words(
        """aber als am an auch auf aus bei bis das dass dem den der des die doch ein eine einem einen einer
        es für hat haben ich im in ist mit nach nicht noch nur oder sein seine sich sie sind so über um
        und unter vom von vor war wenn werden wie wir wird wurde wurden zu zum zur"""
    ),
    "fr": _words(
        """a au aux avec ce ces cette comme dans de des du elle en est et ils il la le les leur mais ne
        nous on ont ou par pas plus pour qu que qui sa se ses son sont sur un une"""
    ),
    "es": _words(
        """a al como con de del el ella en entre es esta este fue ha han la las lo los más no o para pero
        por que se ser sin sobre son su sus también un una y"""
    ),
}
_SCRIPTS = (  # the first that a fifth of a text is in; kana before Han, because Japanese uses both
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("zh", re.compile(r"[\u3400-\u9fff]")),
    ("ko", re.compile(r"[\uac00-\ud7a3]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
)

_WORD = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(r"['’]s?\b")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_ENDING = re.compile(r"(?:ing|ed|es|s|e)$")
_SHORTEST_STEM = 3

_CUT_NAME = re.compile(r"\bMs\.\s*$")  # sentencex knows Mr. and Mrs., but ends a sentence here
# A sentence that ends with an ellipsis, a colon or no mark is incomplete.
_END = re.compile(r"(?<![.…])[.!?。！？।؟۔][\"'”’»«“」』)）\]]*$")
_FRAGMENT_START = re.compile(r"[a-z]+[\s,;]|[,;:.)\]]")
_RESIDUE = re.compile(r"&#?\w{2,8};|</?[A-Za-z][^<>]*>|\[/?[a-z_]+(?: [^\]]{0,200})?\]|https?://|www\.")
_BRACKETS = (("(", ")"), ("[", "]"), ("（", "）"))
_QUOTATION = re.compile(
    r"""“[^”]*(?:”|\Z) | „[^“”]*(?:[“”]|\Z) | "[^"]*(?:"|\Z) | «[^»]*(?:»|\Z) | »[^«]*(?:«|\Z)
      | 「[^」]*(?:」|\Z) | ‘(?:[^‘’]|’(?=\w))*(?:[‘’]|\Z) | (?<!\w)'(?=[^\W\d])(?:[^']|'(?=\w))*'""",
    re.VERBOSE,
)
_CLOSING = "”“\"»«」’‘'"
_QUOTE_MARK = re.compile(r"[”“„\"«»「」‘]")

_LEANS = re.compile(
    r"""["'“‘(]* (?:
        (?: He | She | It | They | His | Her | Its | Their | Theirs | Him | Them | Such | Same | Another
          | Others? | Which | And | But | Or | Nor | So | Yet | Still | Then | Thus | Hence | Here | Also
          | Indeed | Instead | Rather | However | Therefore | Accordingly | Consequently | Moreover
          | Furthermore | Besides | Likewise | Otherwise | Nevertheless | Nonetheless | Similarly
          | Either\ way | Even\ (?: so | then ) | That\ said | Taken\ together | Why\ this | By\ contrast
          | In\ (?: addition | contrast | particular | fact | turn | response | other\ words )
          | As\ (?: a\ (?: result | consequence ) | such | well ) | For\ (?: example | instance | this )
          | At\ the\ same\ time | After\ (?: that | this ) | On\ the\ (?: other | contrary )
          | Both\b (?! .*\band\b ) | Neither\b (?! .*\bnor\b ) )\b
      | (?: This | That | These | Those )\b (?! \ (?: week | weekend | month | year | decade | morning
          | afternoon | evening | spring | summer | autumn | winter )\b )
      | (?: Today | Yesterday | Now | Later | Earlier | Last\ \w+
          | (?: In | On | By | For | To | After | Since )\ [\w ]{2,20} ) ,?
        \ (?: he | she | it | they | this | these | those )\b
      | (?: None | All | Some | Most | Many | One | Neither | Part )\ of
        \ (?: which | whom | them | this | that | these | those )\b
      | (?: The | An? )\ \w+\ (?: of | behind | for | to | in | with )
        \ (?: this | that | these | those | them | it | which )\b
      | (?: The\ others? | (?: In\ the | The )\ (?: former | latter )\ (?: case | circumstance ) )\b
      | (?: [\w’'-]+\ ){0,2} (?: others? | rest | former | latter )
        (?: , | \ (?: is | are | was | were | would | will | has | have | include[sd]? | case )\b )
      | [^,;:]{1,80} , \ (?: however | though | too | then | therefore | for\ one | by\ contrast
          | for\ (?: example | instance ) ),
      | [^“”"]{0,120} ,\ this\ (?: is | was | will | would | means | could | may | might | has )\b
      | \w+\ more\ \w+\ (?: are | were | have | had )\b
      | (?: Er | Sie | Es | Diese[rsmn]? | Dies | Das(?=\ [a-zäöü]) | Aber | Doch | Jedoch | Allerdings
          | Dabei | Damit | Dadurch | Deshalb | Daher | Außerdem | Zudem | Auch
          | Il | Elle | Ils | Elles | Ce | Cela | Cette | Ces | Mais | Cependant | Toutefois | En\ outre
          | Esto | Eso | Pero | Sin\ embargo | Además | También | Ellos | Ellas )\b
      | 但 | 然而 | 不过 | 此外 | 另外 | 因此 | 所以 | 同时 | 他 | 她 | 它 | 这 | 那
      | しかし | また | その | この | これ
      | (?: لكن | ولكن | كما | هذا | هذه | وهذا | وهذه | وهو | وهي | ذلك | وذلك )\b )""",
    re.VERBOSE,
)
_SIDE_ISSUE = re.compile(
    r"(?:Separately|As an aside|An aside|Incidentally|On another front|Meanwhile|Elsewhere|By the way"
    r"|In other news)\b"
)
_AUTHOR = re.compile(
    r"\b(?:[Tt]his|[Yy]our) (?:humble )?"
    r"(?:[Bb]ystander|[Bb]log(?:ger)?|writer|author|correspondent|columnist|observer|reporter)\b"
)
_FIRST_PERSON = re.compile(r"\b(?:I|I['’]\w+|[Mm]e|[Mm]y|[Ww]e|[Ww]e['’]\w+|[Oo]ur|us)\b")
_QUESTION = re.compile(r"[?？؟][\"'”’»」』)）\]]*$")
_NOTE = re.compile(
    r"\W*(?:corrections?|clarification|note|editor['’]s note|disclosure|disclaimer|p\.?s\.?)\s*:",
    re.IGNORECASE,
)
_INNER_NOTE = re.compile(r"[(\[](?:update|correction)", re.IGNORECASE)
_BIOGRAPHY = re.compile(
    r"\W*[A-Z][\w.'’ -]{2,60} (?:is|was|writes|covers|reports)\b.{0,120}"
    r"\b(?:reporter|journalist|columnist|correspondent|contributor|freelance|writer|fellow|editor|author)\b"
)
_NAME = re.compile(r"(?<=[^.!?] )[\"'“‘(]?(?:[A-Z][\w’'-]*|\d[\d.,]*)")
_DEFINITE_SUBJECT = re.compile(r"The ((?:[a-z]+ ){1,5})")


def language(text: str) -> str:
    """Guess the language of `text` as an ISO 639-1 code; "en" without other evidence."""
    sample = text[:2_000]
    for code, script in _SCRIPTS:
        if 5 * len(script.findall(sample)) > len(sample):
            return code
    words = _WORD.findall(sample.lower())
    return max(_FUNCTION_WORDS, key=lambda code: sum(word in _FUNCTION_WORDS[code] for word in words))


def split(paragraph: str, code: str) -> list[tuple[str, bool]]:
    """Return the sentences of a paragraph in the language `code`, in order, each with whether it is complete.

    Complete: it begins and ends like a sentence, no quotation or bracket crosses its borders, it is more than
    a quotation, and contains no markup, address, or bracketed update or correction.
    """
    quotations = [match.span() for match in _QUOTATION.finditer(paragraph)]
    lefts, rights = [left for left, _ in quotations], [right for _, right in quotations]
    found: list[tuple[str, bool]] = []
    start = end = 0
    for piece in sentencex.segment(code, paragraph):
        end += len(piece)
        if _CUT_NAME.search(piece) and end < len(paragraph):
            continue
        if text := paragraph[start:end].strip():
            touching = quotations[bisect_right(rights, start) : bisect_left(lefts, end)]
            found.append((text, _is_whole(text) and _holds(paragraph, start, end, touching)))
        start = end
    return found


def _is_whole(text: str) -> bool:
    return (
        ends_whole(text)
        and not _FRAGMENT_START.match(text)
        and not _RESIDUE.search(text)
        and not _INNER_NOTE.search(text)
        and all(text.count(left) == text.count(right) for left, right in _BRACKETS)
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
    return not _QUOTE_MARK.search(outside) and _WORD.search(outside) is not None


def ends_whole(text: str) -> bool:
    """Return whether `text` ends with a full stop or the like, not with an ellipsis or a colon."""
    return _END.search(text) is not None


def stems(text: str, code: str) -> frozenset[str]:
    """Return the content words of `text`, without endings; pairs of characters for Chinese and Japanese."""
    found: set[str] = set()
    ignored = _FUNCTION_WORDS.get(code, _FUNCTION_WORDS["en"])
    for word in _WORD.findall(_POSSESSIVE.sub("", text)):
        lower = word.lower()
        if _UNSPACED.match(word):
            found.update(left + right for left, right in pairwise(word))
        elif len(word) > 1 and lower not in ignored and (lower != "us" or word == "US"):
            found.add(_stem(lower))
    return frozenset(found)


def _stem(word: str) -> str:
    """Cut the commonest endings, so that bans, banned and banning are equal: crude, but good enough."""
    stem = _ENDING.sub("", word)
    if len(stem) < _SHORTEST_STEM:
        return word
    return stem[:-1] if len(stem) > _SHORTEST_STEM and stem[-1] == stem[-2] else stem


def leans(text: str) -> bool:
    """Return whether a sentence depends on the one before it ("That would ...", "However, ...")."""
    return _LEANS.match(text) is not None


def is_side_issue(text: str) -> bool:
    """Return whether a sentence announces a change of subject ("Separately, ...")."""
    return _SIDE_ISSUE.match(text) is not None


def is_question(text: str) -> bool:
    """Return whether a sentence ends with a question mark, quoted or not."""
    return _QUESTION.search(text) is not None


def is_note(text: str) -> bool:
    """Return whether a paragraph is a remark about the post ("Correction: ..."), not part of it."""
    return _NOTE.match(text) is not None


def is_biography(text: str) -> bool:
    """Return whether a paragraph reads like a line that introduces the author."""
    return _BIOGRAPHY.match(text) is not None


def opens_quoting(text: str) -> bool:
    """Return whether a sentence begins with a quotation mark."""
    return _QUOTE_MARK.match(text) is not None


def names_author(text: str) -> bool:
    """Return whether the authors refer to themselves in the third person ("this Bystander")."""
    return _AUTHOR.search(text) is not None


def is_first_person(text: str) -> bool:
    """Return whether a sentence uses the first person outside quotations."""
    return _FIRST_PERSON.search(_QUOTATION.sub(" ", text)) is not None


def count_names(text: str) -> int:
    """Return the number of capitalised words and numbers in a sentence, except its first word."""
    return len(_NAME.findall(text))


def definite_subject(text: str) -> frozenset[str]:
    """Return the words that an opening like "The deal ..." presupposes; empty for other openings."""
    match = _DEFINITE_SUBJECT.match(text)
    return stems(match[1], "en") if match else frozenset()
