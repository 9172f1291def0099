# ruff: noqa: RUF001  (typographic quotes and foreign full stops are what is tested)
from __future__ import annotations

import pytest

from bot.pipeline.summarize.summarize import summarize

TITLE = "Council Bans Cars From Old Town"
LEAD = "The city council voted on Monday to ban cars from the old town of Bergen from next May."
FACT = "About 4,000 residents and 300 shops inside the ring road are affected by the ban on cars."
WHY = "Shop owners fear that customers will drive to malls once the old town of Bergen is closed to cars."
FILLER = "The old town was laid out in the twelfth century around a harbour and a market."
STORY = f"<p>{LEAD}</p><p>{FACT}</p><p>{WHY}</p>"


def test_a_news_brief_is_told_in_two_or_three_sentences_in_reading_order() -> None:
    assert summarize(f"{STORY}<p>{FILLER}</p>", TITLE) == f"{LEAD} {FACT} {WHY}"


def test_the_same_input_gives_the_same_summary() -> None:
    assert summarize(STORY, TITLE) == summarize(STORY, TITLE)


def test_a_post_of_one_sentence_is_its_own_summary() -> None:
    assert summarize("<p>We moved to Berlin.</p>", "Moved") == "We moved to Berlin."
    assert summarize("<p>We moved to Berlin</p>", "Moved") == "We moved to Berlin"


@pytest.mark.parametrize(
    "html", ["", "   ", "<p></p>", "<figure><img alt='DSC_1.jpg'></figure>", "<form><p>Search.</p></form>"]
)
def test_nothing_is_made_of_nothing(html: str) -> None:
    assert summarize(html, TITLE) == ""


def test_an_anecdote_before_the_news_gives_way_to_the_news() -> None:
    anecdote = "On a wet morning in January Maria Lopes slipped outside her bakery and broke her wrist."
    more = "She had swept the same stones for thirty years before it came to this accident."

    assert summarize(f"<p>{anecdote} {more}</p>{STORY}", TITLE) == f"{LEAD} {FACT} {WHY}"


# --- what nobody wants to see -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "unwanted",
    [
        "<figure><figcaption>Cars in the old town of Bergen on Monday.</figcaption></figure>",
        "<p>Photo: Cars in the old town of Bergen (Agency)</p>",
        "<p>Share this: Council bans cars from old town.</p>",
        "<p>Filed under: Cars, Old town, Council, Bergen.</p>",
        "<h2>Council bans cars from the old town of Bergen.</h2>",
        "<table><tr><td>Council bans cars from the old town of Bergen.</td></tr></table>",
        "<ul><li><a href='/x'>Council bans cars from the old town of Bergen.</a></li></ul>",
        "<p>Subscribe to our newsletter on cars and the old town of Bergen.</p>",
        "<p>The post <a>Council Bans Cars From Old Town</a> appeared first on <a>Bergen</a>.</p>",
        "<p>Read more about the council and cars in the old town of Bergen.</p>",
        "<p>Update: The council met on the ban on cars in the old town of Bergen. The mayor agreed.</p>",
        "<p><b>UPDATE (July 14):</b> The council has replied on the ban on cars in the old town.</p>",
        "<p>Correction: The council voted on Monday about cars in the old town of Bergen.</p>",
        "<p>The mayor of Bergen said of the ban on cars in the old town by the council:</p>",
        "<p>The mayor of Bergen is the only one to defend the ban on cars, saying it will</p>",
        "<blockquote><p>The council bans cars from the old town of Bergen on Monday.</p></blockquote>",
        "<p>“The council bans cars from the old town of Bergen on Monday.”</p>",
        "<p>“The council bans cars. The old town of Bergen is closed to 300 cars</p>",
        "<p>The council bans cars from the old town of Bergen (update: from May).</p>",
        "<p>The council bans cars &lt;b&gt;from the old town of Bergen&lt;/b&gt; on Monday.</p>",
        "<p>The council bans cars from the old town of Bergen &amp;#8217; on Monday.</p>",
        "<p>The ban on cars in the old town by the council is at https://bergen.example today.</p>",
        "<p>Separately, the council of Bergen also bans cars from the old town on Sunday.</p>",
        "<p>What the council of Bergen does about cars in the old town, this Bystander has no idea.</p>",
        "<p>I have driven 300 cars through the old town of Bergen myself before the ban.</p>",
        "<p>Will the council of Bergen ever allow 300 cars in the old town again?</p>",
        "<p>Cars are gone.</p>",
    ],
)
def test_what_nobody_wants_to_see_is_left_out(unwanted: str) -> None:
    at_the_top = f"{unwanted}{STORY}"
    in_between = f"<p>{LEAD}</p>{unwanted}<p>{FACT}</p><p>{WHY}</p>"

    assert summarize(at_the_top, TITLE) == f"{LEAD} {FACT} {WHY}"
    assert summarize(in_between, TITLE).replace(" … ", " ") == f"{LEAD} {FACT} {WHY}"


def test_an_update_that_takes_something_back_is_always_told() -> None:
    update = "Update: The ban on cars has been postponed until the autumn."

    assert summarize(f"{STORY}<p>{update}</p>", TITLE).endswith(f" {update}")
    assert summarize(f"<p>{update}</p>{STORY}", TITLE).startswith(f"{update} {LEAD}")
    assert "postponed" in summarize(f"<p>Buses stop at the gate.</p><p>{update}</p>", TITLE)


def test_what_a_correction_denies_is_not_told() -> None:
    correction = "<p>Correction: the council voted on Tuesday, not Monday.</p>"
    bracket = "<p>Today was the last day to object (update: the last day has been moved to June).</p>"

    assert summarize(f"{STORY}{correction}", TITLE) == f"{FACT} {WHY}"
    assert summarize(f"<p>Today was the last day to object in Bergen.</p>{STORY}{bracket}", TITLE) == (
        f"{LEAD} {FACT} {WHY}"
    )


@pytest.mark.parametrize(
    "leaning",
    [
        "That would close the old town of Bergen to 4,000 cars, the council said on Monday.",
        "However, the council of Bergen also bans 300 cars from the old town on Monday.",
        "Today it banned 4,000 cars from the old town of Bergen, the council said.",
    ],
)
def test_a_sentence_that_needs_another_does_not_open_a_summary(leaning: str) -> None:
    html = f"<blockquote>Quoted.</blockquote><p>{leaning}</p>{STORY}"

    assert summarize(html, TITLE) == f"{LEAD} {FACT} {WHY}"


def test_a_biography_of_the_author_is_no_part_of_the_story() -> None:
    html = f"<p>{LEAD}</p><p>Jane Lin is a reporter in Bergen who covers the council and cars.</p>"

    assert summarize(html, TITLE) == LEAD


def test_a_sentence_that_leans_on_another_comes_only_right_after_it() -> None:
    leaning = "It will also close two car parks and reroute 40 bus lines through the old town of Bergen."

    assert summarize(f"<p>{LEAD} {leaning}</p>", TITLE) == f"{LEAD} {leaning}"
    assert summarize(f"<p>{LEAD} She shrugged. {leaning}</p>", TITLE) == LEAD


def test_an_answer_comes_only_right_after_its_question() -> None:
    question, answer = (
        "What drove the council of Bergen to ban cars?",
        "A study of the air that doctors of the old town wrote.",
    )

    assert summarize(f"<p>{LEAD}</p><p>{question} {answer}</p><p>{FACT}</p>", TITLE) == f"{LEAD} … {FACT}"
    assert summarize(f"<p>{question} {answer}</p>", TITLE) == f"{question} {answer}"


def test_an_essay_told_in_the_first_person_is_not_held_to_be_an_aside() -> None:
    first = "I have killed more tomatoes this year than in the ten years before it."
    second = "We planted too early, in the first warm week of April, and then the frost came."

    assert summarize(f"<p>{first}</p><p>{second}</p>", "A Year Of Gardening") == f"{first} {second}"


# --- length -----------------------------------------------------------------------------------------------


def test_a_summary_keeps_within_its_limit_by_leaving_out_sentences() -> None:
    assert summarize(STORY, TITLE, limit=len(LEAD) + len(FACT) + 1) == f"{LEAD} {FACT}"
    assert summarize(STORY, TITLE, limit=len(LEAD)) == LEAD


def test_only_a_sentence_that_is_too_long_by_itself_is_cut_at_the_end_of_a_word() -> None:
    assert summarize(f"<p>{LEAD}</p>", TITLE, limit=30) == "The city council voted on…"


def test_a_shorter_whole_sentence_beats_a_cut_one() -> None:
    assert summarize(f"<p>{'word ' * 200}end.</p><p>{FACT}</p>", TITLE) == FACT


# --- the excerpt ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("excerpt", "summary"),
    [
        (
            "The bank raised rates. It was the first rise in a year, and markets were [&#8230;]",
            "The bank raised rates.",
        ),
        ("The bank raised rates. Analysts were surprised [...]", "The bank raised rates."),
        ("The bank raised rates, and markets [&hellip;]", "The bank raised rates, and markets…"),
        (
            "The bank&#8217;s rates rose. So &#8230; <a href='x'>Continue reading Bank &#8594;</a>",
            "The bank’s rates rose.",
        ),
        ("The bank raised rates. Continue reading “Bank” →", "The bank raised rates."),
        ("<p>The bank raised rates.</p><img src='b.gif'>", "The bank raised rates."),
        ("Bank raises rates", "Bank raises rates"),
        ("Bank raises rates, in pictures Continue reading...", "Bank raises rates, in pictures"),
        ("The bank raised rates (more…)", "The bank raised rates"),
        ("The governor said:", ""),
        ("", ""),
    ],
)
def test_the_excerpt_stands_in_for_a_post_without_prose(excerpt: str, summary: str) -> None:
    assert summarize("<figure><img></figure>", "Bank", excerpt) == summary


def test_an_excerpt_is_cut_within_the_limit() -> None:
    assert summarize("", "", "One two three. Four five six.", limit=20) == "One two three."
    assert summarize("", "", "One two three four five", limit=14) == "One two three…"


def test_a_feed_that_gives_the_excerpt_as_content_shows_its_whole_sentences() -> None:
    content = f"<p>{LEAD} {FACT} The mayor was [&#8230;]<img src='https://pixel.wp.com/b.gif'></p>"

    assert summarize(content, TITLE, content) == f"{LEAD} {FACT}"


def test_a_quotation_is_never_told_as_the_author_s_own_words() -> None:
    words = "First, I hope everyone will love the country. Enterprise knows no borders."
    quoted = f"<blockquote><p>{words}</p></blockquote>"

    assert summarize(f"<p>Xi told them:</p>{quoted}", "Xi", words) == f"Xi told them: “{words}”"
    assert summarize(quoted, "Xi", words) == ""


# --- other languages --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "kept", "left_out", "gap"),
    [
        (
            "中国公布稀土出口规定",
            ["中国商务部星期一公布新的稀土出口规定，要求申报用户。", "规定十二月生效，涉及十七种稀土元素。"],
            [
                "不过，分析人士认为影响有限。",
                "更新：商务部已经回应稀土出口规定。",
                "“我们将采取行动。这很重要。”",
            ],
            "",
        ),
        (
            "Bundestag beschließt Heizungsgesetz",
            [
                "Der Bundestag hat am 8. September das Heizungsgesetz mit z. B. neuen Fristen beschlossen.",
                "Für Hausbesitzer gelten beim Heizungsgesetz Übergangsfristen bis zum Jahr 2028.",
            ],
            [
                "„Das Heizungsgesetz ist zu teuer. Wir brauchen es nicht.“",
                "Nachtrag: Das Heizungsgesetz gilt.",
            ],
            " ",
        ),
        (
            "الصين تفرض قيودا",
            ["فرضت الصين اليوم قيودا جديدة على صادرات المعادن النادرة إلى الخارج."],
            ["هذا القرار أثار القلق."],
            " ",
        ),
    ],
    ids=["zh", "de", "ar"],
)
def test_other_languages_are_summarized_too(
    title: str, kept: list[str], left_out: list[str], gap: str
) -> None:
    html = "".join(f"<p>{text}</p>" for text in [*kept, "<blockquote>…</blockquote>", *left_out])

    assert summarize(html, title) == gap.join(kept)
