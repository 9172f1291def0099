"""One post that a feed prints twice, under two guids, is told once."""

from __future__ import annotations

from dataclasses import replace

from bot.model import Entry
from tests.pipeline.detect.windows import Memory, days, post

WINDOW = [post(100, -0.1), post(99, -1), post(98, -2)]


def test_a_post_that_is_printed_twice_is_new_once_and_its_twin_stays_unknown() -> None:
    entry = Entry(
        guid="one", link="https://blog.example/a", title="A", published=days(1), html="<p>Text.</p>"
    )
    twin = replace(entry, guid="two")
    memory = Memory(WINDOW)

    assert [found.entry.guid for found in memory.look([*WINDOW, entry, twin]).new] == ["one"]
    (first,) = memory.poll([*WINDOW, entry]).new
    assert first.entry == entry
    for entries in ([twin, entry], [entry, twin], [twin]):
        changes = memory.poll([*WINDOW, *entries])
        assert (changes.new, changes.silent) == ((), ())


def test_posts_that_differ_in_what_a_reader_sees_are_no_twins() -> None:
    entry = Entry(
        guid="one", link="https://blog.example/a", title="A", published=days(1), html="<p>Text.</p>"
    )
    others = [
        replace(entry, guid="two", link="https://blog.example/b"),
        replace(entry, guid="three", title="B"),
        replace(entry, guid="four", html="<p>Another.</p>"),
        replace(entry, guid="five", published=days(2)),
        replace(entry, guid="six", link=""),
        replace(entry, guid="seven", link=""),
    ]

    assert len(Memory(WINDOW).look([*WINDOW, entry, *others]).new) == 7
