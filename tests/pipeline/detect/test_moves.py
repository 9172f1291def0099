"""Known posts that come again under new guids and links, and different posts that look like them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import Entry
from tests.pipeline.detect.windows import Memory, days, titles

LONG = "Nobody writes a text of this length a second time by chance. " * 5


def note(name: str, day: float | None, *, key: str = "", text: str | None = None) -> Entry:
    """Return a post of a blog that makes guids and links of its own; `key` makes both."""
    key = key or name.lower().replace(" ", "-")
    return Entry(
        guid=f"g-{key}",
        link=f"https://blog.example/{key}",
        title=name,
        published=None if day is None else days(day),
        html=f"{name} one. Two." if text is None else text,
    )


WINDOW = [note("Port shuts", 2.4), note("Ships wait", 1.6), note("Fog arrives", 0.3)]


def undated(entries: list[Entry]) -> list[Entry]:
    return [replace(entry, published=None) for entry in entries]


def rekeyed(entry: Entry) -> Entry:
    return replace(entry, guid=f"new-{entry.guid}", link=entry.link.replace(".example/", ".example/posts/"))


def at_midnight(entry: Entry) -> Entry:
    assert entry.published is not None
    return replace(entry, published=entry.published.replace(hour=0, minute=0))


def assert_nothing_new(memory: Memory, window: list[Entry], moved: int) -> None:
    """Look at a window twice: its posts are known, so many of them under new ids, and recorded as such."""
    before = len(memory.posts)
    changes, again = memory.poll(window), memory.poll(window)

    assert (titles(changes.new), titles(changes.silent), len(changes.moved_ids)) == ([], [], moved)
    assert (again.new, again.silent, again.moved_ids, again.changed) == ((), (), (), ())
    assert len(memory.posts) == before


# --- a blog that moves ----------------------------------------------------------------------------------

MOVES: dict[str, Callable[[Entry], Entry]] = {
    "guid and link": rekeyed,
    "guid and link, and dates cut to midnight": lambda entry: at_midnight(rekeyed(entry)),
    "guid and link, and the zone of the dates": lambda entry: replace(
        rekeyed(entry), published=entry.published and entry.published + timedelta(hours=8)
    ),
    "guid and link, and no dates any more": lambda entry: replace(rekeyed(entry), published=None),
    "guid and link, and one date for all": lambda entry: replace(rekeyed(entry), published=days(9)),
    "guid and date": lambda entry: replace(entry, guid=f"new-{entry.guid}", published=days(9)),
    "guid and date, with the text": lambda entry: replace(
        entry, guid=f"new-{entry.guid}", published=days(9), html="Rewritten."
    ),
}


@pytest.mark.parametrize("name", MOVES)
def test_a_blog_whose_posts_all_come_under_new_keys_announces_none(name: str) -> None:
    moved = [MOVES[name](entry) for entry in WINDOW]
    memory = Memory(WINDOW, tells_aliases=True)

    assert memory.look(moved).warning.startswith("3 of 3 posts")
    assert_nothing_new(memory, moved, 3)


@pytest.mark.parametrize("name", MOVES)
def test_what_is_published_in_the_course_of_a_move_is_new(name: str) -> None:
    moved = [note("Tide turns", 9.5), *(MOVES[name](entry) for entry in WINDOW)]

    assert titles(Memory(WINDOW).look(moved).new) == ["Tide turns"]


def test_posts_without_dates_are_known_by_title_and_text() -> None:
    memory = Memory(undated(WINDOW), tells_aliases=True)

    assert_nothing_new(memory, [rekeyed(entry) for entry in undated(WINDOW)], 3)


def test_posts_whose_guids_and_dates_are_made_anew_by_each_build_stay_known() -> None:
    memory = Memory(WINDOW, tells_aliases=True)
    for build in range(3, 9):
        built = [replace(entry, guid=f"{build}{entry.guid}", published=days(build)) for entry in WINDOW]
        changes = memory.poll(built, days(build))

        assert (changes.new, changes.silent, len(memory.posts)) == ((), (), 3)


def test_podcast_with_one_text_for_all_moves_by_its_titles() -> None:
    episodes = [note(f"Episode {n}", n / 2, text="Subscribe to our show.") for n in range(5, 0, -1)]

    assert_nothing_new(
        Memory(episodes, tells_aliases=True), [at_midnight(rekeyed(each)) for each in episodes], 5
    )


def test_untitled_notes_move_by_their_text() -> None:
    notes = [replace(note(f"Note {n}", n / 2), title="") for n in range(5, 0, -1)]

    assert_nothing_new(Memory(notes, tells_aliases=True), [at_midnight(rekeyed(each)) for each in notes], 5)


# --- one post that moves --------------------------------------------------------------------------------


@pytest.mark.parametrize("place", range(3))
def test_a_slug_that_is_renamed_makes_no_new_post(place: int) -> None:
    window = [rekeyed(entry) if n == place else entry for n, entry in enumerate(WINDOW)]

    assert_nothing_new(Memory(WINDOW, tells_aliases=True), window, 1)


@pytest.mark.parametrize("place", range(3))
def test_a_mended_title_that_changes_guid_and_link_is_an_edit(place: int) -> None:
    mended = replace(rekeyed(WINDOW[place]), title="Harbour mended")
    memory = Memory(WINDOW, tells_aliases=True)
    window = [mended if n == place else entry for n, entry in enumerate(WINDOW)]

    assert titles(memory.look(window).changed) == ["Harbour mended"]
    assert_nothing_new(memory, window, 1)


def test_one_post_with_a_new_slug_and_a_touched_date_is_known_by_the_hole_it_leaves() -> None:
    window = [WINDOW[0], replace(rekeyed(WINDOW[1]), published=days(1.9)), WINDOW[2]]

    assert_nothing_new(Memory(WINDOW, tells_aliases=True), window, 1)


def test_one_post_without_a_date_is_known_by_its_place_between_others() -> None:
    bare = undated(WINDOW)

    assert_nothing_new(Memory(bare, tells_aliases=True), [bare[0], rekeyed(bare[1]), bare[2]], 1)
    assert titles(Memory(bare).look([rekeyed(bare[2]), *bare[:2]]).new) == ["Fog arrives"]


def test_after_a_move_an_edit_is_an_edit() -> None:
    memory = Memory(WINDOW, tells_aliases=True)
    moved = [at_midnight(rekeyed(entry)) for entry in WINDOW]
    memory.poll(moved)
    changes = memory.poll([replace(moved[0], html="Corrected."), *moved[1:]])

    assert (titles(changes.changed), changes.new) == (["Port shuts"], ())
    back = memory.poll(WINDOW)
    assert (back.new, back.silent) == ((), ())


# --- different posts ------------------------------------------------------------------------------------

OTHERS = [note("Ships wait", 6.9), note("Fog arrives", 6.8)]


@pytest.mark.parametrize("text", ["", "Say what you like.", LONG])
@pytest.mark.parametrize("day", [1.0, 7.0])
@pytest.mark.parametrize("title", ["Open thread", ""])
def test_a_thread_that_repeats_title_and_text_is_new_each_time(text: str, day: float, title: str) -> None:
    threads = [
        replace(note("Open thread", n * day, key=f"thread-{n}", text=text), title=title) for n in range(4)
    ]
    memory = Memory([threads[0], note("First", -0.1)])
    for number, thread in enumerate(threads[1:], start=1):
        filler = [note(f"Filler {number}", number * day - 0.1)]
        changes = memory.poll([thread, *filler], days(number * day + 0.1))

        assert [found.entry.link for found in changes.new] == [filler[0].link, thread.link]


@pytest.mark.parametrize("text", ["Say what you like.", LONG])
def test_a_thread_a_week_later_is_new_though_the_one_before_was_deleted(text: str) -> None:
    thread = note("Open thread", 1, text=text)
    again = replace(rekeyed(thread), published=days(8))

    assert titles(Memory([WINDOW[0], thread, WINDOW[2]]).look([again, WINDOW[0], WINDOW[2]]).new) == [
        "Open thread"
    ]


def test_a_repeat_is_new_while_the_one_before_is_in_view() -> None:
    for repeat in (
        rekeyed(WINDOW[0]),
        at_midnight(rekeyed(WINDOW[0])),
        replace(rekeyed(WINDOW[0]), published=None),
        replace(rekeyed(WINDOW[0]), title="Other", html=LONG),
    ):
        before = [replace(WINDOW[0], html=repeat.html), *WINDOW[1:]]

        assert len(Memory(before).look([repeat, *before]).new) == 1


def test_posts_that_all_have_one_stock_text_are_new_by_their_titles() -> None:
    stock = [note(f"Story {n}", n / 10, text="Read more on the site.") for n in range(20)]
    memory = Memory(stock[:3])
    for number in range(3, 20):
        assert len(memory.poll(stock[number - 2 : number + 1], days(3)).new) == 1


def test_the_second_post_with_a_stock_text_is_new_when_the_first_has_gone() -> None:
    first = note("Story", 0, text="Read more on the site.")
    for day in (0.5, 1, 0.0):
        second = at_midnight(note("Another story", day, key="another", text=first.html))

        assert titles(Memory([at_midnight(first), *OTHERS]).look([second, *OTHERS]).new) == ["Another story"]


def test_posts_without_any_text_are_told_apart() -> None:
    empty = [note(f"Picture {n}", n / 10, text="<img src='x.png'>") for n in range(3)]
    other = note("Other", 0.1, text="<img src='y.png'>")

    assert len(Memory(empty).look([*empty[:1], other, empty[2]]).new) == 1


def test_one_feed_with_one_entry_that_changes_weekly_is_new_weekly() -> None:
    link = "https://blog.example/nightly"
    builds = [replace(note("Nightly build", 7 * n, key=str(n), text="Get it."), link=link) for n in range(3)]
    memory = Memory(builds[:1])

    assert [len(memory.poll([each], days(7 * n + 0.1)).new) for n, each in enumerate(builds[1:], 1)] == [1, 1]


def test_three_threads_that_come_again_a_week_later_are_new() -> None:
    names = ("Monday links", "Wednesday thread", "Friday open")
    weeks = [
        [
            note(name, 7 * week + 2 * n, key=f"{week}-{n}", text=f"{name}, as ever.")
            for n, name in enumerate(names)
        ]
        for week in range(2)
    ]

    assert len(Memory(weeks[0]).look(weeks[1], days(12)).new) == 3


def test_thousands_of_posts_with_one_text_are_sifted_at_once() -> None:
    memory = Memory([note(f"Old {n}", -n / 1000, text="Stock.") for n in range(2000)])
    window = [note(f"New {n}", 1 + n / 1000, text="Stock.") for n in range(200)]

    assert len(memory.look(window).new) == 200
