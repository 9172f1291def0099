"""Whether a window reaches back to what was read before, or posts may have dropped out below it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import Entry
from tests.pipeline.detect.windows import BASELINE, Memory, days, post, titles

WINDOW = [post(100, -0.1), post(99, -1), post(98, -2), post(97, -30), post(96, -31)]
NEWS = [post(number, number - 100) for number in range(108, 102, -1)]  # 101 and 102 have dropped out


def gap(window: list[Entry], memory: Memory | None = None) -> bool:
    """Tell whether this window of a feed, last read at the baseline, leaves a gap."""
    return (memory or Memory(WINDOW)).look(window).gap


def floating(entry: Entry, day: float) -> Entry:
    return replace(entry, published=days(day))


# --- a known post that proves nothing -------------------------------------------------------------------


@pytest.mark.parametrize("place", range(7))
def test_a_known_post_that_is_dated_anew_proves_nothing_wherever_it_stands(place: int) -> None:
    window = [*NEWS[:place], floating(WINDOW[3], 8.5 - place), *NEWS[place:]]

    assert gap(window)


@pytest.mark.parametrize("pinned", [WINDOW[:1], WINDOW[4:], WINDOW[2:4]])
def test_posts_pinned_to_the_top_prove_nothing(pinned: list[Entry]) -> None:
    assert gap([*pinned, *NEWS])


def test_a_post_that_is_kept_on_top_by_a_date_to_come_proves_nothing() -> None:
    memory = Memory([post(90, 4000), *WINDOW])

    assert gap([post(90, 4000), *NEWS], memory)


def test_an_edited_post_at_the_end_proves_nothing_for_feeds_are_sorted_by_edits_too() -> None:
    assert gap([*NEWS, replace(WINDOW[3], html="<p>Edited.</p>")])
    assert gap([*NEWS, replace(WINDOW[3], updated=days(0.5))])


def test_a_window_of_news_alone_is_a_gap() -> None:
    assert gap(NEWS)


# --- the far end is known -------------------------------------------------------------------------------


def test_a_known_post_in_its_place_closes_the_window() -> None:
    assert not gap([*NEWS, WINDOW[0]])
    assert not gap([floating(WINDOW[4], 9), *NEWS, *WINDOW[:3]])


def test_a_post_from_before_the_bot_that_a_deletion_lifts_into_view_closes_the_window() -> None:
    assert not gap([*NEWS, post(95, -32)])
    assert not gap([*NEWS, WINDOW[4], post(95, -32), post(94, -33)])


def test_back_dated_news_below_a_known_post_leaves_no_gap() -> None:
    assert not gap([*NEWS, WINDOW[0], post(109, -0.5), post(110, -400)])


def test_no_news_is_no_gap_whatever_else_is_in_view() -> None:
    assert not gap([floating(entry, 9 - place) for place, entry in enumerate(WINDOW)])
    assert not gap([post(95, -32)])


def test_first_look_is_no_gap() -> None:
    assert not Memory().look(NEWS, BASELINE).gap


@pytest.mark.parametrize("change", ["dates", "texts"])
def test_a_blog_that_changes_all_its_posts_at_every_build_leaves_no_gap(change: str) -> None:
    built = [
        floating(entry, 8 - place / 100) if change == "dates" else replace(entry, html=f"Visit {place}.")
        for place, entry in enumerate(WINDOW)
    ]

    assert titles(Memory(WINDOW).look([post(101, 9), *built]).new) == ["Post 101"]
    assert not gap([post(101, 9), *built])


# --- feeds of other orders, and without any -------------------------------------------------------------


def test_a_feed_that_prints_the_oldest_first_ends_at_its_top() -> None:
    assert not gap([*WINDOW[::-1], post(101, 1)])
    assert not gap([*WINDOW[::-1], *NEWS[::-1]])
    assert gap(NEWS[::-1])


def test_a_feed_sorted_by_anything_else_reaches_back_to_its_oldest_post() -> None:
    window = [NEWS[2], WINDOW[1], NEWS[0], NEWS[4], WINDOW[3], NEWS[1], WINDOW[0], NEWS[5], NEWS[3]]

    assert not gap(window)
    assert gap([each for each in window if each in NEWS])


def test_a_feed_without_dates_reaches_back_to_a_known_post_at_its_end() -> None:
    bare = [replace(entry, published=None) for entry in WINDOW]
    news = [post(number) for number in (103, 102, 101)]

    assert not gap([*news, *bare], Memory(bare))
    assert not gap([*bare[::-1], *news[::-1]], Memory(bare))
    assert gap([news[0], bare[0], *news[1:]], Memory(bare))
    assert gap(news, Memory(bare))
