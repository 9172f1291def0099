"""A date counts only if the whole printed text is accounted for; else there is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pipeline.parse.dates import orders_of, read_date

SIX = datetime(2026, 11, 30, 6, tzinfo=UTC)
MIDNIGHT = SIX.replace(hour=0)

AT_SIX = [
    "Mon, 30 Nov 2026 06:00:00 GMT",
    "Mon, 30 Nov 26 06:00 UT",
    "Mon,30 Nov 2026 06:00:00+0000",
    "Monday, 30-Nov-26 06:00:00 GMT",
    "30 NOV 2026 06:00",
    "Mon Nov 30 06:00:00 2026",
    "Mon Nov 30 07:00:00 CET 2026",
    "Mon Nov 30 06:00:00 +0000 2026",
    "Mon Nov 30 2026 07:00:00 GMT+0100 (Central European Standard Time)",
    "Sun, 30 Nov 2026 06:00:00 GMT",  # the wrong weekday of a plain date spoils nothing
    "2026-11-30T06:00:00Z",
    "2026-11-30t07:30:00+01:30",
    "2026-11-30T06:00:00.123456Z",
    "2026-11-30T06:00:00,5Z",
    "2026-11-30T06Z",
    "2026-11-30 06:00:00 UTC",
    "2026-11-30 06:00:00 +0000 UTC",
    "2026-11-30T07:00:00 +0100",
    "2026-11-30T07:00:00+01:00[Europe/Paris]",
    "2026-11-30T01:00:00\u221205:00",
    "20261130T060000Z",
    "20261130060000",
    "2026-W49-1T06:00:00Z",
    "2026W491T0600",
    "2026-334T06:00Z",
    "2026/11/30 06:00:00",
    "2026/11/30(月) 06:00",
    "2026.11.30 06:00",
    "30.11.2026 06:00",
    "30.11.2026, 06.00",
    "30. 11. 2026 06:00 Uhr",
    "30/11/2026 06:00",
    "11/30/2026 6:00 AM",
    "11/30/2026 06:00:00 a.m.",
    "Mon, 11/30/2026 - 06:00",
    "Monday, November 30, 2026 - 06:00",
    "November 30, 2026 at 1:00 am ET",
    "Nov. 30th, 2026 6am",
    "06:00, 30 November 2026",
    "2026年11月30日 06:00",
    "2026年11月30日(月) 午前6時00分",
    "2026年11月30日 星期一 上午6:00",
    "2026-11-30 周一 06:00",
    "２０２６年１１月３０日　０６：００",  # noqa: RUF001  full-width digits
    "2026년 11월 30일 오전 6:00",
    "2026년 11월 30일 월요일 06시 00분",
    "2026. 11. 30. 오전 6:00",
    "lun. 30 nov. 2026 06:00",
    "30 novembre 2026 à 6h00",
    "30. November 2026 06:00",
    "30 de noviembre de 2026 06:00",
    "Seg, 30 nov 2026 03:00 -0300",
    "30 ноября 2026 г. 09:00 MSK",  # noqa: RUF001  Cyrillic
    "1796018400",
    "1796018400000",
]


@pytest.mark.parametrize("printed", AT_SIX)
def test_what_feeds_print_is_read_as_the_instant_it_means(printed: str) -> None:
    assert read_date(printed) == SIX


@pytest.mark.parametrize(
    "printed",
    [
        "30 Nov 2026",
        "2026-11-30",
        "20261130",
        "2026-11-30Z",
        "2026/11/30",
        "2026년 11월 30일",
        "2026年11月30日",
    ],
)
def test_a_day_without_a_time_begins_at_midnight(printed: str) -> None:
    assert read_date(printed) == MIDNIGHT


@pytest.mark.parametrize(
    ("zone", "hours"),
    [
        *[
            ("CET", 1),
            ("CEST", 2),
            ("BST", 1),
            ("JST", 9),
            ("HKT", 8),
            ("IST", 5.5),
            ("AEST", 10),
            ("AEDT", 11),
        ],
        *[("AKST", -9), ("HST", -10), ("EST", -5), ("EDT", -4), ("CST", -6), ("MST", -7), ("PST", -8)],
        *[
            ("PDT", -7),
            ("NPT", 5.75),
            ("NST", -3.5),
            ("UTC+08:00", 8),
            ("GMT+8", 8),
            ("GMT +8", 8),
            ("+8", 8),
        ],
        *[("-0330", -3.5), ("(PST)", -8), ("PT", -8), ("ET", -5)],
    ],
)
def test_a_zone_moves_the_clock(zone: str, hours: float) -> None:
    read = [read_date(f"Mon, 30 Nov 2026 06:00:00 {zone}"), read_date(f"2026-11-30 06:00 {zone}")]

    assert read == [SIX - timedelta(hours=hours)] * 2


@pytest.mark.parametrize(
    ("printed", "hour", "minute"),
    [
        ("12:00 am", 0, 0),
        ("12:30 pm", 12, 30),
        ("0:30 pm", 12, 30),
        ("6 p.m.", 18, 0),
        ("下午6:00", 18, 0),
        ("午後6時5分".replace("5", "05"), 18, 5),
        ("18:00 pm", 18, 0),
    ],
)
def test_a_clock_of_twelve_hours_is_read(printed: str, hour: int, minute: int) -> None:
    assert read_date(f"30 Nov 2026 {printed}") == SIX.replace(hour=hour, minute=minute)


@pytest.mark.parametrize(
    "printed",
    [
        *["", " ", "yesterday", "2026", "2026-11", "Nov 2026", "1 2 3", "2026113006", "30 Nov", "06:00"],
        *["31 Feb 2026", "2026-02-31", "2025-366", "2026-W54-1", "0000-00-00 00:00:00"],
        *["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-10:00", "1 Jan 1970", "0"],
        *["30 Nov 2026 25:00", "30 Nov 2026 06:61", "30 Nov 2026 06:00:61", "30 Nov 2026 18:00 am"],
        *["30 Nov 2026 06:00 XYZ", "30 Nov 2026 06:00 +9900", "30 Nov 2026 06:00 +0060"],
        *[
            "Published 30 Nov 2026",
            "30 Nov 2026 | Ports",
            "30 Nov 2026 06:00 07:00",
            "2026-11-30 to 2026-12-01",
        ],
        *["30 Nov 2026 06:00 GMT GMT", "令和8年11月30日", "30 Foo 2026", "2026/11-30", "2026/11/30/06"],
        *["30 Nov 2026 " + " " * 100, "9" * 5000, "\0", "@", "30 Nov 2026 \0"],
    ],
)
def test_a_text_that_is_not_wholly_understood_is_no_date(printed: str) -> None:
    assert read_date(printed) is None


@pytest.mark.parametrize(
    "printed", ["05/06/2026", "05-06-2026 10:00", "30/11/26", "01/02/03", "Mon, 05/06/2026"]
)
def test_a_day_that_can_be_read_in_two_ways_is_no_date(printed: str) -> None:
    assert read_date(printed) is None


def test_dots_put_the_day_first_wherever_they_are_written() -> None:
    assert read_date("05.06.2026") == datetime(2026, 6, 5, tzinfo=UTC)


def test_the_same_number_twice_can_be_read_in_one_way() -> None:
    assert read_date("06/06/2026") == datetime(2026, 6, 6, tzinfo=UTC)


def test_a_weekday_decides_between_two_readings() -> None:
    assert read_date("Fri, 05/06/2026") == datetime(2026, 6, 5, tzinfo=UTC)
    assert read_date("Wed, 05/06/2026") == datetime(2026, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        (["30/11/2026"], datetime(2026, 6, 5, tzinfo=UTC)),
        (["11/30/2026", "4 May 2026", "garbage"], datetime(2026, 5, 6, tzinfo=UTC)),
        (["04/05/2026"], None),
        (["30/11/2026", "11/30/2026"], None),
        (["Mon, 4 May 2026"], None),
    ],
)
def test_the_other_dates_of_a_feed_decide_between_two_readings(
    others: list[str], expected: datetime | None
) -> None:
    assert read_date("05/06/2026", orders_of(["05/06/2026", *others])) == expected


def test_what_other_dates_say_never_changes_a_plain_one() -> None:
    assert read_date("11/30/2026", orders_of(["30/11/2026"])) == MIDNIGHT


MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
LAYOUTS = [
    "{t:%a}, {t:%d} {month} {t:%Y} {t:%H:%M:%S} {t:%z}",
    "{t:%A}, {t.day} {month} {t:%Y} {t:%H:%M:%S} {zone}",
    "{month} {t.day}, {t:%Y} {t:%I:%M:%S} {half} {zone}",
    "{t:%a} {month} {t.day} {t:%H:%M:%S} {zone} {t:%Y}",
    "{t:%Y-%m-%dT%H:%M:%S}{zone}",
    "{t:%Y%m%dT%H%M%S}{t:%z}",
    "{t:%G-W%V-%u}T{t:%H:%M:%S}{zone}",
    "{t:%Y-%j}T{t:%H:%M:%S}{zone}",
    "{t:%Y/%m/%d} {t:%H:%M:%S} GMT{zone}",
    "{t.day}.{t.month}.{t:%Y} {t:%H:%M:%S} UTC{zone}",
    "{t:%Y}年{t.month}月{t.day}日 {t:%H:%M:%S} {zone}",
    "{t:%Y}년 {t.month}월 {t.day}일 {t.hour}시 {t:%M}분 {t:%S}초 {zone}",
]


@given(
    st.sampled_from(LAYOUTS),
    st.datetimes(datetime(1970, 1, 3), datetime(2099, 12, 29)),  # noqa: DTZ001  the zone comes below
    st.integers(-48, 56),
)
def test_every_layout_gives_back_the_instant_it_was_printed_from(
    layout: str, local: datetime, quarters: int
) -> None:
    moment = local.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=15 * quarters)))
    zone = moment.isoformat()[-6:]
    half, month = ("am", "pm")[moment.hour >= 12], MONTHS[moment.month - 1]

    assert read_date(layout.format(t=moment, zone=zone, half=half, month=month)) == moment


# Words and signs that stand in no date of any layout, and digits that belong to no part of it.
STRANGE = st.sampled_from(["x", "port", "ago!", "?", "#", "7/7", "12345", "+", "|", "€", "ß", "2026"])


@given(st.sampled_from(AT_SIX), STRANGE, st.booleans())
def test_one_thing_more_that_means_nothing_makes_any_date_none(printed: str, more: str, before: bool) -> None:  # noqa: FBT001
    assert read_date(f"{more} {printed}" if before else f"{printed} {more}") is None


@given(st.text(max_size=110) | st.text("0123456789/-.: TZapm+年月日", max_size=30))
def test_any_text_is_a_date_that_can_be_meant_or_none(text: str) -> None:
    read = read_date(text, orders_of([text]))

    assert read is None or datetime(1970, 1, 1, tzinfo=UTC) < read < datetime(2100, 1, 1, tzinfo=UTC)
