"""Finds what an English sentence takes to be known already: "the deal", "the US giant", "he".

Without a grammar, by lists of the commonest words for things and people. There are none for other languages.
"""
# ruff: noqa: RUF001  (typographic quotes are what these patterns match)

from __future__ import annotations

import re
from collections.abc import Container

from bot.text.languages import stems
from bot.text.sentences import without_quotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A company or person whose name the writer takes to be known by now.
_ROLE = (
    r"(?:giant|group|company|companies|firms?|maker|manufacturer|carmaker|automaker|airline|carrier|retailer"
    r"|lender|insurer|supplier|operator|start-?up|conglomerate|utility|publisher|tycoon|billionaire|magnate"
    r"|founder|boss|leader|politician|lawmaker|senator|minister|president|chancellor|author|artist|singer"
    r"|actor|actress|striker|native|star|veteran|man|woman|boy|girl|couple|duo|pair|quartet|trio|suspect"
    r"|victim|researchers?|scientists?|professor|team|app|platform|device|plant)"
)
_INTRODUCED = r"(?:(?:In|On|At|By|After|Since|From|For|Last|Earlier|Today|Now)\b[^,“”]{0,40}, )?"
_DEFINITE = re.compile(rf"{_INTRODUCED}[Tt]he ((?:[\w’'.-]+ ){{1,6}})(?=([\w’'“‘.-]*))")
_NAMED_ROLE = re.compile(rf"(?:[\w’'-]+ ){{0,3}}?{_ROLE},? (?=[A-Z])")
_ROLE_WORD = re.compile(rf"(?:[\w’'.-]+ ){{0,3}}?{_ROLE}\b")
# Words before which a noun of its own may stand: they say which one is meant.
_COMPLEMENT = _words("of for on in between that which who whose to about")
_DETERMINER = _words("the a an its his her their this these any all some no every each")
_VERB = re.compile(
    r",|\b(?:is|are|was|were|will|would|has|have|had|can|could|may|might|must|shall|should|says?|said|does|did)\b"
)
_VAGUE = _words(
    """new latest first last same other next big main current former own whole only recent entire"""
)
# Of these there is one, or which one is meant is known to all.
_KNOWN = _words(
    """government world internet economy public media police weather sun sea moon state country president
    united european american british chinese german french russian north south east west number rest
    fact idea past future best worst most more only first last majority end beginning"""
)
# These begin with a letter, and look at what is before it afterwards: so they find their places faster.
# What was told before, taken up as a whole: "Microsoft is proceeding with the deal".
_TAKEN_UP = re.compile(
    r"[Tt](?<!\w[Tt])h(?:e|is|at) (?:[a-z]+ ){0,2}?(deal|move|decision|plan|ban|order|ruling|proposal"
    r"|transaction|agreement|law|bill"
    r"|case|talks|report|measures?|announcement|findings?|incident|attack|rules?|restrictions|exercise|sale|merger"
    r"|takeover|project|programme|program|scheme|vote|strike|protests?|dispute|crisis|trial|verdict|app|firm|company"
    r"|companies|film|book|song|device|bug|flaw|patch|change|feature)s?\b"
    r"(?! (?:of|to|for|that|which|in|on|with|between|by|from|against|at|over|about|he|she|it|they|we)\b"
    r"| [A-Z])"
)
_PRONOUN = re.compile(r"\b(?:he|she|his|him|her|hers)\b")
_PERSON = re.compile(
    r"\b(?:who|whose|man|woman|boy|girl|person|someone|anyone|everyone|nobody|minister|president|chancellor|mayor|king|queen"
    r"|prince|princess|senator|governor|judge|general|captain|doctor|teacher|student|writer|author|artist|singer|actor"
    r"|director|manager|chief|leader|founder|owner|officer|driver|farmer|worker|lawyer|reporter|journalist|professor"
    r"|researcher|scientist|player|coach|mother|father|wife|husband|son|daughter|brother|sister|friend|child|patient"
    r"|spokesman|spokeswoman|candidate|chairman|chairwoman|executive|widow|pope|bishop|suspect|victim)\b"
)
_CAPITALS = re.compile(r"[A-Z](?<!\w[A-Z])[\w’'-]*(?: (?:[A-Z][\w’'-]*|of|the))*")
_BODY = re.compile(
    r"\b(?:Army|Party|Commission|Committee|Council|Ministry|Department|Bank|House|Court|Union|Agency|Congress|Parliament"
    r"|Senate|University|Institute|Company|Group|States|Kingdom|Republic|Front|Navy|Force|Act|Law|Times|Post|News)\b"
)
_NO_NAME = re.compile(
    r"[A-Z]{2,}$|[A-Z][a-z]+ing$|(?:The|A|An|In|On|At|For|With|By|After|Before|As|When|While|If|It)$"
)
# By the second of two such words a writer takes up the first. Stems.
_ALIKE = tuple(
    frozenset(words.split())
    for words in (
        "rul regulation law order decre measur guidelin legislation act bill",
        "ban prohibition prohibit bar block barr outlaw forbid restriction restrict curb limit",
        "deal agreement agre pact accord contract treaty settlement merger takeover acquisition acquir buy",
        "compan firm group maker",
        "strik walkout stoppag",
        "poll survey study trial report research",
        "vot election ballot referendum",
        "attack bomb strik raid assault shoot",
        "quak earthquak tremor",
        "fir blaz wildfir",
        "storm hurrican typhoon cyclon flood",
        "ruling verdict judgment decision rul",
        "plan propos proposal project schem programm program",
        "app platform softwar tool servic",
        "sanction punish penalt",
        "judg court tribunal justic",
        "protest demonstration march rally",
    )
)
_THERE = re.compile(
    r"\bthere\b(?!['’]s|[ ,](?:is|are|was|were|has|have|had|will|would|may|might|must|can|could|should"
    r"|remain|seem|appear|exist|to be|being))"
)
_PLACE = re.compile(r"\b(?:in|at|to|from|on|near|of|where)\b")
_CHUNK = re.compile(
    r"[Tt](?<!\w[Tt])he ((?:(?!(?:of|in|on|to|for|and|or|that|who|which|with|from|by|at|as|is|are|was|were"
    r"|has|have|had|will|would)\b)"
    r"[a-z][a-z’'-]+ ?){1,3})"
)
_FULL_NAME = re.compile(r"[A-Z](?<!\w[A-Z])[\w’'-]+ (?:[A-Z]\. |[a-z]{2,3} )?([A-Z][a-z][\w-]+)\b(?! [A-Z])")
_NAME_OR_NOT = re.compile(r"[\w’'-]+|[^\w\s]")
_RANKED = _words("first second third last only best worst largest biggest highest lowest most")


def names_role(text: str) -> bool:
    """Return whether an English sentence opens with a description in place of a name: "The US giant is"."""
    match = _DEFINITE.match(text)
    return (
        match is not None
        and _ROLE_WORD.match(match[1]) is not None
        and not _NAMED_ROLE.match(text[match.start(1) :])
    )


def has_loose_pronoun(text: str) -> bool:
    """Return whether an English sentence says "he" or "her" before it has named or described anybody."""
    plain = without_quotations(text)
    match = _PRONOUN.search(plain)
    if match is None:
        return False
    before = plain[: match.start()]
    named = (
        found[0].removesuffix(" the").removesuffix(" of")
        for found in _CAPITALS.finditer(before)
        if not _BODY.search(found[0])
    )
    return not _PERSON.search(before) and all(_NO_NAME.match(name) for name in named)


def taken_up(text: str, used: Container[str] = ()) -> list[frozenset[str]]:
    """Return the words for things that an English sentence takes to be told: "the deal", "the ruling".

    Without those that it has introduced itself. `used`: the stems of what stands before it in its text; a
    company that is among them is not the one that the sentence names.
    """
    return [
        _with_alike(words)
        for found in _TAKEN_UP.finditer(text)
        if (words := stems(found[1], "en"))
        and not _is_introduced(found[1], text[: found.start()], named=not any(word in used for word in words))
    ]


def presupposed(text: str) -> frozenset[str]:
    """Return the words that an opening like "The deal ..." takes to be known; empty for other openings.

    Empty as well for names ("The Financial Times"), and for what says itself which one is meant ("The last
    coal mine of Norway"). English only.
    """
    match = _DEFINITE.match(text)
    if match is None:
        return frozenset()
    words = match[1].split()
    if words[0][0].isupper() and not names_role(text):
        return frozenset()
    plain = [word for word in words if word[0].islower()]
    for place, word in enumerate(plain):
        if word in _COMPLEMENT and place:
            rest = _VERB.split(text[match.start(1) :], maxsplit=1)[0]
            if re.search(r"[A-Z\d]", rest) or plain[0] in _RANKED:
                return frozenset()
            plain = plain[:place]
            break
        if word in _DETERMINER:
            plain = plain[: max(1, place - 1)]  # the word before it is the verb
            break
    nouns = [word for word in plain if word not in _VAGUE][:2]
    if not nouns or nouns[0] in _KNOWN:
        return frozenset()
    return _with_alike(stems(" ".join(nouns), "en"))


def _with_alike(words: frozenset[str]) -> frozenset[str]:
    """Add the words that a text may have used before for the same thing."""
    return words.union(*(group for group in _ALIKE if words & group))


def points_there(text: str) -> bool:
    """Return whether an English sentence says "there" of a place that it has not named."""
    match = _THERE.search(without_quotations(text)) if "there" in text else None
    return match is not None and not _PLACE.search(text[: match.start()])


def definite_nouns(text: str) -> list[frozenset[str]]:
    """Return the content words of each "the ..." in an English sentence, except where there is only one."""
    chunks = ([word for word in match[1].split() if word not in _VAGUE] for match in _CHUNK.finditer(text))
    return [stems(" ".join(words), "en") for words in chunks if words and _KNOWN.isdisjoint(words)]


def full_names(text: str) -> frozenset[str]:
    """Return the last words of names of two words and more: Nadella of "Satya Nadella"."""
    return frozenset(match[1] for match in _FULL_NAME.finditer(text))


def bare_names(text: str) -> frozenset[str]:
    """Return the words with a capital that stand alone, such as a surname without a first name."""
    words = ["", *_NAME_OR_NOT.findall(without_quotations(text)), ""]
    return frozenset(
        word.removesuffix("’s").removesuffix("'s")
        for before, word, after in zip(words, words[1:], words[2:], strict=False)
        if word[:1].isupper() and not before[:1].isupper() and not after[:1].isupper()
    )


def _is_introduced(thing: str, before: str, *, named: bool) -> bool:
    """Return whether a sentence has introduced a thing itself: "a deal", or a name for "the company"."""
    if (
        named
        and _ROLE_WORD.fullmatch(thing)
        and any(not _NO_NAME.match(name[0]) for name in _CAPITALS.finditer(before))
    ):
        return True
    return re.search(rf"\ban? (?:\w+ ){{0,3}}{thing}\b", before) is not None
