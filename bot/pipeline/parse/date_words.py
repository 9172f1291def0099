"""Words that occur in dates: months, weekdays, halves of the day and zones. All are in lower case."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def _numbered(first: int, *rows: str) -> dict[str, int]:
    """Return the words with their place in their row; a row is one spelling of the whole series."""
    return {name: number for row in rows for number, name in enumerate(row.split(), first)}


# In the languages of blogs, in full and in short forms.
MONTHS = _numbered(
    1,
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "jan febr mrz apr mai juni juli aug sept okt nov dez",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "jänner feb mär apr mai jun jul aug sep oct nov déc",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "janv févr mar avr mai juin juil aoû sep oct nov déc",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ene feb mar abr may jun jul ago set oct nov dic",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "gen feb mar apr mag giu lug ago set ott nov dic",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "jan fev mar abr mai jun jul ago set out nov dez",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "jan feb mrt apr maj jun jul aug sep okt nov dec",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "янв фев мар апр май июн июл авг сен окт ноя дек",
)
WEEKDAYS = _numbered(
    0,
    "monday tuesday wednesday thursday friday saturday sunday",
    "mon tue wed thu fri sat sun",
    "mon tues weds thur fri sat sun",
    "mon tue wed thurs fri sat sun",
    "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "mo di mi do fr sa so",
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "lun mar mer jeu ven sam dim",
    "lunes martes miércoles jueves viernes sábado domingo",
    "lun mar mié jue vie sáb dom",
    "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "lun mar mer gio ven sab dom",
    "seg ter qua qui sex sáb dom",
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "ma di wo do vr za zo",
    "понедельник вторник среда четверг пятница суббота воскресенье",
    "пн вт ср чт пт сб вс",  # noqa: RUF001  Cyrillic
)
WEEKDAY_SIGNS = _numbered(
    0, "一 二 三 四 五 六 日", "一 二 三 四 五 六 天", "月 火 水 木 金 土 日", "월 화 수 목 금 토 일"
)
_FILLERS = "at um uhr kl klo le el of de del den à às alle a las г в"  # noqa: RUF001  Cyrillic
FILLERS = frozenset(_FILLERS.split())
HALVES = {  # half of the day, as printed before the time -> whether it is the second half
    **dict.fromkeys(("上午", "午前", "오전", "凌晨", "早上", "am"), False),
    **dict.fromkeys(("下午", "午後", "오후", "晚上", "pm"), True),
}

# Minutes east of UTC. An ambiguous name has its meaning in RFC 5322, else that of the most populous zone.
# North Americans use the two-letter names ("et") all year round, so those follow daylight saving time.
_ZONES = dict.fromkeys(["z", "utc", "gmt", "ut", "wet"], 0) | {
    name: int(minutes)
    for name, minutes in re.findall(
        r"(\w+) ([+-]\d+)",
        """est -300 edt -240 cst -360 cdt -300 mst -420 mdt -360 pst -480 pdt -420 akst -540 akdt -480
        hst -600 ast -240 adt -180 nst -210 ndt -150 brt -180 art -180
        bst +60 west +60 cet +60 met +60 mez +60 cest +120 mest +120 mesz +120 eet +120 eest +180 msk +180
        trt +180 wat +60 cat +120 sast +120 eat +180 gst +240 pkt +300 ist +330 npt +345
        ict +420 wib +420 wita +480 wit +540 hkt +480 sgt +480 pht +480 myt +480 jst +540 kst +540
        awst +480 acst +570 acdt +630 aest +600 aedt +660 nzst +720 nzdt +780""",
    )
}
_PLACES = {
    "et": "America/New_York",
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
}
ZONE_NAMES = tuple(sorted({**_ZONES, **_PLACES}, key=len, reverse=True))


def zone_named(name: str) -> tzinfo | None:
    """Return the zone of a name, None for an unknown one."""
    if name in _ZONES:
        return timezone(timedelta(minutes=_ZONES[name])) if _ZONES[name] else UTC
    try:
        return ZoneInfo(_PLACES[name])
    except (KeyError, ZoneInfoNotFoundError, OSError):
        return None
