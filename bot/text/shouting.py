"""Sets the opening of a text that is printed in CAPITALS, as a drop cap's line often is, in sentence case.

Capitals do not tell a name (BYTEDANCE) or an acronym (FCC) from a word. So the rest of the text is asked how
it writes each word. Where one word cannot be decided, all of the opening stays as it is.
"""
# ruff: noqa: RUF001  (the typographic apostrophe)

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.text.languages import is_function_word


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class ShoutingLimits:
    """How long something must be to be told apart."""

    run: int = 2  # words; one alone is an acronym
    acronym: int = 4  # letters, at most, of one that the text has in small letters too: US, us
    ending: int = 6  # letters of a word whose ending says that it is no name
    root: int = 5  # letters that words of a family share


_LIMITS = ShoutingLimits()
_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ACRONYM = re.compile(r"[A-Z]{2}|[B-DF-HJ-NP-TV-Z]{3}")  # what looks like one, not being a common word
_SUFFIX = re.compile(
    r"(?:TION|SION|MENT|NESS|ING|LY|ANCE|ENCE|ITY|SHIP|ABLE|IBLE|IVE|OUS|FUL|LESS|ISM|IZED|ISED|TED|NED|RED|ICAL)S?$"
)
# Common words that a short text may use in its opening alone.
_COMMON = _words(
    """able above across age agency ago agree agreement air alive almost along already always amid among
    analyst analysts angry announced another appear appears army around arrival artist artists ask
    attack attacks award awards away back bad ban bank bankers banks bans became become beer began begin
    beginning best better big bill billion black blue board bonds book books border borders born both
    bought bread bridge bridges brother brought budget build built bus business busy buy cabinet call
    came car cargo cars case cases caught center centre certainly chance change chief children chip
    chips church city clearly climate close closing closure coach coal coalition coffee cold collapse
    come coming commission committee companies company computer computers consumer consumers control
    controls corner cost council country court crisis critics crop crops currency customer customers cut
    dark data daughter day days dead deadline deal deals death debt debts decade decades decision
    decrease departure diplomat diplomats director disease doctor doctors dollar dollars door driven
    drop drought early earth east economy edge election elections emissions empty end ending energy
    euros ever every executive expected export exports face factories factory fall family far farmer
    farmers father federal fell fight film films final find fire firm first fish five flood food force
    foreign forest former found four free friend friends front full further future game games gas get
    given global go good government grain great green grey group growth had half hand happy hard harvest
    head health heart heat held help here herself high himself history hit home hope hospital hospitals
    hour hours house housing hundred husband ice idea ideas import imports increase indeed industry
    inflation inside instead insure interest investor investors island islands job join judge keep kept
    key kind king know known lack land large largest last late later latest launch law leader leaders
    leading least leave left less let library life light like likely line little loan loans local long
    look looks losses lost lot machine machines made major make man market match matter maybe mayor
    meeting men met middle migrants military milk million mine mines minister ministers ministry model
    models money month months moon morning mother mountain museum national navy nearly need neighbour
    neighbours network networks never new news next night north note nothing nuclear number numbers
    nurse nurses office official officials often oil old once one online open opening order others
    ourselves owner page paid parent parents parliament part party past peace people percent perhaps
    person phone phones place plan plane planes plans play player players point police policy political
    poor port ports pounds power president pressure price prices prime prison private prize problem
    profit profits public put quarter question quick quiet quite rain rarely ready real reason record
    records red refugees release remain remains rent report reports research response rest result return
    rice right rise risk river rivers road roads room rose round row rule rules run said sale sanction
    sanctions school science scientists sea season second secretary security seem seems seen senior
    sense sent set seven share shares ship ships short show shown shows side sign since sister six sky
    small snow social software sold soldier soldiers son song songs soon south special spent spring
    staff star start state states steel still stock stocks stood stop storm story street strike strong
    student students studies study success summer summit sun support surely system take taken talk talks
    tariff tariffs taught tax taxes tea teacher teachers team teams ten test thanks themselves thing
    things think third thought thousand thousands three time times tired today together told tomorrow
    tonight took top town trade trader traders train trains treaty trial troops turn two understood
    union university used usually vaccine valley view views virus visit vote voter voters wage wages
    want war warning water way weather week weekend weeks well west wheat white wife wind wine winner
    winners winter woman women won word words work worker workers world worst writer writers written
    year years yellow yesterday young yourself"""
)


def unshouted(text: str, rest: Iterable[str], title: str, code: str) -> str:
    """Return `text` with a shouted opening in sentence case, or unchanged where that is not safe.

    `rest`: other texts of the post, which show how its author writes a word. `title`: of the post.
    """
    run = _opening(text)
    if len(run) < _LIMITS.run or all(len(word[0]) == 1 for word in run):
        return text
    body = [text[run[-1].end() :], *rest]
    forms = [_form(word[0], body, title, code) for word in run]
    if not any(form.islower() for form in forms) or "" in forms:
        return text
    changed = text
    for word, form in reversed(list(zip(run, forms, strict=True))):
        changed = changed[: word.start()] + form + changed[word.end() :]
    at = run[0].start()
    return changed if not forms[0].islower() else changed[:at] + changed[at].upper() + changed[at + 1 :]


def _opening(text: str) -> list[re.Match[str]]:
    """Return the words at the start of a text up to the first that is not in capitals."""
    found: list[re.Match[str]] = []
    for word in _LETTERS.finditer(text):
        bare = word[0].removesuffix("'s").removesuffix("’s")
        if bare != bare.upper() or bare == bare.lower():
            break
        found.append(word)
    return found


def _form(word: str, body: Sequence[str], title: str, code: str) -> str:
    """Return how a word in capitals is written elsewhere; "" where that cannot be told."""
    bare = re.sub(r"['’][Ss]$", "", word)
    if bare == "I":
        return word
    form = _by_lists(bare, code, function=True) or _by_text(bare, body, title)
    form = form or _by_lists(bare, code, function=False)
    return form + word[len(bare) :].lower() if form else ""


def _by_text(word: str, body: Sequence[str], title: str) -> str:
    """Return how the post writes a word elsewhere, "" where it does not."""
    seen = _seen(word, body)
    if seen or (word in _LETTERS.findall(title) and title != title.upper()):
        return seen or word
    if in_title := _in_title(word, title):
        return in_title
    if _has_relative(word, body):
        return word.lower()
    return word.title() if _is_always_capital(word, body, title) else ""


def _by_lists(word: str, code: str, *, function: bool) -> str:
    """Return the form of a function word, or else of a common English word or what looks like an acronym."""
    lower = word.lower()
    if function:
        return lower if is_function_word(lower, code) else ""
    if code == "en" and (lower in _COMMON or (len(word) >= _LIMITS.ending and _SUFFIX.search(word))):
        return lower
    return word if _ACRONYM.fullmatch(word) else ""


def _has_relative(word: str, body: Sequence[str]) -> bool:
    """Return whether a word in small letters is of its family: insurer tells that INSURE is no name."""
    root = re.escape(word.lower()[: _LIMITS.root])
    whole = rf"{root}\w*" if len(word) >= _LIMITS.root else rf"{root}s?"
    return any(re.search(rf"(?<![\w-]){whole}\b", text) for text in body)


def _is_always_capital(word: str, body: Sequence[str], title: str) -> bool:
    """Return whether a word has a capital in the title and at the start of a sentence: a name."""
    opening = re.compile(rf"(?:^|[.!?] ){word.title()}\b")
    return word.title() in _LETTERS.findall(title) and any(opening.search(text) for text in body)


def _seen(word: str, body: Sequence[str]) -> str:
    """Return the form in which a word stands inside sentences; small letters win over a capital."""
    pattern = re.compile(rf"(?<![\w]){re.escape(word)}(?!\w)", re.IGNORECASE)
    forms: list[str] = []
    for text in body:
        for match in pattern.finditer(text):
            opens = match.start() == 0 or text[: match.start()].rstrip()[-1:] in '.!?“"‘:'
            if not opens or not match[0].istitle():
                forms.append(match[0])
    if word in forms and len(word) <= _LIMITS.acronym:
        return word
    return next((form for form in forms if form.islower()), forms[0] if forms else "")


def _in_title(word: str, title: str) -> str:
    """Return a form that is no mere capital of a title: ByteDance, or a name among small words."""
    words: list[str] = _LETTERS.findall(title)
    sentence_case = sum(one.islower() for one in words) > len(words) / 2
    for place, one in enumerate(words):
        if one.lower() == word.lower() and (
            not (one.istitle() or one.islower()) or (sentence_case and place)
        ):
            return one
    return ""
