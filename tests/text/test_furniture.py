# ruff: noqa: RUF001  (sentences in many scripts)
from __future__ import annotations

import pytest

from bot.pipeline.summarize.summarize import summarize
from bot.text.html_text import paragraphs
from tests.text.host_lines import TONGUES, posts


@pytest.mark.parametrize("code", TONGUES)
def test_no_stock_sentence_of_a_host_is_read_as_the_author_s(code: str) -> None:
    tongue = TONGUES[code]
    read = {
        host: [one.text for one in paragraphs(html, tongue.title)] for host, html in posts(tongue).items()
    }

    assert len(read) == 5
    assert read == {host: [tongue.first, tongue.second] for host in read}


@pytest.mark.parametrize("code", TONGUES)
def test_the_summary_of_a_post_is_free_of_them_too(code: str) -> None:
    tongue = TONGUES[code]
    gap = "" if code in ("zh", "ja") else " "

    for host, html in posts(tongue).items():
        assert summarize(html, tongue.title) == f"{tongue.first}{gap}{tongue.second}", host


@pytest.mark.parametrize("code", TONGUES)
def test_nor_where_a_feed_has_plain_text(code: str) -> None:
    tongue = TONGUES[code]
    gap = "" if code in ("zh", "ja") else " "
    credit = tongue.credit.format(t=tongue.title, b="Bridges")
    text = gap.join([tongue.first, tongue.second, credit])

    assert tongue.credit[-8:] not in summarize("", tongue.title, text)
    assert summarize(f"<p>{tongue.first}</p><p>{credit}</p>", tongue.title) == tongue.first


@pytest.mark.parametrize(
    "text",
    [
        "The newspaper said that it had gained 40,000 subscribers in a year, most of them under thirty.",
        "Subscribers to the failed newsletter will get their money back, the court in Leeds ruled.",
        "Sponsors of the bill withdrew it on Monday after a night of talks.",
        "The bill’s sponsor, Senator Holm, said that the podcast had misquoted him.",
        "Bake the cookies for twelve minutes and let them cool on your windowsill.",
        "Die Zeitung hat eine Million Abonnenten, und sie bietet jetzt auch einen kostenlosen Rundbrief an.",
        "Le journal compte deux cent mille abonnés, et la chaîne gratuite en compte le double.",
        "El canal perdió la mitad de sus suscriptores tras el escándalo.",
        "Donations to the museum rose by a third after the fire.",
        "AdWords API versions after v201509 will no longer support the old service, so migrate soon.",
        "该报称其订阅用户一年内增加了四万。",
        "新聞の購読者は一年で四万人増えた。",
    ],
)
@pytest.mark.parametrize("place", ["first", "last"])
def test_news_about_newsletters_and_sponsors_is_no_plea(text: str, place: str) -> None:
    other = "<p>The council met on Monday and talked for nine hours about the price of water.</p>"
    html = f"<p>{text}</p>{other}" if place == "first" else f"{other}<p>{text}</p>"

    assert text in [one.text for one in paragraphs(html, "A Post")]


def test_a_line_that_links_its_title_counts_only_at_the_end_of_a_post() -> None:
    credit = '<p><a href="https://b.example/1/">A Post</a> mehefin <a href="https://b.example">B</a></p>'

    assert not paragraphs(f"<p>One.</p>{credit}", "A Post")[1:]
    assert paragraphs(f"{credit}{'<p>One.</p>' * 9}", "A Post")[0].text == "A Post mehefin B"
