from __future__ import annotations

import sys
import zoneinfo
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text import units
from bot.text.urls import web_url

READERS: tuple[Callable[[str], object], ...] = (
    units.duration,
    units.size,
    units.zone,
    units.network,
    web_url,
    units.host_port,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("15m", 900),
        ("0.2s", 0.2),
        ("0s", 0),
        ("1h30m", 5400),
        ("1h 30 min", 5400),
        ("2 days", 172800),
        ("1D", 86400),
        ("36500d", 36500 * 86400),
    ],
)
def test_a_duration_is_numbers_with_units(text: str, seconds: float) -> None:
    assert units.duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text",
    ["", "15", "15x", "m", "-5m", "1e3s", "nan s", "inf", "5m!", "five m", "1..5s", "\u0665m", "9999999999s"],
)
def test_what_is_no_duration_is_refused_with_the_mend(text: str) -> None:
    with pytest.raises(ValueError, match=r'^is no duration; write a number and a unit such as "15m"'):
        units.duration(text)


def test_a_duration_never_leaves_the_calendar() -> None:
    with pytest.raises(ValueError, match=r'^is too long; write at most "36500d"$'):
        units.duration("999999999d")

    latest = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=units.duration("36500d"))
    assert latest.year == 2125


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("2MB", 2_000_000),
        ("10kB", 10_000),
        ("512 b", 512),
        ("1.5MiB", 1_572_864),
        ("1KiB", 1024),
        ("1gb", 10**9),
    ],
)
def test_a_size_is_decimal_unless_its_unit_says_binary(text: str, size: int) -> None:
    assert units.size(text) == size


@pytest.mark.parametrize("text", ["", "2", "MB", "-2MB", "2m", "1MB1kB", "infMB"])
def test_what_is_no_size_is_refused_with_the_mend(text: str) -> None:
    with pytest.raises(ValueError, match=r'^is no size; write a number and a unit such as "2MB"'):
        units.size(text)


@pytest.mark.parametrize("text", ["Europe/Berlin", "europe/berlin", " EUROPE / BERLIN "])
def test_a_zone_is_found_however_it_is_spelled(text: str) -> None:
    assert units.zone(text).key == "Europe/Berlin"


def test_zones_that_differ_in_a_sign_stay_apart() -> None:
    east, west = units.zone("Etc/GMT-5"), units.zone("Etc/GMT+5")

    moment = datetime(2026, 1, 1)  # noqa: DTZ001 - the zones are what is compared
    assert (east.utcoffset(moment), west.utcoffset(moment)) == (timedelta(hours=5), timedelta(hours=-5))


@pytest.mark.parametrize(
    ("text", "hint"),
    [("berlin", "Europe/Berlin"), ("Europe/Berln", "Europe/Berlin"), ("new york", "America/New_York")],
)
def test_an_unknown_zone_is_answered_with_the_nearest(text: str, hint: str) -> None:
    with pytest.raises(ValueError, match=f'^is no time zone; did you mean "{hint}"'):
        units.zone(text)


@pytest.mark.parametrize("text", ["Europe/Berlin\0", "UTC\x1b", "UTC\n", "Eu\u200brope/Berlin", "UTC\u202e"])
def test_no_zone_has_a_character_that_cannot_be_seen(text: str) -> None:
    with pytest.raises(ValueError, match=r"^is no time zone; "):
        units.zone(text)


@pytest.mark.parametrize("text", ["", "../../etc/passwd", "/etc/localtime", "America", "Europe/Berlin\0"])
def test_no_path_passes_for_a_zone(text: str) -> None:
    with pytest.raises(ValueError, match=r"^is no time zone; "):
        units.zone(text)


@pytest.fixture
def no_zones() -> Iterator[None]:
    paths = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=())
    units._zones.cache_clear()
    yield
    zoneinfo.reset_tzpath(to=paths)
    units._zones.cache_clear()


@pytest.mark.usefixtures("no_zones")
def test_a_machine_without_zones_has_those_that_come_with_the_bot() -> None:
    zoneinfo.ZoneInfo.clear_cache()

    assert units.zone("europe/berlin").utcoffset(datetime(2026, 7, 1)) == timedelta(hours=2)  # noqa: DTZ001 -- of the zone


@pytest.mark.usefixtures("no_zones")
def test_where_even_those_are_missing_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tzdata", None)  # as if it were not installed

    with pytest.raises(ValueError, match="install its tzdata package"):
        units.zone("UTC")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("10.0.0.0/8", "10.0.0.0/8"), ("127.0.0.1", "127.0.0.1/32"), ("fd00::/8", "fd00::/8")],
)
def test_a_network_is_read(text: str, expected: str) -> None:
    assert units.network(text) == ip_network(expected)


def test_a_network_with_host_bits_names_the_one_that_was_meant() -> None:
    with pytest.raises(ValueError, match=r'did you mean "10\.0\.0\.0/8"\?$'):
        units.network("10.1.2.3/8")


@pytest.mark.parametrize("text", ["", "10.0.0.0/33", "localhost", "10.0.0", "all"])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^is no network; "):
        units.network(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("[::1]:0", ("::1", 0)),
        ("localhost:65535", ("localhost", 65535)),
    ],
)
def test_an_address_is_a_host_and_a_port(text: str, expected: tuple[str, int]) -> None:
    assert units.host_port(text) == expected


@pytest.mark.parametrize(
    "text", ["", "8080", ":8080", "a:", "a:65536", "::1:80", "[::1]", "[x]:80", "a b:80", "a:-1"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^is no address; "):
        units.host_port(text)


@settings(deadline=None)
@given(text=st.text() | st.from_regex(r"[0-9.]{0,4}[smhdkMBi:/@\[\]-]{0,4}[0-9./:-]{0,9}"))
@pytest.mark.parametrize("read", READERS)
def test_any_text_is_read_or_refused_in_a_sentence(read: Callable[[str], object], text: str) -> None:
    try:
        read(text)
    except ValueError as error:
        assert str(error).startswith(("is ", "are ", "has ", "cannot "))  # noqa: PT017 - many texts are fine


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(900, "15m"), (0.2, "0.2s"), (5400, "90m"), (3600, "1h"), (86400, "1d"), (90, "90s"), (0, "0s")],
)
def test_a_duration_is_written_as_it_is_read(seconds: float, text: str) -> None:
    assert units.written(seconds) == text
    assert units.duration(text) == seconds


@given(number=st.integers(0, 10**9), unit=st.sampled_from(["s", "m", "h"]), fraction=st.integers(0, 999_999))
def test_every_duration_comes_back(number: int, unit: str, fraction: int) -> None:
    seconds = units.duration(f"{number % 24}.{fraction}{unit}")

    assert units.duration(units.written(seconds)) == pytest.approx(seconds, abs=1e-9)
