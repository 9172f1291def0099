"""Who an entry is, whatever its feed does to guid and link."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Entry
from bot.pipeline.detect.changes import Identity, identify, text_hash

LINK = "https://blog.example/2022/11/26/a-post/"
DATE = datetime(2022, 11, 26, 23, 41, 7, tzinfo=UTC)


def entry(guid: str = "", link: str = "", title: str = "", published: datetime | None = None) -> Entry:
    return Entry(guid=guid, link=link, title=title, published=published)


def test_wordpress_number_of_the_guid_is_the_id() -> None:
    identity = identify(entry("http://blog.example/?p=41873", LINK))

    assert identity == Identity(
        id="wp:blog.example:41873", aliases=("/?p=41873", "/2022/11/26/a-post"), wordpress_id=41873
    )


@pytest.mark.parametrize(
    "guid",
    [
        "https://blog.example/?p=41873",
        "http://www.blog.example/?p=41873",
        "http://BLOG.example:80/?p=41873",
        "//blog.example/index.php?p=41873",
        "http://user@blog.example/?post_type=post&p=41873",
        " http://blog.example?p=41873#x ",
    ],
)
def test_guid_that_flips_between_http_and_https_stays_one_id(guid: str) -> None:
    assert identify(entry(guid)).id == "wp:blog.example:41873"


def test_number_of_the_link_serves_where_the_guid_is_missing() -> None:
    assert identify(entry("", "https://blog.example/?p=5")).id == "wp:blog.example:5"


def test_blogs_in_folders_or_on_ports_of_one_host_are_told_apart() -> None:
    guids = (
        "http://h.example/a/?p=1",
        "http://h.example/b/?p=1",
        "http://h.example:81/?p=1",
        "http://h.example/?p=1",
    )

    assert len({identify(entry(guid)).id for guid in guids}) == 4


@pytest.mark.parametrize(
    "guid",
    [
        "http://forum.example/viewtopic.php?f=1&p=7",
        "http://blog.example/?page=7",
        "http://blog.example/?p=7x",
        "http://blog.example/?p=0",
        "http://blog.example/?p=" + "9" * 40,
        "tag:blog.example,2022:?p=7",
        "http://[bad/?p=7",
    ],
)
def test_other_numbers_are_no_wordpress_number(guid: str) -> None:
    identity = identify(entry(guid, LINK))

    assert identity.id.startswith("guid:")
    assert identity.wordpress_id == 0


def test_other_guid_is_the_id_without_its_scheme() -> None:
    assert identify(entry(" https://blog.example/a/ ", LINK)).id == "guid:blog.example/a/"
    assert identify(entry("urn:uuid:1-2")).id == "guid:urn:uuid:1-2"


def test_link_is_the_id_where_there_is_no_guid() -> None:
    forms = (
        LINK,
        LINK.rstrip("/"),
        LINK.replace("https://", "http://www."),
        LINK + "?utm_source=rss&fbclid=1",
    )

    assert {identify(entry(" ", link)).id for link in forms} == {"link:blog.example/2022/11/26/a-post"}


def test_query_of_a_link_may_be_all_that_tells_posts_apart() -> None:
    assert identify(entry("", "https://b.example/story?id=1")) != identify(
        entry("", "https://b.example/story?id=2")
    )
    assert identify(entry("", "https://b.example/log#v1")) != identify(entry("", "https://b.example/log#v2"))


def test_title_and_date_are_the_id_of_last_resort() -> None:
    one, other = entry(title="A", published=DATE), entry(title="B", published=DATE)

    assert identify(one).id.startswith("text:")
    assert identify(one) == identify(entry(title=" a", published=DATE))
    assert identify(one).id != identify(other).id


def test_bare_host_is_no_alias() -> None:
    assert identify(entry("https://blog.example/", "https://blog.example")).aliases == ()


@given(st.text(max_size=400), st.text(max_size=400), st.text(max_size=40), st.none() | st.just(DATE))
def test_any_entry_has_one_id_of_bounded_length(
    guid: str, link: str, title: str, date: datetime | None
) -> None:
    identity = identify(entry(guid, link, title, date))

    assert identity == identify(entry(guid, link, title, date))
    assert identity.id.startswith(("wp:", "guid:", "link:", "text:"))
    assert all(0 < len(key) <= 300 for key in (identity.id, *identity.aliases))
    assert all(alias.startswith(("/", "text:")) for alias in identity.aliases)


def test_long_guids_that_differ_at_their_end_differ() -> None:
    assert identify(entry("x" * 5000 + "1")).id != identify(entry("x" * 5000 + "2")).id


def test_text_hash_is_that_of_the_words() -> None:
    one = Entry("", "", "T", html="<p>Words &amp; words</p><img src='https://pixel.example/b.gif?rand=1'>")
    same = Entry("", "", "Other title", html="<div>Words  & <b>words</b>\u00a0</div>")

    assert text_hash(one) == text_hash(same)
    assert text_hash(one) != text_hash(Entry("", "", "T", html="<p>Words</p>"))
    assert text_hash(Entry("", "", "T", excerpt="Words")) == text_hash(Entry("", "", "T", html="Words"))
