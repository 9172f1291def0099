from __future__ import annotations

import os
import subprocess
import sys
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pipeline.summarize.summarize import summarize
from bot.text.html_text import paragraphs
from bot.text.sentences import split

WORDS = st.lists(
    st.sampled_from(
        ["China", "ban", "rates", "the", "on", "of", "trade", "US", "minister", "4.5", "It", "That", "said"]
    ),
    min_size=1,
    max_size=60,
)
SENTENCES = st.lists(WORDS.map(lambda words: " ".join(["Numbered", *words]) + "."), min_size=1, max_size=12)
TAGS = '<p> </p> <br> <blockquote> <li> <b> &amp; &#8217; “ " 。 \x00 \ud800'
MARKUP = st.sampled_from(TAGS.split(" "))
HOSTILE = st.lists(MARKUP | st.text(max_size=12), max_size=30).map("".join)


@given(HOSTILE, st.text(max_size=40), HOSTILE, st.integers(min_value=0, max_value=700))
def test_any_input_gives_clean_text_within_the_limit(html: str, title: str, excerpt: str, limit: int) -> None:
    summary = summarize(html, title, excerpt, limit)

    assert len(summary) <= limit
    assert summary == " ".join(summary.split())


@given(SENTENCES, st.integers(min_value=1, max_value=4), st.integers(min_value=40, max_value=600))
def test_a_summary_is_whole_sentences_of_the_post_in_reading_order(
    sentences: list[str], per_paragraph: int, limit: int
) -> None:
    numbered = [text.replace("Numbered", f"Item {number}", 1) for number, text in enumerate(sentences, 100)]
    groups = [numbered[at : at + per_paragraph] for at in range(0, len(numbered), per_paragraph)]
    html = "".join(f"<p>{escape(' '.join(group))}</p>" for group in groups)

    summary = summarize(html, "China Bans Trade", limit=limit)

    known = [text for paragraph in paragraphs(html) for text, _ in split(paragraph.text, "en")]
    chosen = [text for text in known if text in summary]
    assert summary.replace(" … ", " ") == " ".join(chosen) or summary.endswith("…")
    assert len(chosen) <= 3


@given(st.lists(st.sampled_from(["China banned trade.", "US rates rose by 4.5 on Monday"]), max_size=6))
@settings(max_examples=30)
def test_no_tag_and_no_entity_is_left(texts: list[str]) -> None:
    html = "".join(f"<p class='x'><b>&#8216;{text[:5]}&#8217;</b>&nbsp;{text[5:]}<br/></p>" for text in texts)

    assert not set(summarize(html, "China")) & set("<>&;#")


def test_the_summary_does_not_depend_on_the_hash_seed() -> None:
    script = (
        "from bot.pipeline.summarize.summarize import summarize\n"
        "words = [f'{letter}{letter}{letter}ost' for letter in 'abcdefghijklmnopqrstuvwxyz']\n"
        "lines = [' '.join((words + words)[i : i + 7]).capitalize() + '.' for i in range(0, 26, 3)]\n"
        "print(summarize(''.join(f'<p>{line}</p>' for line in lines), 'China Bans Trade'))"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert len(printed) == 1
    assert printed.pop().strip()


@pytest.mark.parametrize(
    "piece",
    [
        "<p>China banned cars on Monday.</p>",
        "China banned cars. ",
        "“a.” b. ",
        "'a b. ",
        "[a ",
        "中国宣布新规。",
        ".",
        '!"',
        "word ",
        "Both a ",
    ],
)
@pytest.mark.timeout(30)
def test_two_megabytes_are_summarized_in_linear_time(piece: str) -> None:
    huge = piece * (2_000_000 // len(piece))

    assert len(summarize(huge, "Title", huge)) <= 600
    assert len(summarize("", "Title", huge)) <= 600
