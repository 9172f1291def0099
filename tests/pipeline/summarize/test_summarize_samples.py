# ruff: noqa: RUF001  (typographic quotes are what is printed)
"""Summaries of the sample blog, compared with what a careful editor would choose."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest

from bot.pipeline.summarize.summarize import summarize
from bot.text.html_text import paragraphs, update_paragraph
from bot.text.sentences import split
from tests.pipeline.bodies import FEEDS

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FEEDS.exists(), reason="the shared samples are absent"),
]

# First words of the sentences a careful editor would take, by the start of the title. Sentences that need one
# before them which the editor would not take, such as "The gist of both ..." and "The executive order ...",
# are not among them.
EDITOR = {
    "US Further": [
        "THE FIRST RESTRICTIONS",
        "The Biden administration has now",
        "On November 26",
        "The ban is not",
        "The latest bans fit",
    ],
    "ByteDance IPO": [
        "BYTEDANCE, OWNER OF",
        "The Financial Times reports that",
        "ByteDance had planned",
        "Overseas listings have been",
    ],
    "US Announces": [
        "The list includes well",
        "US shareholders must sell",
        "If more companies are added",
        "This latest measure is based",
    ],
    "Beijing Wants": ["For Chinese firms operating", "Entrepreneurs and firms", "Foreign firms operating"],
    "China Mirrors": [
        "IN THE MIDDLE",
        "Beijing today published",
        "The list will catalogue",
        "Those on the list",
        "The new rules",
    ],
    "Washington": [
        "THE IMPOSITION OF",
        "It is rare if",
        "The sanctions, imposed",
        "The sanctions announcement",
        "Decoupling TikTok",
    ],
    "US Decouples": [
        "ByteDance’s short-video sharing",
        "Zhang Yiming",
        "The National Development and Reform",
    ],
    "Beijing Measures": ["BEIJING’S RESPONSE TO", "China says it will", "The grounds are", "Rubio co-chairs"],
}


def sample_posts() -> Iterator[tuple[str, str]]:
    content = "{http://purl.org/rss/1.0/modules/content/}encoded"
    for item in ET.parse(FEEDS / "china-bystander.xml").iter("item"):
        yield item.findtext("title", ""), item.findtext(content, "")


def lead_of_three(html: str) -> str:
    """The baseline: the first three sentences of the cleaned text, as many as fit."""
    prose = [text for found in paragraphs(html) if not found.quoted for text, _ in split(found.text, "en")]
    fitting = [count for count in (1, 2, 3) if len(" ".join(prose[:count])) <= 600]
    return " ".join(prose[: max(fitting, default=0)])


def agreement(summary: str, title: str) -> tuple[int, int]:
    """How many sentences of the summary the editor would take, and how many not."""
    choice = next(prefixes for start, prefixes in EDITOR.items() if title.startswith(start))
    sentences = [text.strip("… ").casefold() for text, _ in split(summary, "en")]
    taken = sum(text.startswith(tuple(start.casefold() for start in choice)) for text in sentences)
    return taken, len(sentences) - taken


def test_an_editor_prefers_our_choice_to_the_first_three_sentences() -> None:
    ours = [agreement(summarize(html, title), title) for title, html in sample_posts()]
    lead = [agreement(lead_of_three(html), title) for title, html in sample_posts()]

    assert len(ours) == 8
    assert sum(taken for taken, _ in ours) >= sum(taken for taken, _ in lead) + 5
    assert sum(missed for _, missed in ours) < sum(missed for _, missed in lead)
    assert all(taken >= 2 for taken, _ in ours)


def test_no_summary_shows_what_nobody_wants_to_see() -> None:
    for title, html in sample_posts():
        summary = summarize(html, title)

        assert len(summary) <= 600
        assert 2 <= len(split(summary, "en")) <= 3
        for unwanted in (
            "Screenshot",
            "Bystander",
            "Update",
            "update:",
            "Separately",
            "As an aside",
            "Meanwhile",
        ):
            assert unwanted not in summary
        assert not any(found.quoted and found.text[:40] in summary for found in paragraphs(html))


def test_the_one_update_is_found() -> None:
    updates = [update_paragraph(html) for _, html in sample_posts()]

    assert [bool(update) for update in updates] == [False] * 7 + [True]
    assert updates[7].startswith("Update: China has imposed")


def test_excerpts_of_a_real_feed_end_with_whole_sentences() -> None:
    for item in ET.parse(FEEDS / "wordpress-com-2014.rss").iter("item"):
        excerpt = item.findtext("description", "")
        summary = summarize(excerpt, item.findtext("title", ""), excerpt)

        assert summary.endswith((".", "?", "*"))
        assert summary in " ".join(paragraphs(excerpt)[0].text.split())
