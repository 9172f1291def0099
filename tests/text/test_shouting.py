from __future__ import annotations

import pytest

from bot.text.shouting import unshouted

REST = ["The FCC and ByteDance met in Bergen. The restrictions on trade and the owner of the US app stay."]


@pytest.mark.parametrize(
    ("text", "title", "calm"),
    [
        ("THE FIRST RESTRICTIONS on trade came.", "Trade", "The first restrictions on trade came."),
        ("BYTEDANCE, OWNER OF an app, moved.", "IPO", "ByteDance, owner of an app, moved."),
        ("BERGEN’S RESPONSE TO the ban was mild.", "The Ban", "Bergen’s response to the ban was mild."),  # noqa: RUF001
        ("A US COURT has ruled.", "Trade", "A US court has ruled."),
        ("THE FCC AND THE EU have agreed.", "Trade", "The FCC and the EU have agreed."),
        ("IN THE MIDDLE of May I left.", "May", "In the middle of May I left."),
        ("LAST NIGHT I went home.", "Home", "Last night I went home."),
    ],
)
def test_a_shouted_opening_is_set_in_sentence_case(text: str, title: str, calm: str) -> None:
    assert unshouted(text, REST, title, "en") == calm


@pytest.mark.parametrize(
    "text",
    [
        "NASA launched a probe.",
        "US sanctions hold.",
        "NATO EU talks began.",
        "KYRGYZSTAN AND PERU have signed a pact.",  # nothing tells that these are names
        "The US and the EU met.",
        "A plan.",
        "",
        "中国公布新规。",
    ],
)
def test_what_may_be_meant_so_stays(text: str) -> None:
    assert unshouted(text, REST, "Talks", "en") == text


def test_names_are_known_from_the_title_and_the_text() -> None:
    assert unshouted("WECHAT AND TIKTOK are back.", ["TikTok is an app."], "Why WeChat is back", "en") == (
        "WeChat and TikTok are back."
    )
    assert (
        unshouted("DIE BAHN fährt.", ["Wer mit der Bahn fährt, wartet."], "Bahn", "de") == "Die Bahn fährt."
    )
