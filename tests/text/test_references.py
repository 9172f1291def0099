# ruff: noqa: RUF001  (foreign marks and typographic quotes are what is tested)
from __future__ import annotations

import pytest

from bot.text.leaning import leans
from bot.text.references import bare_names, full_names, has_loose_pronoun, names_role, presupposed, taken_up


def test_a_definite_opening_presupposes_its_noun() -> None:
    assert "deal" in presupposed("The deal will cost four billion euros.")
    assert "order" in presupposed("The executive order bans investment.")
    assert "rul" in presupposed("The new rules apply from May.")
    assert "regulation" in presupposed("The new rules apply from May.")  # by which it may have been named


def test_what_stands_after_the_verb_does_not_say_which_one_is_meant() -> None:
    assert presupposed("The new charter halts the harvest of reed in Jutland.") == {"charter"}
    assert not presupposed("The charter of Jutland halts the harvest.")


@pytest.mark.parametrize(
    "text",
    [
        "A deal is off.",
        "The Financial Times reports that it is over.",
        "The last coal mine of Norway has closed.",
        "The opening of the plant in Dresden has slipped.",
        "The government puts the gap at 1,900 nurses.",
        "China has replied.",
    ],
)
def test_what_says_itself_which_one_is_meant_presupposes_nothing(text: str) -> None:
    assert not presupposed(text)


def test_a_description_in_place_of_a_name_is_found() -> None:
    assert names_role("The US software giant is negotiating to buy the app.")
    assert names_role("On Monday, the company said nothing.")
    assert not names_role("The Swedish company Ericsson has won.")
    assert not names_role("The US tech group, Microsoft, has won.")
    assert not names_role("The National Gallery opens late.")


def test_a_pronoun_before_any_person_is_found() -> None:
    assert has_loose_pronoun("Reform of the People’s Army is an aim of his administration.")
    assert not has_loose_pronoun("Xi Jinping praised his army.")
    assert not has_loose_pronoun("The mayor said that she would resign.")
    assert not has_loose_pronoun("The US said “he will go”.")
    assert not has_loose_pronoun("Cars are banned.")


def test_surnames_are_told_from_full_names() -> None:
    text = "US President Donald Trump met Satya Nadella and Peter van Straaten of Microsoft."

    assert full_names(text) == {"Trump", "Nadella", "Straaten"}
    assert bare_names("On Monday, Nadella’s firm paid Hong Kong.") == {"Nadella"}


def test_things_that_were_told_before_are_found() -> None:
    assert [
        set(words) & {"deal", "agreement"} for words in taken_up("Acme is going on with the deal today.")
    ] == [{"deal", "agreement"}]
    assert not taken_up("Acme signed a big deal, and the deal holds.")
    assert not taken_up("Acme says that the company will go on.")
    assert not taken_up("Acme works on the plan to sell it.")


@pytest.mark.parametrize(
    ("code", "leaning", "alone"),
    [
        ("de", "Aber das reicht nicht.", "Das Wirtschaftsministerium rechnet mit Kosten."),
        ("fr", "Cette décision pèse.", "Il y a du nouveau à Lyon."),
        ("es", "Sin embargo, algo ha cambiado.", "Chile protege sus glaciares."),
        ("pt", "No entanto, os donos vão recorrer.", "O Porto proíbe novos hotéis."),
        ("it", "Tuttavia, la scala resta chiusa.", "Il faro riapre sabato."),
        ("nl", "Maar niet iedereen is blij.", "Het kabinet valt."),
        ("pl", "Jednak to nie koniec.", "Kraków zamyka Rynek."),
        ("ru", "Однако это не всё.", "Казань открыла мост."),
        ("zh", "不过，影响有限。", "中国公布新规。"),
        ("ja", "しかし、財源はない。", "富山市が発表した。"),
        ("ko", "그러나 끝이 아니다.", "서울시는 도서관을 연다."),
        ("ar", "هذا القرار أثار القلق.", "افتتحت القاهرة خطا جديدا."),
        ("he", "אבל זה לא הכול.", "חיפה פותחת רכבל."),
        ("hi", "लेकिन नाविक खुश नहीं हैं।", "वाराणसी में नावें चलने लगीं।"),
        ("th", "อย่างไรก็ตาม ชาวบ้านไม่พอใจ", "เทศบาลเปิดรถราง"),
    ],
)
def test_what_leans_is_known_by_language(code: str, leaning: str, alone: str) -> None:
    assert leans(leaning, code)
    assert not leans(alone, code)


def test_in_an_unknown_language_nothing_leans() -> None:
    assert not leans("Men det er ikke alt.", "da")
