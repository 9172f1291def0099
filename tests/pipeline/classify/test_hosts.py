"""Filing by what feeds of many hosts print, from their bytes to the filing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.model import EvidenceRank, Feed, FeedSettings, FeedState, Filing
from bot.pipeline.classification import ClassifyRequest, ToFile
from bot.pipeline.classify.hosts import filed_by_link, host_of, section_of
from bot.pipeline.classify.names import Vocabulary
from bot.pipeline.classify.rules import classify
from bot.pipeline.detect.identity import identify
from bot.pipeline.parse.feed import parse
from bot.ports import Lexicon
from tests.pipeline.classify.host_feeds import HOSTS, atom_feed, labels, rss_feed, terms

NOW = datetime(2026, 6, 1, tzinfo=UTC)
URL = "https://blog.example/feed"
OF_THE_PODCAST = (
    "The feed prints no categories with this post; the podcast as a whole is filed under "
    "Society & Culture, Documentary, History."
)
OF_PATHS = (
    "The feed prints no tags, so its labels are categories: World/Asia/China, Sport; "
    "World/Asia, World are categories above."
)


def filings(body: bytes, *configured: str, aliases: dict[str, str] | None = None) -> list[Filing]:
    """Return the filings of a feed's posts, as a poll without API and pages makes them."""
    parsed = parse(body, "", URL)
    posts = [
        ToFile(
            each.guid, each.link, each.guid, each.title, identify(each).wordpress_id, each.labels, each.kinds
        )
        for each in parsed.entries
    ]
    feed = Feed(1, FeedSettings("Blog", URL), URL, FeedState(), NOW)
    job = ClassifyRequest(feed, posts, parsed.generator, parsed.link, Lexicon(), NOW, shelves=parsed.shelves)
    return [
        classify(
            post.labels,
            wordpress=job.wordpress,
            vocabulary=Vocabulary.of(configured),
            aliases=aliases,
            said=job.said_of(post),
        )
        for post in posts
    ]


@pytest.mark.parametrize("host", HOSTS)
def test_a_post_is_filed_as_its_host_prints_it(host: str) -> None:
    body, categories, tags = HOSTS[host]
    filing = filings(body)[-1]

    assert (filing.categories, filing.tags, filing.ambiguous) == (categories, tags, False)
    assert filing.rank is (EvidenceRank.GIVEN if categories or tags else EvidenceRank.NONE)


@pytest.mark.parametrize(
    ("host", "evidence"),
    [
        ("domain category and post_tag", "The feed marks which of its labels are categories: Trade."),
        ("only post_tag", "The feed marks all of its labels as tags."),
        ("podcast", OF_THE_PODCAST),
        ("ghost", "Ghost has tags only, the primary one first, so they are categories: News, Asia."),
        ("jekyll", "Jekyll shows a post's categories in its address: World Trade."),
        ("youtube", "The feed prints no categories with this post."),
        ("paths", OF_PATHS),
    ],
)
def test_the_evidence_says_what_was_read(host: str, evidence: str) -> None:
    assert filings(HOSTS[host][0])[-1].evidence == evidence


@pytest.mark.parametrize(
    ("link", "section"),
    [
        ("https://x.substack.com/s/trade-notes", "Trade notes"),
        ("https://x.example/s/trade-notes/", "Trade notes"),
        ("https://x.substack.com/s/n%C3%A4he", "Nähe"),
        ("https://x.substack.com", ""),
        ("https://x.substack.com/p/s/trade-notes", ""),
        ("https://x.substack.com/feed?sectionId=12", ""),
        ("https://[x/s/trade-notes", ""),
    ],
)
def test_the_feed_of_a_section_of_a_substack_is_filed_under_it(link: str, section: str) -> None:
    body = rss_feed("", generator="Substack").replace(b"<link>https://blog.example/</link>", b"", 1)
    body = body.replace(b"<channel>", f"<channel><link>{link}</link>".encode(), 1)
    (filing,) = filings(body)

    assert filing.categories == ((section,) if section else ())
    if section:
        assert filing.rank is EvidenceRank.GIVEN
        assert filing.evidence.endswith(f"its address says that it is of one section: {section}.")
    assert section_of("WordPress.com", link) == ""


def test_the_address_at_which_a_feed_is_read_names_its_section_too() -> None:
    assert section_of("Substack", "https://x.example", "https://x.example/s/notes/feed") == "Notes"


def test_a_blog_that_has_categories_in_view_has_tags_that_are_only_tags() -> None:
    tagged = terms("Zinc", scheme="https://blog.example/tags/")
    with_categories = filings(atom_feed(tagged, tagged + terms("Trade")))

    assert [(each.categories, each.tags) for each in with_categories] == [
        ((), ("Zinc",)),
        (("Trade",), ("Zinc",)),
    ]
    assert filings(atom_feed(tagged))[0].categories == ("Zinc",)


def test_wordpress_marks_count_only_if_all_labels_have_them() -> None:
    body = rss_feed(
        labels("Trade", domain="category") + labels("Asia"), generator="https://wordpress.org/?v=6.8"
    )

    assert filings(body)[0].rank is not EvidenceRank.GIVEN


def test_a_long_list_is_split_before_names_are_cut() -> None:
    names = [f"A label of length {number}" for number in range(12)]
    entries = parse(rss_feed(labels(", ".join(names)), labels(", ".join(names[:2])))).entries

    assert entries[0].labels == tuple(names)


@pytest.mark.parametrize(
    "lists",
    [
        ["Trade, and this is what the ministry said", "Trade, Asia"],  # prose
        ["Trade, " + "x" * 41, "Trade, Asia"],
        ["Trade, one two three four five six", "Trade, Asia"],
        ["Trade, Asia", "Trade, Zinc", "Trade", "Sport", "Sport"],  # half of them would be a habit
        ["Trade, Asia", "Trade, Asia"],
        ["Trade, Asia", "Trade"],  # one list is none
    ],
)
def test_what_is_no_habit_of_lists_stays_whole(lists: list[str]) -> None:
    found = parse(rss_feed(*[labels(each) for each in lists])).entries

    assert [each.labels for each in found] == [(each,) for each in lists]


def test_wordpress_names_with_commas_stay_whole() -> None:
    body = rss_feed(labels("Trade, Asia"), labels("Trade, Zinc"), generator="WordPress.com")

    assert [each.labels for each in parse(body).entries] == [("Trade, Asia",), ("Trade, Zinc",)]


def test_the_config_outranks_marks_and_names_what_is_below() -> None:
    body = rss_feed(labels("World/Asia", "Zinc", domain="category"))
    filing = filings(body, "World")[0]

    assert (filing.categories, filing.tags) == (("World/Asia", "World"), ("Zinc",))


def test_an_alias_is_what_a_path_is_read_from() -> None:
    body = rss_feed(labels("World/Asia"))

    assert filings(body, aliases={"World/Asia": "Asia"})[0].categories == ("Asia",)
    assert filings(body, aliases={"World": "Abroad"})[0].categories == ("World/Asia", "Abroad")


@pytest.mark.parametrize(
    ("generator", "host"),
    [
        ("https://wordpress.org/?v=6.8", "WordPress"),
        ("http://wordpress.com/", "WordPress"),
        ("WordPress Medium Importer", "WordPress"),
        ("Ghost 5.94", "Ghost"),
        ("Hugo -- gohugo.io", "Hugo"),
        ("Ghostwriter", ""),
        ("", ""),
    ],
)
def test_the_generator_names_the_host(generator: str, host: str) -> None:
    assert host_of(generator) == host


@pytest.mark.parametrize(
    ("link", "site", "slugs"),
    [
        ("https://b.example/trade/asia/2026/05/01/x.html", "https://b.example/", ("trade", "asia")),
        ("https://b.example/blog/trade/2026/05/01/x.html", "https://b.example/blog/", ("trade",)),
        ("https://b.example/2026/05/01/x.html", "https://b.example/", ()),
        ("https://b.example/trade/x.html", "", ()),
        ("https://[b.example/trade/2026/x", "", ()),
    ],
)
def test_the_categories_in_an_address_stand_before_the_year(
    link: str, site: str, slugs: tuple[str, ...]
) -> None:
    assert filed_by_link(link, site) == slugs
