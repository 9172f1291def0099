"""What is new: one test for each way in which bots announce too much or too little."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.model import Entry
from bot.pipeline.detect.changes import WindowChanges
from tests.pipeline.detect.windows import BASELINE, NOW, Memory, days, post, titles

WINDOW = [post(100, -0.1), post(99, -1), post(98, -2), post(97, -30), post(96, -31)]


# --- baseline -------------------------------------------------------------------------------------------


def test_first_poll_floods_nobody() -> None:
    changes = Memory().look(WINDOW, BASELINE)

    assert changes.first
    assert changes.new == ()
    assert titles(changes.silent) == ["Post 96", "Post 97", "Post 98", "Post 99", "Post 100"]
    assert not changes.gap


def test_empty_window_is_no_gap() -> None:
    assert Memory(WINDOW).look([]) == WindowChanges()


# --- new ------------------------------------------------------------------------------------------------


def test_new_posts_come_oldest_first() -> None:
    window = [post(103, 3), post(102, 2), post(101, 1), *WINDOW]

    assert titles(Memory(WINDOW).look(window).new) == ["Post 101", "Post 102", "Post 103"]


def test_posts_of_one_second_come_from_the_bottom_up() -> None:
    window = [post(number, 1) for number in (101, 103, 102)] + WINDOW

    assert titles(Memory(WINDOW).look(window).new) == ["Post 102", "Post 103", "Post 101"]


def test_whole_window_is_scanned_beyond_the_first_known_post() -> None:
    sticky = [WINDOW[0], post(101, 1), *WINDOW[1:], post(102, 2)]

    assert titles(Memory(WINDOW).look(sticky).new) == ["Post 101", "Post 102"]


def test_scheduled_post_with_an_old_number_is_new() -> None:
    assert titles(Memory(WINDOW).look([*WINDOW, post(50, 1)]).new) == ["Post 50"]


def test_back_dated_post_with_a_new_number_is_new() -> None:
    assert titles(Memory(WINDOW).look([*WINDOW, post(101, -400)]).new) == ["Post 101"]


def test_post_that_a_deletion_lifted_into_view_is_old() -> None:
    changes = Memory(WINDOW).look([*WINDOW[1:], post(95, -32)])

    assert changes.new == ()
    assert titles(changes.silent) == ["Post 95"]


def test_a_baseline_in_the_future_swallows_nothing() -> None:
    """The clock was set back after the first poll, so new posts are dated before the baseline."""
    memory = Memory(WINDOW)
    memory.baseline_at = days(40)
    fresh = Entry("x", "https://blog.example/x", "X", published=days(9.9))
    old = Entry("y", "https://blog.example/y", "Y", published=days(5))
    changes = memory.look([*WINDOW, fresh, old])

    assert (titles(changes.new), titles(changes.silent)) == (["X"], ["Y"])


def test_post_published_shortly_before_the_baseline_is_new() -> None:
    entries = [*WINDOW, post(90, -1.9), post(89, -2.1)]
    changes = Memory(WINDOW).look(entries)

    assert (titles(changes.new), titles(changes.silent)) == (["Post 90"], ["Post 89"])


def test_old_post_of_a_feed_without_numbers_is_silent() -> None:
    entry = Entry(guid="abc", link="https://blog.example/old", title="Old", published=days(-30))
    changes = Memory(WINDOW).look([*WINDOW, entry, replace(entry, guid="def", link="", published=days(1))])

    assert [found.identity.id for found in changes.silent] == ["guid:abc"]
    assert [found.identity.id for found in changes.new] == ["guid:def"]


def test_unseen_post_of_a_feed_without_dates_is_new() -> None:
    window = [post(number) for number in (100, 99)]
    found = Memory(window).look([post(101), post(7), *window]).new

    assert titles(found) == ["Post 7", "Post 101"]
    assert {each.published for each in found} == {NOW}


def test_date_in_the_future_is_shown_as_now() -> None:
    (found,) = Memory(WINDOW).look([*WINDOW, post(101, 4000)]).new

    assert found.published == NOW


# --- known ----------------------------------------------------------------------------------------------


def test_edit_is_never_new() -> None:
    for edited in (
        post(100, -0.1, title="Post 100, corrected"),
        post(100, -0.1, html="<p>Text, corrected.</p>"),
        post(100, -0.1, labels=("Asia", "Trade")),
        post(100, -0.1, link="https://blog.example/2022/corrected/"),
    ):
        changes = Memory(WINDOW).look([edited, *WINDOW[1:]])

        assert (changes.new, changes.silent) == ((), ())
        assert [found.entry for found in changes.changed] == [edited]
        assert len(changes.same) == 4


def test_touched_date_is_no_news_and_no_edit() -> None:
    assert len(Memory(WINDOW).look([post(100, 9), *WINDOW[1:]]).same) == 5


def test_markup_space_and_scheme_are_no_edit() -> None:
    entry = post(100, -0.1, title="Post\u00a0100", html="<b>Text of</b> post 100.<img src='x?1'>")
    again = replace(entry, link="http://www.blog.example/2022/post-100?utm_source=rss")

    assert len(Memory(WINDOW).look([again, *WINDOW[1:]]).same) == 5


def test_a_link_with_a_new_query_in_each_answer_is_no_edit() -> None:
    again = post(100, -0.1, link="https://blog.example/2022/post-100/?session=f31b9")
    memory = Memory([again, *WINDOW[1:]])

    assert len(memory.look([replace(again, link=again.link + "0"), *WINDOW[1:]]).same) == 5
    assert memory.look([replace(again, link=again.link + "#part-2"), *WINDOW[1:]]).changed


def test_unknown_text_of_a_backfilled_post_is_no_edit() -> None:
    memory = Memory(WINDOW)
    memory.posts = {key: replace(known, text_hash="") for key, known in memory.posts.items()}

    assert memory.look(WINDOW).changed == ()


def test_guid_that_changes_its_scheme_is_the_same_post() -> None:
    changes = Memory(WINDOW).look(
        [replace(entry, guid=entry.guid.replace("http:", "https:")) for entry in WINDOW]
    )

    assert len(changes.same) == 5
    assert (changes.moved_ids, changes.warning) == ((), "")


def test_post_printed_twice_in_one_document_comes_once() -> None:
    twice = [post(101, 1), post(101, 1, html="Later.", updated=days(2)), *WINDOW]
    (found,) = Memory(WINDOW).look(twice).new

    assert found.entry.html == "Later."


# --- gaps -----------------------------------------------------------------------------------------------


def test_window_without_any_known_post_is_a_gap() -> None:
    changes = Memory(WINDOW).look([post(111, 3), post(110, 2)])

    assert changes.gap
    assert titles(changes.new) == ["Post 110", "Post 111"]


def test_window_with_a_known_post_is_no_gap() -> None:
    assert not Memory(WINDOW).look([post(111, 3), WINDOW[0]]).gap


# --- properties -----------------------------------------------------------------------------------------

ENTRIES = st.lists(
    st.builds(
        Entry,
        guid=st.sampled_from(
            ["", "x", "http://a.example/?p=101", "http://b.example/?p=101", "https://a.example/1"]
        ),
        link=st.sampled_from(["", "https://a.example/1/", "http://b.example/1", "https://a.example/2?id=3"]),
        title=st.sampled_from(["", "One", "Two", "Three"]),
        published=st.none() | st.sampled_from([days(-100), days(-1), days(1), days(50)]),
        html=st.sampled_from(["", "text"]),
    ),
    max_size=6,
)


def outcome(changes: WindowChanges) -> tuple[object, ...]:
    parts = (changes.new, changes.silent, changes.changed, changes.same)
    return (
        *({(f.identity.id, f.known and f.known.id) for f in part} for part in parts),
        changes.warning,
    )


@given(ENTRIES, ENTRIES, st.randoms(use_true_random=False))
def test_order_of_a_dated_window_does_not_matter_to_what_is_new(
    before: list[Entry], window: list[Entry], random: object
) -> None:
    # Of a known post without a date, its neighbours in the document tell whether it left a hole.
    memory = Memory([*(replace(each, published=each.published or days(-1)) for each in before), WINDOW[0]])
    window = [replace(entry, published=entry.published or days(1)) for entry in window]
    shuffled = list(window)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random

    assert outcome(memory.look(window)) == outcome(memory.look(shuffled))


def moved(entry: Entry) -> Entry:
    return replace(entry, guid=entry.guid.replace("blog.", "new."), link=entry.link.replace("blog.", "new."))


CHANGES: tuple[Callable[[Entry], Entry], ...] = (
    lambda entry: entry,
    lambda entry: replace(entry, guid=entry.guid.replace("http:", "https:")),
    lambda entry: replace(entry, guid=""),
    lambda entry: replace(entry, guid=entry.link),
    lambda entry: replace(entry, guid="", link=""),
    moved,
    lambda entry: replace(entry, link=entry.link.replace("//", "//www.") + "?utm_medium=rss"),
    lambda entry: replace(entry, link=entry.link.replace("post", "story")),
    lambda entry: replace(entry, title=entry.title + " (corrected)"),
    lambda entry: replace(entry, html="", labels=()),
    lambda entry: replace(entry, published=days(9)),
)
WINDOWS = st.lists(
    st.lists(
        st.tuples(st.sampled_from([*WINDOW, post(101, 1), post(102, 2)]), st.sampled_from(CHANGES)),
        unique=True,
    ),
    max_size=4,
)


@given(WINDOWS, st.booleans())
def test_known_post_is_never_new_whatever_becomes_of_its_guid_link_title_or_date(
    windows: list[list[tuple[Entry, Callable[[Entry], Entry]]]],
    tells_aliases: bool,  # noqa: FBT001 -- drawn by the property
) -> None:
    memory = Memory(WINDOW, tells_aliases=tells_aliases)
    memory.poll([post(102, 2), post(101, 1), *WINDOW])
    for window in windows if tells_aliases else windows[:1]:
        entries = list({entry.title: change(entry) for entry, change in window}.values())
        changes = memory.poll(entries)
        again = memory.look(entries)

        assert (changes.new, changes.silent) == ((), ())
        assert (again.new, again.silent, again.changed, again.gap) == ((), (), (), False)
        assert len(memory.posts) == 7


@given(ENTRIES, ENTRIES)
def test_unseen_post_never_has_the_id_of_a_known_one(before: list[Entry], window: list[Entry]) -> None:
    memory = Memory([*before, WINDOW[0]])
    changes = memory.look(window)

    assert memory.posts.keys().isdisjoint(found.identity.id for found in (*changes.new, *changes.silent))


@given(ENTRIES, ENTRIES)
def test_every_entry_is_in_one_part_and_no_known_post_twice(before: list[Entry], window: list[Entry]) -> None:
    changes = Memory([*before, WINDOW[0]]).look(window)
    found = [*changes.new, *changes.silent, *changes.changed, *changes.same]
    known = [each.known.id for each in found if each.known]

    assert len(known) == len(set(known))
    assert len({each.identity.id for each in found}) == len(found)
    assert {id(each.entry) for each in found} <= {id(entry) for entry in window}
