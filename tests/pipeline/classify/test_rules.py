"""Filing by the feed alone: its order and the known names, and that doubt never names a category."""

from __future__ import annotations

from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import EvidenceRank, Filing
from bot.pipeline.classify.names import Vocabulary
from bot.pipeline.classify.page import read_page
from bot.pipeline.classify.rules import classify
from bot.text.normalize import fold
from tests.pipeline.bodies import FEEDS

BLOG = Vocabulary.of(
    ["China-U.S.", "Economy", "Hong Kong", "Markets", "Media", "Taiwan", "Technology", "Trade"]
)
NOBODY_KNOWS = Vocabulary()
TRUTH = {  # what the blog's own page says, by post number
    41873: ("China-U.S.", "Technology", "Trade"),
    39120: ("Markets", "Media", "Technology"),
    37444: ("China-U.S.", "Markets", "Taiwan"),
    36982: ("China-U.S.", "Economy", "Technology"),
    36961: ("China-U.S.", "Technology"),
    36503: ("China-U.S.", "Hong Kong", "Taiwan", "Technology"),
    36458: ("China-U.S.", "Media", "Technology"),
    36190: ("China-U.S.",),
}
UNTOLD = 36190  # its single category sorts before all of its tags


class Item(NamedTuple):
    number: int
    link: str
    labels: tuple[str, ...]


def items(name: str) -> list[Item]:
    channel = ET.parse(FEEDS / name).getroot()[0]
    return [
        Item(
            int(item.findtext("guid", "").partition("?p=")[2]),
            item.findtext("link", ""),
            tuple(label.text or "" for label in item.findall("category")),
        )
        for item in channel.findall("item")
    ]


def by_feed(*labels: str, vocabulary: Vocabulary = NOBODY_KNOWS, tagless: bool = False) -> Filing:
    return classify(labels, wordpress=True, vocabulary=vocabulary, tagless=tagless)


# --- the blog itself ------------------------------------------------------------------------------------


@pytest.mark.shared
@pytest.mark.skipif(not FEEDS.exists(), reason="the shared samples are absent")
def test_feed_alone_files_seven_of_eight_sample_posts_and_guesses_none() -> None:
    filings = {item.number: by_feed(*item.labels) for item in items("china-bystander.xml")}

    told = {number: filing.categories for number, filing in filings.items() if not filing.ambiguous}
    assert told == {number: names for number, names in TRUTH.items() if number != UNTOLD}
    assert set(filings[UNTOLD].categories) <= set(TRUTH[UNTOLD])
    assert all(filing.rank is EvidenceRank.ORDER for number, filing in filings.items() if number != UNTOLD)


@pytest.mark.shared
@pytest.mark.skipif(not FEEDS.exists(), reason="the shared samples are absent")
def test_feed_with_a_learned_vocabulary_files_all_sample_posts() -> None:
    filings = {item.number: by_feed(*item.labels, vocabulary=BLOG) for item in items("china-bystander.xml")}

    assert {number: filing.categories for number, filing in filings.items()} == TRUTH
    assert filings[UNTOLD].rank is EvidenceRank.KNOWN


@pytest.mark.shared
@pytest.mark.skipif(not FEEDS.exists(), reason="the shared samples are absent")
def test_page_files_all_sample_posts_exactly() -> None:
    body = (FEEDS / "china-bystander-tag-page.html").read_bytes()
    for item in items("china-bystander.xml"):
        page = read_page(body, "text/html; charset=UTF-8", item.link)
        filing = classify(item.labels, wordpress=True, page=page)

        assert (filing.categories, filing.rank) == (TRUTH[item.number], EvidenceRank.PAGE)
        assert set(filing.tags) == set(item.labels) - set(TRUTH[item.number])


@pytest.mark.shared
@pytest.mark.skipif(not FEEDS.exists(), reason="the shared samples are absent")
def test_classes_of_the_page_file_all_sample_posts_where_its_links_are_missing() -> None:
    body = (FEEDS / "china-bystander-tag-page.html").read_bytes().replace(b'rel="category tag"', b"")
    for item in items("china-bystander.xml"):
        page = read_page(body, "text/html", item.link)
        filing = classify(item.labels, wordpress=True, page=page)

        assert (filing.categories, filing.rank) == (TRUTH[item.number], EvidenceRank.PAGE)


@pytest.mark.shared
@pytest.mark.skipif(not FEEDS.exists(), reason="the shared samples are absent")
def test_real_wordpress_feed_breaks_exactly_once_in_each_post() -> None:
    filings = [by_feed(*item.labels) for item in items("wordpress-com-2014.rss")]

    assert [filing.rank for filing in filings] == [EvidenceRank.ORDER] * 10
    assert all(filing.categories and filing.tags for filing in filings)


# --- the order of the feed ------------------------------------------------------------------------------


def test_order_breaks_between_categories_and_tags() -> None:
    filing = by_feed("China-U.S.", "Trade", "Dahua", "ZTE")

    assert filing == Filing(
        categories=("China-U.S.", "Trade"),
        tags=("Dahua", "ZTE"),
        rank=EvidenceRank.ORDER,
        evidence="The feed prints categories first, then tags; the order breaks after 'Trade'.",
    )


def test_tag_with_the_name_of_a_category_stays_a_tag() -> None:
    filing = by_feed("Markets", "Media", "ByteDance", "Hong Kong", vocabulary=BLOG)

    assert filing.categories == ("Markets", "Media")
    assert filing.tags == ("ByteDance", "Hong Kong")


def test_new_category_before_the_break_is_taken_though_nobody_knows_it() -> None:
    assert by_feed("China-U.S.", "Health", "Beijing", vocabulary=BLOG).categories == ("China-U.S.", "Health")


def test_order_that_contradicts_the_known_categories_is_doubted() -> None:
    filing = by_feed("Dahua", "TikTok", "China-U.S.", "Trade", vocabulary=BLOG)

    assert filing.ambiguous
    assert filing.categories == filing.tags == ()


def test_known_first_label_is_the_category_where_the_order_does_not_break() -> None:
    filing = by_feed("China-U.S.", "human rights", "Taiwan", "TikTok", vocabulary=BLOG)

    assert filing.categories == ("China-U.S.",)
    assert filing.tags == ("human rights", "Taiwan", "TikTok")
    assert (filing.rank, filing.ambiguous) == (EvidenceRank.KNOWN, False)


def test_two_known_first_labels_are_doubted_since_the_second_may_be_a_tag() -> None:
    filing = by_feed("China-U.S.", "Technology", "TikTok", vocabulary=BLOG)

    assert filing.ambiguous
    assert filing.categories == ("China-U.S.",), "a category by either reading"
    assert filing.tags == ("TikTok",), "a tag by either reading"


def test_a_blog_that_never_showed_a_tag_has_none_among_known_names() -> None:
    labels = ("China-U.S.", "Technology", "Trade")
    filing = by_feed(*labels, vocabulary=BLOG, tagless=True)

    assert (filing.categories, filing.tags, filing.ambiguous) == (labels, (), False)
    assert filing.rank is EvidenceRank.KNOWN
    assert "No post of this blog ever showed a tag" in filing.evidence


def test_a_name_nobody_knows_may_be_the_first_tag_of_a_blog() -> None:
    filing = by_feed("China-U.S.", "Technology", "Wombats", vocabulary=BLOG, tagless=True)

    assert (filing.categories, filing.tags, filing.ambiguous) == (("China-U.S.",), ("Wombats",), True)


def test_unknown_first_label_before_a_known_one_is_doubted() -> None:
    filing = by_feed("Beijing", "China-U.S.", "Dahua", vocabulary=BLOG)

    assert (filing.ambiguous, filing.categories) == (True, ()), "this blog may sort in another way"


def test_one_sorted_run_without_known_names_begins_with_a_category() -> None:
    filing = by_feed("China-U.S.", "human rights", "Uighurs")

    assert (filing.categories, filing.tags, filing.ambiguous) == (("China-U.S.",), (), True)
    assert filing.evidence == (
        "The feed does not tell categories from tags here; its labels are one sorted run, of which "
        "the first is a category in any case."
    )


def test_single_label_is_a_category() -> None:
    assert by_feed("Trade").categories == ("Trade",)


def test_several_breaks_tell_nothing_unless_one_label_alone_is_known() -> None:
    labels = ("Zulu", "Trade", "Alpha")

    assert by_feed(*labels).ambiguous
    filing = by_feed(*labels, vocabulary=BLOG)
    assert (filing.categories, filing.tags) == (("Trade",), ("Zulu", "Alpha"))


def test_order_by_accents_or_signs_is_no_break() -> None:
    assert by_feed("Économie", "France").ambiguous
    assert by_feed("Vie", "Économie", "France").ambiguous, "a database may sort É after Z"
    assert by_feed("“Quoted”", "Asia").ambiguous


def test_case_is_no_break() -> None:
    assert by_feed("Apple", "banana", "Cherry").ambiguous


def test_no_label_at_all_is_no_filing() -> None:
    assert by_feed() == Filing(evidence="The feed prints no categories with this post.")
    assert by_feed("—", " ") == by_feed()


NAMES = st.lists(st.text("aàbBcČdzZ &.", min_size=1, max_size=6).filter(fold), min_size=1, max_size=6)


@given(NAMES, NAMES, NAMES)
def test_feed_alone_never_names_a_false_category(
    filed: list[str], tagged: list[str], other: list[str]
) -> None:
    labels = dict.fromkeys([*sorted(filed, key=str.casefold), *sorted(tagged, key=str.casefold)])
    known_by = (NOBODY_KNOWS, Vocabulary.of(filed), Vocabulary.of([*filed, *other]), Vocabulary.of(other))
    for vocabulary in known_by:
        filing = by_feed(*labels, vocabulary=vocabulary)

        assert {fold(name) for name in filing.categories} <= {fold(name) for name in filed}
        assert not filing.ambiguous or filing.categories in ((), (next(iter(labels)).strip(),))
