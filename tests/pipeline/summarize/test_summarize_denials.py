"""A sentence that the next one takes back is told with it, or not at all."""

from __future__ import annotations

import pytest

from bot.pipeline.summarize.summarize import summarize
from bot.text.remarks import contradicts

REST = "The talks will go on in Geneva next week, the two ministries said on Friday evening."


@pytest.mark.parametrize(
    ("claim", "denial"),
    [
        ("State media said on Monday that a trade deal had been signed.", "It had not."),
        ("Reports said that both capitals had agreed to cut tariffs by half.", "The reports were false."),
        ("A widely shared post says that all tariffs on steel are gone.", "That is wrong."),
        ("In 2019 the ministry banned the sale of the drug in all shops.", "The ban was lifted today."),
        (
            "The chip maker would close its plant in Nanjing, it was said.",
            "TSMC says it has no such plan.",
        ),
        ("Beijing will rename itself Peking next year, the mayor said.", "Just kidding."),
    ],
)
def test_a_claim_and_its_denial_are_told_together(claim: str, denial: str) -> None:
    told = summarize(f"<p>{claim} {denial} {REST}</p>", "What became of it")

    assert told
    assert (claim in told) == (denial in told)
    assert f"{claim} {denial}" in told or told == REST


@pytest.mark.parametrize(
    "text",
    [
        "He did not elaborate.",
        "It is not clear who will pay for the bridge.",
        "The ban was extended today.",
        "That is why the plant closes.",
        "The reports were read by all members of the council before they voted on the ban on Monday evening.",
    ],
)
def test_other_sentences_take_nothing_back(text: str) -> None:
    assert not contradicts(text)
