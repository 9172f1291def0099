"""Guesses the language of a text, and finds the words that carry its content."""
# ruff: noqa: RUF001  (letters of many scripts)

from __future__ import annotations

import re
from itertools import pairwise


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
    "pt": _words(
        """a ao aos as com como da das de do dos e em entre foi há isso mais mas na não nas no nos o os ou
        para pela pelo por que se sem ser seu sua são também um uma à às"""
    ),
    "it": _words(
        """a ai al alla anche che chi come con da dal dalla degli dei del della delle di e gli ha hanno i il
        in la le lo ma nel nella non o per più sei si sono sul sulla un una uno è"""
    ),
    "nl": _words(
        """aan al als bij dat de deze die dit door een en er haar heeft het hij hun ik in is maar met naar
        niet nog of om onder ook op over te tot uit van voor was wat werd worden wordt zich zijn zij"""
    ),
    "pl": _words(
        """a ale był była było być co czy dla do gdy i ich jak jako jego jej jest już którzy która które
        który ma na nad nie o od oraz po pod przez przy się są tak tam to tylko tym w we z za ze że"""
    ),
    "ru": _words(
        """а без более был была были было в во все для до его ее если есть за и из или их к как когда который
        на не нет но о об он она они от по под при с со так также то у уже что чтобы это я"""
    ),
    "ar": _words("""أن إلى التي الذي عن على في قد كما كان كانت لا ما مع من هذا هذه هو هي و وقد ولا يكون"""),
    "he": _words("""אבל או אך את גם הוא היא הם זה זו יש כי כל לא מה מן עד על עם של רק"""),
    "hi": _words("""और एक का कि की के को गया तो था थी थे ने पर भी में यह या ये लिए वह से हुआ है हैं हो ही"""),
}
_SCRIPTS = (  # the first that a fifth of a text is in; kana before Han, because Japanese uses both
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("zh", re.compile(r"[\u3400-\u9fff]")),
    ("ko", re.compile(r"[\uac00-\ud7a3]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
)

# Names of one country: headlines say Tokyo where the text says Japan.
_COUNTRIES = {
    word: names.split()[0]
    for names in (
        "china beijing chinese",
        "us washington american america",
        "japan tokyo japanese",
        "korea seoul korean",
        "taiwan taipei taiwanese",
        "india delhi indian",
        "russia moscow kremlin russian",
        "ukraine kyiv kiev ukrainian",
        "germany berlin german",
        "france paris french",
        "britain london british uk",
        "italy rome italian",
        "spain madrid spanish",
        "poland warsaw polish",
        "turkey ankara turkish",
        "iran tehran iranian",
        "israel jerusalem israeli",
        "australia canberra australian",
        "canada ottawa canadian",
        "europe brussels european eu",
        "hungary budapest hungarian",
        "austria vienna austrian",
        "netherlands hague dutch",
        "sweden stockholm swedish",
        "norway oslo norwegian",
        "brazil brasilia brazilian",
        "mexico mexican",
        "vietnam hanoi vietnamese",
        "philippines manila philippine",
        "indonesia jakarta indonesian",
        "pakistan islamabad pakistani",
    )
    for word in names.split()
}

_MARKS = "\u064b-\u0652\u0900-\u0903\u093a-\u094f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"  # vowels on a letter
_WORD = re.compile(rf"[^\W_](?:[^\W_]|[{_MARKS}])*")
_POSSESSIVE = re.compile(r"['’]s?\b")
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
_ENDING = re.compile(r"(?:ing|ed|es|s|e)$")
_SHORTEST_STEM = 3


def language(text: str) -> str:
    """Guess the language of `text` as an ISO 639-1 code; "en" without other evidence."""
    sample = text[:2_000]
    for code, script in _SCRIPTS:
        if 5 * len(script.findall(sample)) > len(sample):
            return code
    words = _WORD.findall(sample.lower())
    return max(_FUNCTION_WORDS, key=lambda code: sum(map(_FUNCTION_WORDS[code].__contains__, words)))


def is_function_word(word: str, code: str) -> bool:
    """Return whether a word in lower case only holds a sentence together in the language `code`."""
    return word in _FUNCTION_WORDS.get(code, _FUNCTION_WORDS["en"])


def stems(text: str, code: str) -> frozenset[str]:
    """Return the content words of `text`, without endings; pairs of characters in scripts without spaces."""
    found: set[str] = set()
    ignored = _FUNCTION_WORDS.get(code, _FUNCTION_WORDS["en"])
    for word in _WORD.findall(_POSSESSIVE.sub("", text)):
        lower = word.lower()
        if _UNSPACED.match(word):
            found.update(left + right for left, right in pairwise(word))
        elif len(word) > 1 and lower not in ignored and (lower != "us" or word == "US"):
            found.add(_stem(lower))
    return frozenset(found)


def countries(text: str, code: str) -> frozenset[str]:
    """Return the countries that an English text names, also by their capital or their people: "@japan"."""
    if code != "en":
        return frozenset()
    words = (word.lower() for word in _WORD.findall(text) if word[0].isupper())
    return frozenset(f"@{_COUNTRIES[word]}" for word in words if word in _COUNTRIES)


def _stem(word: str) -> str:
    """Cut the commonest endings, so that bans, banned and banning are equal: crude, but good enough."""
    stem = _ENDING.sub("", word)
    if len(stem) < _SHORTEST_STEM:
        return word
    return stem[:-1] if len(stem) > _SHORTEST_STEM and stem[-1] == stem[-2] else stem
