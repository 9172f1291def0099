"""Openings in other languages than English that take something to be told already."""
# ruff: noqa: RUF001  (typographic apostrophes)

from __future__ import annotations

import pytest

from bot.text.definites import opening_takes
from bot.text.languages import stems
from bot.text.leaning import leans


@pytest.mark.parametrize(
    ("code", "text", "noun"),
    [
        ("de", "Das Unternehmen will 400 Stellen streichen.", "Unternehmen"),
        ("de", "Der niederländische Konzern schweigt dazu.", "Konzern"),
        ("fr", "L’accord prévoit une hausse de huit pour cent.", "accord"),
        ("fr", "Les deux hommes ont quitté la ville.", "hommes"),
        ("es", "La nueva ley entra en vigor en mayo.", "ley"),
        ("pt", "A empresa não comentou.", "empresa"),
        ("it", "I due uomini sono liberi.", "uomini"),
        ("it", "L'azienda tace.", "azienda"),
        ("nl", "Het bedrijf ontslaat 400 mensen.", "bedrijf"),
    ],
)
def test_what_an_opening_takes_to_be_told_is_found(code: str, text: str, noun: str) -> None:
    assert opening_takes(text, code) == stems(noun, code) != frozenset()


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("de", "Das Unternehmen Nordlicht baut ein Werk."),
        ("de", "Der Vertrag zwischen Wien und Prag endet."),
        ("de", "Das Wetter bleibt trocken."),
        ("de", "Ein Unternehmen baut ein Werk."),
        ("fr", "L’accord entre Lyon et Turin tient."),
        ("fr", "Le ministre Dupont démissionne."),
        ("es", "La ley de glaciares entra en vigor."),
        ("pt", "A Câmara do Porto proibiu hotéis."),
        ("it", "La legge sul porto è pronta."),
        ("nl", "Het verbod op vuurwerk gaat in."),
        ("pl", "Spółka zamyka fabrykę."),
        ("en", "The company is silent."),  # English has its own rules
    ],
)
def test_what_says_itself_which_one_is_meant_takes_nothing(code: str, text: str) -> None:
    assert opening_takes(text, code) == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "A day later, the bridge was open.",
        "Two weeks earlier Acme had said no.",
        "At that point, tariffs had risen.",
        "A similar rule failed in Spain.",
        "Meanwhile the tariffs rise.",
    ],
)
def test_times_and_likenesses_that_point_back_lean(text: str) -> None:
    assert leans(text)


@pytest.mark.parametrize("text", ["A day in Bergen is short.", "A fee similar to Spain’s is planned."])
def test_times_and_likenesses_that_say_to_what_stand_alone(text: str) -> None:
    assert not leans(text)


@pytest.mark.parametrize(("code", "text"), [("zh", "该公司表示不会裁员。"), ("ja", "当該企業は答えない。")])
def test_words_for_the_said_one_lean(code: str, text: str) -> None:
    assert leans(text, code)
