"""Sets the opening of a text that is printed in CAPITALS, as a drop cap's line often is, in sentence case.

Capitals do not tell a name (BYTEDANCE) or an acronym (FCC) from a word. So the rest of the text is asked how
it writes each word. Where one word cannot be decided, all of the opening stays as it is.
"""
# ruff: noqa: RUF001  (the typographic apostrophe)

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.text.languages import is_function_word


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SHORTEST_RUN = 2  # words; one alone is an acronym
_LONGEST_ACRONYM = 4  # letters of one that the text has in small letters too: US, us
_ACRONYM = re.compile(r"[A-Z]{2}|[B-DF-HJ-NP-TV-Z]{3}")  # what looks like one, not being a common word
_SUFFIX = re.compile(
    r"(?:TION|SION|MENT|NESS|ING|LY|ANCE|ENCE|ITY|SHIP|ABLE|IBLE|IVE|OUS|FUL|LESS|ISM|IZED|ISED|TED|NED|RED|ICAL)S?$"
)
_LONG_ENOUGH = 6  # letters of a word whose ending says that it is no name
# Common words that a short text may use in its opening alone.
_COMMON = _words(
    """able above across age ago agree air almost along already always amid among announced another around
    ask away back bad ban bank bans began begin best better big bill billion board book border both
    build business buy call came case cases chance change chief children city close come coming company
    control cost country court crisis day days deal deadline death decade decades decision director
    doctor dollar door early east economy election end energy ever every executive expected face fall
    family far federal fight final find firm first five food force foreign former four free full further
    future game gas get given global go good government great group growth had half hand hard head
    health help here high history home hope hour hours house hundred idea industry inside interest job
    join judge keep key kind king know land large largest last late later latest law leader leaders
    leading least leave left less let life like line little local long look lost lot made major make man
    market matter maybe meeting men middle military million minister money month months morning national
    nearly need never new news next night north note nothing nuclear number office official officials
    oil old once one online open order others owner page part party past people percent person place
    plan plans play point police policy political poor power president pressure price prices prime
    prison private problem public put question quarter quick quite ready real reason record red release
    report reports response rest result right rise risk road room round row rule rules run said sale
    school sea season second secretary security senior set seven share shares short show shows side sign
    since six small social soon south special spring staff start state states still stock stop story
    street strike strong success summer support system take talk talks tax ten test thanks thing things
    think third thought thousand thousands three time times today together tomorrow tonight took top
    town trade trial troops turn two union used visit vote want war warning water way week weekend weeks
    well west winter woman women word words work workers world worst year years yesterday young"""
)


def unshouted(text: str, rest: Iterable[str], title: str, code: str) -> str:
    """Return `text` with a shouted opening in sentence case, or unchanged where that is not safe.

    `rest`: other texts of the post, which show how its author writes a word. `title`: of the post.
    """
    run = _opening(text)
    if len(run) < _SHORTEST_RUN or all(len(word[0]) == 1 for word in run):
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
    while found and len(found[-1][0]) == 1 and found[-1][0] != "I":
        found.pop()  # the article that opens the words in small letters
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
    return word.title() if _is_always_capital(word, body, title) else ""


def _by_lists(word: str, code: str, *, function: bool) -> str:
    """Return the form of a function word, or else of a common English word or what looks like an acronym."""
    lower = word.lower()
    if function:
        return lower if is_function_word(lower, code) else ""
    if code == "en" and (lower in _COMMON or (len(word) >= _LONG_ENOUGH and _SUFFIX.search(word))):
        return lower
    return word if _ACRONYM.fullmatch(word) else ""


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
    if word in forms and len(word) <= _LONGEST_ACRONYM:
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
