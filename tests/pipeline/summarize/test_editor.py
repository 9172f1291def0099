"""The figures of `python -m bench.editor`, which may not fall: what an editor finds in the sample posts."""

from __future__ import annotations

from statistics import fmean

import pytest

from bench.editor import main, verdicts
from bench.judge import Sample, Verdict, faults, judge, rouge_l, samples
from bot.pipeline.summarize.kinds import Kind, kind_of
from bot.pipeline.summarize.page import read_page

AGREEMENT, ROUGE = 0.94, 0.92  # what was reached, rounded down
KINDS = {
    "essay": {Kind.PROSE},
    "excerpt": {Kind.PROSE},
    "empty": {Kind.PROSE, Kind.PICTURE},
    "podcast": {Kind.EPISODE},
    "video": {Kind.EPISODE},
    "release": {Kind.RELEASE},
    "list": {Kind.LIST},
    "link": {Kind.LINK},
    "picture": {Kind.PICTURE},
    "code": {Kind.CODE, Kind.PROSE},
    "interview": {Kind.INTERVIEW},
    "event": {Kind.EVENT},
    "prices": {Kind.TABLE},
    "live": {Kind.LIVE},
    "poem": {Kind.POEM},
    "protected": {Kind.PROTECTED, Kind.PROSE},  # a paywall leaves no prose
}


@pytest.fixture(scope="module")
def found() -> list[Verdict]:
    return verdicts()


def test_no_figure_of_the_evaluation_falls(found: list[Verdict]) -> None:
    odd = [one for one in found if one.sample.kind != "essay"]

    assert {one.sample.name: one.faults for one in found if one.faults} == {}
    assert [one.sample.name for one in found if not one.useful] == []
    assert len(found) >= 60
    assert len(odd) >= 35
    assert fmean(one.agreement for one in found) >= AGREEMENT
    assert fmean(one.rouge for one in found) >= ROUGE
    assert fmean(one.rouge for one in found) > fmean(one.rouge_lead for one in found) + 0.2


@pytest.mark.parametrize("sample", list(samples()), ids=lambda sample: sample.name)
def test_each_kind_of_post_is_recognised(sample: Sample) -> None:
    page = read_page(sample.html, sample.title, sample.excerpt)

    assert kind_of(page) in KINDS[sample.kind]
    assert page.code == sample.language or not sample.reference


def sample_of(html: str, *never: tuple[str, str]) -> Sample:
    return Sample(
        name="x",
        kind="essay",
        language="en",
        title="A Ban On Cars",
        html=html,
        excerpt="",
        reference=("Cars are banned.",),
        never=never,
    )


@pytest.mark.parametrize(
    ("summary", "fault"),
    [
        ("It was over.", "dangling"),
        ("Cars are banned. Shops close.", "joined"),
        ("A Ban On Cars.", "repetition"),
        ("THE BAN ON cars holds.", "shout"),
        (f"{'Cars are banned. ' * 40}End.", "length"),
        ("Cars are", "cut"),
        ("Share this page.", "furniture"),
        ("All is well.", "stale"),
    ],
)
def test_the_judge_finds_each_fault(summary: str, fault: str) -> None:
    html = "<p>Cars are banned. People protest. Shops close.</p>"
    sample = sample_of(html, ("furniture", "Share this"), ("stale", "^All is well.$"))

    assert fault in faults(sample, summary)
    assert faults(sample, "Cars are banned. … Shops close.") == ()


def test_agreement_counts_what_is_told_and_rouge_the_order_of_words() -> None:
    sample = sample_of("<p>Cars are banned.</p>")

    assert judge(sample, "Cars are banned.").useful
    assert not judge(sample, "Shops close.").useful
    assert judge(sample, "").agreement == 0
    assert rouge_l("a b c d", "a c d") == pytest.approx(6 / 7)
    assert rouge_l("a b", "") == 0


def test_the_table_has_a_row_for_each_kind_and_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0

    printed = capsys.readouterr().out
    assert all(f"\n{name} " in f"\n{printed}" for name in [*KINDS, "th", "in all"])
