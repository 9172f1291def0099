"""Recognises what kind of post it is that a summary is wanted of. Each kind by its form, in any language."""

from __future__ import annotations

import re
from enum import Enum

from bot.pipeline.summarize.page import (
    Page,
    is_link_line,
    is_question_line,
    is_verse,
    labelled_lines,
    speaker,
    stamped_lines,
)
from bot.pipeline.summarize.settings import FORMS
from bot.text.html_blocks import Part


class Kind(Enum):
    """What a post is, as far as its summary has to know."""

    PROTECTED = "protected"
    LIVE = "live"
    EPISODE = "episode"
    EVENT = "event"
    POEM = "poem"
    RELEASE = "release"
    INTERVIEW = "interview"
    TABLE = "table"
    LIST = "list"
    PICTURE = "picture"
    LINK = "link"
    CODE = "code"
    PROSE = "prose"


_PROTECTED_TITLE = re.compile(
    r"(?:protected|private|geschützt|privat|protégé|privé|protegid[oa]|privad[oa]|protetto|privato|beveiligd"
    r"|zabezpieczone|prywatne|защищено|личное|受保护|密码保护|保護中|非公開|보호된 글|비공개"
    r"|محمي|خاص|מוגן|פרטי"
    r"|संरक्षित|เนื้อหาที่ได้รับการป้องกัน)\s?[:：]",  # noqa: RUF001
    re.IGNORECASE,
)
_EPISODE_TITLE = re.compile(
    r"(?:\b(?:episode|épisode|episodio|episódio|episod|ep\.?|folge|puntata|aflevering|odcinek|выпуск|эпизод|podcast|פרק"
    r"|الحلقة|एपिसोड)\s?(?:no\.?|nr\.?)?\s?#?\d+|^\W*#\d+\b|第\s?\d+\s?[回期集]|\d+\s?[회화]\b|ตอนที่\s?\d+|\(video\)|\bpodcast\b)",
    re.IGNORECASE,
)
_VERSION_TITLE = re.compile(
    r"\bv?\d+\.\d+(?:\.\d+)*(?:[-.]?(?:alpha|beta|rc)\.?\d*)?\b|\brelease notes\b", re.IGNORECASE
)
_CHANGE_HEADING = re.compile(
    r"\W*(?:added|changed|fixed|removed|deprecated|security|what['’]s (?:new|changed)|new features?|features"  # noqa: RUF001
    r"|improve(?:ments|d)|enhancements|bug ?fixes|fixes|breaking(?: changes)?|changes|changelog|upgrading"
    r"|neu|neuerungen|geändert|behoben|entfernt|nouveautés|corrections|novedades|correcciones|novidades)\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"when|date|time|starts?|wann|datum|zeit|beginn|termin|quand|horaires?|heure|cuándo|fecha|hora|horario|quando|data"
    r"|orario|wanneer|tijd|kiedy|termin|godzina|когда|дата|время|时间|時間|日期|日時|일시|날짜|시간|متى|التاريخ|الموعد"
    r"|מתי|תאריך|शाम|कब|तारीख|समय|วันที่|เวลา",
    re.IGNORECASE,
)
_WHERE = re.compile(
    r"where|venue|place|location|address|wo|ort|treffpunkt|où|lieu|adresse|dónde|lugar|dirección|onde|local|dove|luogo"
    r"|waar|locatie|plaats|gdzie|miejsce|где|место|地点|地點|場所|会場|장소|أين|المكان|איפה|מקום|कहाँ|कहां|स्थान|สถานที่",
    re.IGNORECASE,
)
_FACT = re.compile(
    r"guests?|with|length|duration|running time|runtime|host(?:s|ed by)?|gäste?|mit|dauer|länge|invités?"
    r"|durée"
    r"|invitad[oa]s?|duración|convidad[oa]s?|duração|ospit[ei]|durata|gast(?:en)?|duur|goś(?:cie|ć)|czas|гост[ьи]"
    r"|длительность|嘉宾|时长|ゲスト|再生時間|게스트|길이|الضيوف|الضيف|المدة|אורחים|משך|अतिथि|अवधि|แขกรับเชิญ|ความยาว",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"\W*(?:(?:the|my|our|top|die|les|los|las|os|as|i|le|de)\s)?(\w+)", re.IGNORECASE)
_NUMBERS = {
    word: number
    for number, words in enumerate(
        (
            "three drei trois tres três tre drie trzy три",
            "four vier quatre cuatro quatro quattro cztery четыре",
            "five fünf cinq cinco cinque vijf pięć пять",
            "six sechs seis sei zes sześć шесть",
            "seven sieben sept siete sete sette zeven siedem семь",
            "eight acht huit ocho oito otto osiem восемь",
            "nine neun neuf nueve nove negen dziewięć девять",
            "ten zehn dix diez dez dieci tien dziesięć десять",
        ),
        start=3,
    )
    for word in words.split()
}
_NUMBERED = re.compile(r"\W*\d{1,3}\s*[.):–-]\s")  # noqa: RUF001


def kind_of(page: Page) -> Kind:
    """Return the kind of a post: the first whose form it has; PROSE where it has none."""
    return next((kind for kind, is_kind in _RULES if is_kind(page)), Kind.PROSE)


def _is_protected(page: Page) -> bool:
    if any("post_password" in block.text for block in page.of(Part.FORM)):
        return True
    return _PROTECTED_TITLE.match(page.title) is not None and _size(page) + len(page.excerpt) < FORMS.little


def _is_live(page: Page) -> bool:
    stamps = stamped_lines(page)
    places = {stamp.place for stamp in stamps}
    minutes = [stamp.minutes for stamp in stamps]
    told = sum(len(stamp.rest) > FORMS.wordless or _is_heading(page, stamp.place) for stamp in stamps)
    return (
        len(places) >= FORMS.few
        and told > len(stamps) / 2
        and (
            minutes == sorted(minutes, reverse=True)
            or "live" in page.title.casefold()
            or all(_is_heading(page, place) for place in places)
        )
    )


def _is_heading(page: Page, place: int) -> bool:
    return page.blocks[place].part is Part.HEADING


def _is_episode(page: Page) -> bool:
    stamps = stamped_lines(page)
    minutes = [stamp.minutes for stamp in stamps]
    has_chapters = len(stamps) >= FORMS.few and minutes == sorted(minutes) and stamps[0].minutes < 10 * 60
    return has_chapters or _EPISODE_TITLE.search(page.title) is not None


def _is_event(page: Page) -> bool:
    labels = [label for label, _ in labelled_lines(page)]
    return any(map(_WHEN.fullmatch, labels)) and any(map(_WHERE.fullmatch, labels))


def _is_poem(page: Page) -> bool:
    verse = sum(len(block.text) for block in page.own if is_verse(block))
    return verse > _size(page) / 2


def _is_release(page: Page) -> bool:
    items = [block for block in page.prose if block.listed]
    headed = sum(_CHANGE_HEADING.match(block.text) is not None for block in page.of(Part.HEADING))
    return bool(items) and (
        headed > 1 or (_VERSION_TITLE.search(page.title) is not None and len(items) > headed)
    )


def _is_interview(page: Page) -> bool:
    if sum(map(is_question_line, page.blocks)) >= FORMS.few:
        return True
    voices = [name for block in page.own if (name := speaker(block))]
    questions = sum(is_question_line(block) for block in page.own)
    return questions > 1 or (len(voices) > FORMS.few and len(set(voices)) == 2)  # noqa: PLR2004 -- two who talk


def _is_table(page: Page) -> bool:
    rows = [row for row in page.of(Part.ROW) if len(row.lines) > 1]
    size = sum(len(row.text) for row in rows)
    return len(rows) >= FORMS.few and (_size(page) < FORMS.little or size > 2 * _size(page))


def _is_list(page: Page) -> bool:
    items = [block for block in page.own if block.listed]
    size = sum(len(block.text) for block in items)
    announced = _announced(page.title)
    if len(items) >= FORMS.few and (
        announced or (2 * size > _size(page) and _size(page) - size < FORMS.essay)
    ):
        return True
    headings = page.of(Part.HEADING)
    numbered = sum(_NUMBERED.match(block.text) is not None for block in headings)
    linked = sum(bool(block.links) for block in headings)
    return max(numbered, linked) >= FORMS.few or (
        announced >= FORMS.few and abs(announced - len(headings)) <= 1
    )


def _announced(title: str) -> int:
    """Return the number with which a title such as "5 Ways To ..." begins, 0 for others."""
    match = _ARTICLE.match(title)
    word = match[1].casefold() if match else ""
    return int(word) if word.isascii() and word.isdigit() and len(word) <= 2 else _NUMBERS.get(word, 0)  # noqa: PLR2004


def _is_picture(page: Page) -> bool:
    return bool(page.of(Part.PICTURE) or page.of(Part.CAPTION)) and _size(page) < FORMS.wordless


def _is_link(page: Page) -> bool:
    links = any(map(is_link_line, page.blocks))
    quotes = any(block.quoted for block in page.prose)
    return (links or quotes) and _size(page) < FORMS.little


def _is_code(page: Page) -> bool:
    return bool(page.of(Part.CODE)) and _size(page) < FORMS.little


def _size(page: Page) -> int:
    """Return the characters of the author's own prose."""
    return sum(len(block.text) for block in page.own)


_RULES = (
    (Kind.PROTECTED, _is_protected),
    (Kind.LIVE, _is_live),
    (Kind.EPISODE, _is_episode),
    (Kind.EVENT, _is_event),
    (Kind.POEM, _is_poem),
    (Kind.RELEASE, _is_release),
    (Kind.INTERVIEW, _is_interview),
    (Kind.TABLE, _is_table),
    (Kind.LIST, _is_list),
    (Kind.LINK, _is_link),
    (Kind.PICTURE, _is_picture),
    (Kind.CODE, _is_code),
)


def is_fact(label: str) -> bool:
    """Return whether a label of an episode is worth telling: its guests, its length."""
    return _FACT.fullmatch(label) is not None


def is_when_or_where(label: str) -> bool:
    """Return whether a label of an event says when or where it is."""
    return (_WHEN.fullmatch(label) or _WHERE.fullmatch(label)) is not None


def without_number(heading: str) -> str:
    """Return a heading such as "3. Water from below" without its number."""
    return _NUMBERED.sub("", heading, count=1)
