"""Until when a snooze lasts, and since when posts are asked for."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.when import LONGEST, asks_to_snooze, since_start, snooze_end
from bot.errors import UsageError

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 30, 4, 0, tzinfo=UTC)  # a Monday; noon in Shanghai


def there(text: str) -> datetime:
    """Return a moment in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("3d", "2026-12-03 12:00"),
        ("for 2 hours", "2026-11-30 14:00"),
        ("1w", "2026-12-07 12:00"),
        ("until tomorrow", "2026-12-01 09:30"),
        ("until monday", "2026-12-07 09:30"),
        ("until tue", "2026-12-01 09:30"),
        ("monday", "2026-12-07 09:30"),
        ("until next friday", "2026-12-04 09:30"),
        ("until monday 6pm", "2026-12-07 18:00"),
        ("until tomorrow at noon", "2026-12-01 12:00"),
        ("until 18:00", "2026-11-30 18:00"),
        ("until 18h30", "2026-11-30 18:30"),
        ("until 18", "2026-11-30 18:00"),
        ("18:00", "2026-11-30 18:00"),
        ("until 2h", "2026-11-30 14:00"),
        ("1h30", "2026-11-30 13:30"),
        ("for 1h 30", "2026-11-30 13:30"),
        ("until 9am", "2026-12-01 09:00"),
        ("until midnight", "2026-12-01 00:00"),
        ("until today 18:00", "2026-11-30 18:00"),
        ("until 2026-12-24", "2026-12-24 09:30"),
        ("2026-12-24 18:00", "2026-12-24 18:00"),
        ("90d", "2027-02-28 12:00"),
    ],
)
def test_a_snooze_ends_by_the_clock_of_the_person(text: str, end: str) -> None:
    assert snooze_end(text, NOW, SHANGHAI, time(9, 30)) == there(end)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("0d", "too short for a snooze. Nearest: 1m"),
        ("91d", "at most 90 days. Nearest: 90d; /unfollow all ends alerts for good."),
        ("5 years", "at most 90 days"),
        ("until 2030-01-01", "at most 90 days"),
        ("until 9999-12-31", "at most 90 days"),
        ("until 2026-11-01", "is over already"),
        ("until today", "is over already"),
        ("until 0001-01-01", "is over already"),
        ("tonight", "no time to snooze; write one such as 2h, 3d, 1w, until monday"),
        ("until tonight", "no time to snooze"),
        ("forever", "no time to snooze"),
        ("until 25:00", "25:00 is no time of day. Nearest: 23:00"),
        ("until 2026-02-30", "is no date; the nearest is 2026-02-28"),
        ("until monday soon", "no time to snooze"),
        ("-3d", "no time to snooze"),
        ("5", "“5” may be minutes, hours or a time; write 5m, 5h or until 05:00."),
        ("for 30", "“for 30” may be minutes, hours or a time; write 30m or 30h."),
        ("0", "write 1m, 1h or until 00:00."),
    ],
)
def test_what_is_no_snooze_is_refused_with_what_is(text: str, told: str) -> None:
    with pytest.raises(UsageError) as refusal:
        snooze_end(text, NOW, SHANGHAI, time(8))

    assert told in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("today", "2026-11-30 00:00"),
        ("yesterday", "2026-11-29 00:00"),
        ("monday", "2026-11-30 00:00"),
        ("last tuesday", "2026-11-24 00:00"),
        ("Sun", "2026-11-29 00:00"),
        ("3d", "2026-11-27 12:00"),
        ("12h", "2026-11-30 00:00"),
        ("3 days ago", "2026-11-27 12:00"),
        ("2026-11-01", "2026-11-01 00:00"),
        ("0001-01-01", "1970-01-02 00:00"),
    ],
)
def test_days_begin_at_midnight_of_the_person(text: str, start: str) -> None:
    assert since_start(text, NOW, SHANGHAI) == there(start)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tomorrow", "is no day; write one such as yesterday, monday, 3d, 12h or 2026-11-29."),
        ("2026-12-24", "is still to come. Nearest: today."),
        ("2026-02-30", "the nearest is 2026-02-28"),
        ("soon", "is no day"),
    ],
)
def test_what_is_no_beginning_is_refused(text: str, told: str) -> None:
    with pytest.raises(UsageError) as refusal:
        since_start(text, NOW, SHANGHAI)

    assert told in str(refusal.value)


def test_a_time_that_the_clocks_skip_is_replaced_by_the_next_that_exists() -> None:
    before = datetime(2027, 3, 27, 12, tzinfo=UTC)  # the day before Berlin's clocks go forward

    end = snooze_end("until tomorrow 2:30", before, ZoneInfo("Europe/Berlin"), time(8))

    assert end == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("2h", True),
        ("1h30", True),
        ("until 18h30", True),
        ("for 2h", True),
        ("until monday", True),
        ("until", False),
        ("", False),
        ("Trade", False),
    ],
)
def test_what_can_only_be_a_snooze_is_known(text: str, *, only: bool) -> None:
    assert asks_to_snooze(text) is only


SPOKEN = st.text(max_size=30) | st.from_regex(
    r"\A(until |for )?([0-9]{1,9}[a-z]{1,3}|[0-9]{4}-[0-9]{2}-[0-9]{2}|monday|tomorrow|[0-9]{1,2}:[0-9]{2})\Z"
)


@given(SPOKEN, st.integers(-(10**9), 10**9).map(lambda seconds: NOW + timedelta(seconds=seconds)))
def test_whatever_is_typed_ends_within_bounds_or_is_refused(text: str, now: datetime) -> None:
    with suppress(UsageError):
        assert now < snooze_end(text, now, SHANGHAI, time(8)) <= now + LONGEST
    with suppress(UsageError):
        assert since_start(text, now, SHANGHAI) < now + timedelta(seconds=1)
