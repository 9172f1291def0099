"""Which time zone is meant by what people type."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.declaration import RefusedError
from bot.commands.zones import ABBREVIATIONS, is_zone, read_zone, suggest_zones, zone_of

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)


def refusal(text: str) -> RefusedError:
    with pytest.raises(RefusedError) as found:
        read_zone(text, "settings", NOW)
    return found.value


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Asia/Shanghai", "Asia/Shanghai"),
        ("asia/shanghai", "Asia/Shanghai"),
        ("shanghai", "Asia/Shanghai"),
        ("new york", "America/New_York"),
        ("America/New York", "America/New_York"),
        ("buenos aires", "America/Argentina/Buenos_Aires"),
        ("istanbul", "Europe/Istanbul"),
        ("utc", "UTC"),
        ("US/Eastern", "US/Eastern"),
        ("canberra", "Australia/Canberra"),
        ("tasmania", "Australia/Tasmania"),
        ("Australia/West", "Australia/West"),
        ("australia/act", "Australia/ACT"),
    ],
)
def test_a_zone_is_named_by_its_name_or_its_city(text: str, name: str) -> None:
    assert read_zone(text, "settings", NOW) == name


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("EST", "America/New_York"),
        ("EST5EDT", "America/New_York"),
        ("CST", "America/Chicago or Asia/Shanghai"),
        ("WEST", "Europe/Lisbon"),
        ("west", "Europe/Lisbon"),
        ("NSW", "Australia/Sydney"),
        ("Victoria", "Australia/Melbourne or America/Vancouver"),
        ("pst", "America/Los_Angeles"),
        ("GMT", "UTC or Europe/London"),
        ("Beijing", "Asia/Shanghai"),
        ("UTC+8", "Asia/Shanghai"),
        ("+08:00", "Asia/Shanghai"),
        ("gmt-5", "America/New_York"),
        ("UTC+5:30", "Asia/Kolkata"),
        ("Etc/GMT-8", "Asia/Shanghai"),
        ("Etc/GMT+5", "America/New_York"),
        ("shanghia", "Asia/Shanghai"),
        ("Europe/Berln", "Europe/Berlin"),
    ],
)
def test_what_names_no_single_zone_is_refused_with_the_right_names(text: str, near: str) -> None:
    error = refusal(text)

    assert f"Nearest: {near}" in str(error)
    assert dict(error.offers[0].values)["timezone"] in near
    assert error.offers[0].path == "settings"


@pytest.mark.parametrize(("word", "zones"), ABBREVIATIONS.items())
def test_every_abbreviation_is_answered_with_its_zones(word: str, zones: list[str]) -> None:
    offered = [dict(each.values)["timezone"] for each in refusal(word.upper()).offers]

    assert offered == zones
    assert all(map(is_zone, zones))


@pytest.mark.parametrize("word", ["north", "south"])
def test_part_of_a_country_is_no_city(word: str) -> None:
    assert "is no time zone" in str(refusal(word))
    assert f"Australia/{word.capitalize()}" not in suggest_zones(word)


def test_why_an_offset_is_no_zone_is_said() -> None:
    assert "does not know summer time; name a place" in str(refusal("UTC+8"))
    assert "counts hours the other way round" in str(refusal("Etc/GMT-8"))
    assert "No zone is “UTC+20”" in str(refusal("UTC+20"))


@pytest.mark.parametrize("text", ["8 am", "10pm - 7am", "22 to 7", "10 p.m.", "5", "xy"])
def test_a_time_of_day_is_no_misspelled_city(text: str) -> None:
    error = refusal(text)

    assert "is no time zone; write a zone or a city, such as Asia/Shanghai or new york." in str(error)
    assert error.offers == ()


@pytest.mark.parametrize("text", ["localtime", "Factory", "posixrules", "posix/Asia/Shanghai", "right/UTC"])
def test_what_is_a_zone_of_this_machine_alone_is_refused(text: str) -> None:
    refusal(text)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("", "Asia/Shanghai"),
        ("shang", "Asia/Shanghai"),
        ("new y", "America/New_York"),
        ("cst", "America/Chicago"),
    ],
)
def test_zones_are_suggested_by_city_name_and_abbreviation(typed: str, first: str) -> None:
    found = suggest_zones(typed)

    assert found[0] == first
    assert len(found) <= 25
    assert all(each.partition("/")[0] not in ("Etc", "posix", "right", "SystemV") for each in found)


def test_a_name_is_a_zone_only_as_it_is_written() -> None:
    assert is_zone("Asia/Shanghai")
    assert not is_zone("asia/shanghai")
    assert not is_zone("EST")


@given(st.text(max_size=40) | st.from_regex(r"\A(UTC|GMT|Etc/GMT)?[+-][0-9]{1,2}(:[0-5][0-9])?\Z"))
def test_whatever_is_typed_names_a_real_zone_or_is_refused_with_real_ones(text: str) -> None:
    try:
        found = [read_zone(text, "settings", NOW)]
    except RefusedError as error:
        found = [dict(each.values)["timezone"] for each in error.offers]
        found = found or re.findall("write a zone or a city, such as (Asia/Shanghai)", str(error))
    assert found
    for each in found:
        ZoneInfo(each)


@given(st.text(max_size=40))
def test_nothing_typed_breaks_the_suggestions(text: str) -> None:
    assert all(map(is_zone, suggest_zones(text)))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("shanghai", "Asia/Shanghai"),
        (" new york ", "America/New_York"),
        ("europe/berlin", "Europe/Berlin"),
        ("EST5EDT", "EST5EDT"),
    ],
)
def test_the_zone_of_a_config_may_be_named_by_its_city(text: str, name: str) -> None:
    assert zone_of(text) == name


def test_letters_that_mean_several_zones_are_answered_with_these() -> None:
    with pytest.raises(ValueError, match=r"^is no .*; did you mean America/Chicago or Asia/Shanghai\?$"):
        zone_of("CST")
