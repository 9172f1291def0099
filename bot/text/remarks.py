"""Recognises sentences and paragraphs about the post or its author, or away from the subject."""
# ruff: noqa: RUF001  (typographic quotes and foreign marks and letters are what these patterns match)

from __future__ import annotations

import re

from bot.text.sentences import without_quotations

_SIDE_ISSUE = re.compile(
    r"(?:Separately|As an aside|An aside|Incidentally|On another front|Meanwhile|Elsewhere|By the way"
    r"|In other news)\b"
)
_AUTHOR = re.compile(
    r"(?<!by )(?<!told )(?<!with )\b(?:[Tt]his|[Yy]our) (?:humble )?"
    r"(?:[Bb]ystander|[Bb]log(?:ger)?|writer|author|correspondent|columnist|observer|reporter)\b"
)
_SINGULAR = frozenset(["I", "Me", "me", "My", "my"])  # also in "I've"
_FIRST_PERSON = _SINGULAR | frozenset(["We", "we", "Our", "our", "us"])
_WORD = re.compile(r"\w+")
_ANNOUNCES = re.compile(
    r"\b(?:announc\w+|launch\w*|introduc\w+|releas\w+|unveil\w*|open-sourc\w+|remind\w*|(?:happy|excited|proud|pleased|thrilled"
    r"|delighted|sorry) to)\b",
    re.IGNORECASE,
)
# What is said to readers at the end of an announcement, not about its subject.
_SERVICE = re.compile(
    r"""\W{0,20} (?: (?: as\ always | in\ the\ meantime | finally ) ,\ )? (?:
        if\ you\ (?: have\ (?: any\ )? (?: questions? | feedback | comments? | ideas? ) | need\ help
          | (?: would | ['’]d )\ like\ to )
      | if\ you['’]d\ like\ to | please\ (?: be\ sure | see | contact | visit | let | feel | refer | check
        | note\ that\ we | post | read )
      | (?: be\ sure\ to\ )? (?: also\ )? check\ (?: it\ )? out | get\ started | stay\ tuned | feel\ free
        | let\ us\ know | let\ me\ know
      | contact\ us | thank\ you | thanks | click | tap | learn\ more | find\ out\ more
        | for\ more\ (?: information | details )
      | see\ (?: the | our | also | you ) | we\ (?: look | hope ) | don['’]t\ forget | tell\ us
        | watch\ (?: the | this ) | listen\ to
      | wenn\ (?: ihr | sie | du )\ (?: fragen | wünsche | feedback ) | schickt\ uns | schreibt\ uns
        | eue?r\ feedback | viel\ spaß
      | grüße\ gehen | wenn\ (?: ihr | du )\b .* \b(?: schickt? | schreibt? | erzählt? | meldet | melde )\b
        | bei\ fragen | wir\ freuen\ uns | weitere\ informationen | mehr\ (?: infos? | informationen )
      | si\ vous\ avez\ des\ questions | n['’]hésitez\ pas | pour\ (?: plus | en\ savoir ) | retrouvez
        | cliquez | bonne\ (?: lecture | écoute )
      | si\ tien(?: es | e )\ (?: preguntas | dudas ) | no\ dudes | para\ más\ información | haz\ clic
        | más\ información
      | se\ (?: você\ )? tiver | para\ mais\ informações | clique | saiba\ mais | boa\ leitura
      | se\ ave?te\ domande | se\ hai\ domande | non\ esitat?e | per\ (?: maggiori
        | ulteriori )\ informazioni | buona\ (?: lettura | visione )
      | (?: als | heb )\ je\ vragen | voor\ meer\ informatie | meer\ (?: weten | informatie ) | klik
      | jeśli\ masz\ pytania | więcej\ informacji | kliknij | если\ у\ вас | подробнее | пишите
        | приятного )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_QUESTION_MARKS, _CLOSERS = frozenset("?？؟"), "\"'”’»」』)）]"
_NOTE = re.compile(
    r"\W{0,20}(?:corrections?|clarification|note|editor['’]s note|disclosure|disclaimer|p\.?s\.?)\s*:",
    re.IGNORECASE,
)
_BIOGRAPHY = re.compile(
    r"\W{0,20}[A-Z][\w.'’ -]{2,60} (?:is|was|writes|covers|reports)\b.{0,120}"
    r"\b(?:reporter|journalist|columnist|correspondent|contributor|freelance|writer|fellow|editor|author)\b"
)
_NAME = re.compile(r"(?<=[^.!?] )[\"'“‘(]?(?:[A-Z][\w’'-]*|\d[\d.,]*)")
_BRACKETED = re.compile(r"[(\[](?:update|correction)[^)\]]{0,20}?:?\s([^)\]]{1,300})[)\]]", re.IGNORECASE)
_NOT_BUT = re.compile(r"\b(?:not|instead of|rather than)\s+(?:on\s|in\s|at\s|the\s|an?\s)*([\w.,%-]*\w)")
# Words of an update that takes back what was told, by their stems; in the commonest languages.
_REVERSED = re.compile(
    r"\b(?:cancel|postpon|delay|extend|withdr[ae]w|reverse[sd]?\b|retract|den(?:y|ie[sd])\b|no longer|not\b"
    r"|wrong|incorrect|mistak|error|overturn|suspend|lifted\b|dropped\b|moved to\b|abandon|scrapp"
    r"|call(?:ed)? off|back to normal|resolved\b|fixed\b"
    r"|restored\b|reopened\b|is over\b|has ended\b|died\b|rescheduled"
    r"|block(?:ed|s)\b|instead\b|refut|resign|abgesagt|verschoben|verlängert|zurückgezogen|falsch|annulé"
    r"|reporté|démenti|cancelad|aplazad|desment|adiad|annullat|rinviat|smentit|geannuleerd|uitgesteld"
    r"|odwołan|przełożon|отмен|перенес|опроверг)",
    re.IGNORECASE,
)
# A short sentence that takes back the one before it.
_CONTRADICTS = re.compile(
    r"(?:It|They|That|This|Both) (?:had|has|have|was|were|is|are|did|does|do) not[.!]"
    r"|(?:It|That|This|They|The (?:\w+ )?(?:reports?|claims?|story|stories|rumou?rs?|posts?|statements?)) "
    r"(?:is|was|are|were) (?:\w+ )?(?:wrong|false|untrue|not true|incorrect|a hoax|fake|fabricated)\b"
    r"|The (?:\w+ ){1,2}(?:was|were|has been|have been) "
    r"(?:lifted|withdrawn|scrapped|revoked|reversed|cancell?ed|called off)\b"
    r"|(?:\w+ ){1,4}says? (?:that )?(?:it|they) (?:is not|are not|has no|have no|had no)\b"
    r"|Just (?:kidding|joking)\b"
)
_LONGEST_CONTRADICTION = 80  # characters


def is_side_issue(text: str) -> bool:
    """Return whether a sentence announces a change of subject ("Separately, ...")."""
    return _SIDE_ISSUE.match(text) is not None


def is_question(text: str) -> bool:
    """Return whether a sentence ends with a question mark, quoted or not."""
    return text.removesuffix("\n").rstrip(_CLOSERS)[-1:] in _QUESTION_MARKS


def is_note(text: str) -> bool:
    """Return whether a paragraph is a remark about the post ("Correction: ..."), not part of it."""
    return _NOTE.match(text) is not None


def is_biography(text: str) -> bool:
    """Return whether a paragraph reads like a line that introduces the author."""
    return _BIOGRAPHY.match(text) is not None


def names_author(text: str) -> bool:
    """Return whether the authors refer to themselves in the third person ("this Bystander")."""
    return ("his " in text or "our " in text) and _AUTHOR.search(text) is not None


def is_first_person(text: str) -> bool:
    """Return whether a sentence uses the first person outside quotations."""
    return not _FIRST_PERSON.isdisjoint(_WORD.findall(without_quotations(text)))


def is_singular_person(text: str) -> bool:
    """Return whether a sentence says "I" or "my" outside quotations."""
    return not _SINGULAR.isdisjoint(_WORD.findall(without_quotations(text)))


def announces(text: str) -> bool:
    """Return whether a sentence tells news, also where its author says "we": "We are happy to announce"."""
    return _ANNOUNCES.search(text) is not None


def is_service(text: str) -> bool:
    """Return whether a sentence tells readers what to do next: ask, click, come back."""
    return _SERVICE.match(text) is not None


def count_names(text: str) -> int:
    """Return the number of capitalised words and numbers in a sentence, except its first word."""
    return len(_NAME.findall(text))


def bracketed_update(text: str) -> str:
    """Return what the first "(update: ...)" or "[correction: ...]" inside a text says, "" without one."""
    match = _BRACKETED.search(text)
    return match[1] if match else ""


def takes_back(text: str) -> bool:
    """Return whether an update says that something told before has changed: cancelled, delayed, denied."""
    return _REVERSED.search(text) is not None


def contradicts(text: str) -> bool:
    """Return whether an English sentence takes back the one before it: "The reports were false."."""
    return len(text) <= _LONGEST_CONTRADICTION and _CONTRADICTS.match(text) is not None


def denied(text: str) -> frozenset[str]:
    """Return the words that a correction declares wrong: "Monday" in "on Wednesday, not Monday"."""
    return frozenset(_NOT_BUT.findall(text))
