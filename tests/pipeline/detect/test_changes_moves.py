"""Posts whose guid, link or host changes, and different posts that share them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import Entry
from tests.pipeline.detect.windows import Memory, days, post, titles

WINDOW = [post(100, -0.1), post(99, -1), post(98, -2), post(97, -30), post(96, -31)]


def plain(name: str, day: float | None, guid: str = "", link: str = "") -> Entry:
    return Entry(
        guid=guid,
        link=link,
        title=name,
        published=None if day is None else days(day),
        html=f"Text of {name}.",
    )


# --- the same post under other keys ---------------------------------------------------------------------


def test_guid_that_goes_missing_is_the_same_post() -> None:
    changes = Memory(WINDOW).look([replace(entry, guid="") for entry in WINDOW])

    assert [found.known and found.known.id for found in changes.same][-1] == "wp:blog.example:100"
    assert (len(changes.same), changes.moved_ids, changes.warning) == (5, (), "")


def test_guid_that_becomes_a_permalink_is_the_same_post() -> None:
    memory = Memory(WINDOW)
    entry = replace(WINDOW[0], guid=WINDOW[0].link)
    changes = memory.poll([entry, *WINDOW[1:]])

    assert len(changes.same) == 5
    assert changes.moved_ids == (("guid:blog.example/2022/post-100/", "wp:blog.example:100"),)
    assert changes.warning == ""
    assert memory.look([entry]).moved_ids == ()


def test_blog_that_moves_to_another_host_is_recognised_with_a_warning() -> None:
    moved = [
        replace(entry, guid=entry.guid.replace("blog.", "new."), link=entry.link.replace("blog.", "new."))
        for entry in WINDOW
    ]
    memory = Memory(WINDOW)
    changes = memory.poll([post(101, 1, guid="http://new.example/?p=101"), *moved])

    assert titles(changes.new) == ["Post 101"]
    assert len(changes.same) == 5
    assert len(changes.moved_ids) == 5
    assert changes.warning == (
        "5 of 6 posts came under new ids; they are known otherwise, so none was announced."
    )
    assert memory.look(moved).moved_ids == ()


def test_mass_change_of_all_ids_is_silent_where_titles_and_dates_are_known() -> None:
    changed = [
        replace(entry, guid=f"new-{n}", link=f"https://new.example/{n}") for n, entry in enumerate(WINDOW)
    ]
    memory = Memory(WINDOW)
    changes = memory.poll(changed)

    assert (changes.new, changes.silent, len(changes.same) + len(changes.changed)) == ((), (), 5)
    assert changes.warning.startswith("5 of 5")
    assert not changes.gap
    again = memory.look(changed)
    assert (len(again.same), again.warning) == (5, "")


def test_one_post_that_repeats_title_and_date_of_another_is_new() -> None:
    twin = replace(WINDOW[0], guid="http://blog.example/?p=101", link="https://blog.example/2022/twin/")

    assert titles(Memory(WINDOW).look([twin, *WINDOW]).new) == ["Post 100"]
    assert titles(Memory(WINDOW).look([twin, *WINDOW[1:]]).new) == ["Post 100"]


def test_of_two_entries_that_claim_one_post_the_other_keeps_its_own_id() -> None:
    double = replace(WINDOW[0], guid="", title="Other")
    (found,) = Memory(WINDOW).look([double, *WINDOW]).new

    assert found.identity.id == "link:blog.example/2022/post-100"


# --- different posts under like keys --------------------------------------------------------------------


def test_reused_guid_is_a_new_post_with_an_id_of_its_own() -> None:
    memory = Memory(WINDOW)
    reused = post(100, 31, title="Another", link="https://blog.example/2023/another/", html="Other text.")
    now = days(32)
    (found,) = memory.poll([reused, *WINDOW[1:]], now).new

    assert found.identity.id.startswith("wp:blog.example:100#reused-")
    again = memory.poll([reused, *WINDOW[1:]], now)
    assert (again.new, len(again.same)) == ((), 5)
    edited = memory.look([replace(reused, html="Better text."), *WINDOW[1:]], now)
    assert [each.known and each.known.id for each in edited.changed] == [found.identity.id]
    assert memory.posts["wp:blog.example:100"].title == "Post 100"


@pytest.mark.parametrize(
    "entry",
    [
        post(100, 31, title="Another"),
        post(100, 31, link="https://blog.example/2023/another/"),
        post(100, 29, title="Another", link="https://blog.example/2023/another/"),
        post(100, None, title="Another", link="https://blog.example/2023/another/"),
    ],
)
def test_guid_is_reused_only_where_link_title_and_date_say_so(entry: Entry) -> None:
    changes = Memory(WINDOW).look([entry, *WINDOW[1:]], days(32))

    assert (changes.new, titles(changes.changed)) == ((), [entry.title])


def test_blogs_of_one_feed_that_share_numbers_stay_apart() -> None:
    ours = plain("Ours", -1, "http://a.example/?p=123", "https://a.example/ours/")
    theirs = plain("Theirs", 1, "http://b.example/?p=123", "https://b.example/theirs/")

    assert titles(Memory([ours]).look([theirs, ours]).new) == ["Theirs"]
    assert titles(Memory([ours]).look([theirs]).new) == ["Theirs"]


def test_first_posts_of_two_blogs_stay_apart_while_both_are_in_view() -> None:
    ours = plain("Hello world!", -1, "http://a.example/?p=1", "https://a.example/hello-world/")
    theirs = plain("Hello world!", 1, "http://b.example/?p=1", "https://b.example/hello-world/")

    assert len(Memory([ours]).look([theirs, ours]).new) == 1


def test_entries_that_all_link_to_one_page_are_different_posts() -> None:
    page = "https://blog.example/changes"
    memory = Memory([plain("1.0", -1, "one", page)])

    assert titles(memory.poll([plain("1.1", 1, "two", page), plain("1.0", -1, "one", page)]).new) == ["1.1"]
    assert titles(memory.poll([plain("1.2", 1, "three", page)]).new) == ["1.2"]


def test_guid_that_all_entries_share_is_not_believed() -> None:
    def window(*numbers: int) -> list[Entry]:
        return [plain(f"Post {n}", n / 100, "always-the-same", f"https://blog.example/{n}") for n in numbers]

    memory = Memory(window(2, 1))

    assert len(memory.posts) == 2
    assert titles(memory.poll(window(3, 2, 1)).new) == ["Post 3"]
    assert titles(memory.poll(window(4, 3, 2)).new) == ["Post 4"]
    alone = memory.poll(window(5))
    assert titles(alone.new) == ["Post 5"]
    assert memory.look(window(5)).new == memory.look(window(6, 5, 4)).new[1:] == ()


def test_link_that_all_entries_share_is_not_believed_where_there_is_no_guid() -> None:
    memory = Memory(
        [plain("A", 0, link="https://blog.example/news"), plain("B", -1, link="https://blog.example/news")]
    )
    changes = memory.poll(
        [plain(name, day, link="https://blog.example/news") for name, day in (("C", 1), ("A", 0))]
    )

    assert titles(changes.new) == ["C"]
    assert titles(changes.same) == ["A"]


def test_untitled_entries_with_one_guid_are_told_apart_by_their_links() -> None:
    notes = [plain("", n / 10, "same", f"https://blog.example/note/{n}") for n in range(4)]

    assert len(Memory(notes[:2]).look(notes).new) == 2


def test_entry_without_any_key_is_known_by_title_and_date() -> None:
    memory = Memory([plain("A", 0), plain("B", None)])

    assert titles(memory.look([plain("A", 0), plain("B", None), plain("A", 1)]).same) == ["A", "B"]
    assert titles(memory.look([plain("A", 0), plain("A", 1)]).new) == ["A"]


def test_window_that_shares_one_link_with_thousands_of_posts_is_sifted_at_once() -> None:
    page = "https://blog.example/changes"
    memory = Memory([plain(f"{n}", -n / 1000, f"guid {n}", page) for n in range(2000)])
    window = [plain(f"new {n}", 1 + n / 1000, f"new guid {n}", page) for n in range(200)]

    assert len(memory.look(window).new) == 200
