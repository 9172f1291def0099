"""Filing by better evidence than the feed: API, page, the entry's last line; names and their aliases."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.model import EvidenceRank, Filing
from bot.pipeline.classify.evidence import FiledPost, PageFiling
from bot.pipeline.classify.names import Vocabulary
from bot.pipeline.classify.rules import better, classify


def api(categories: Sequence[str], tags: Sequence[str], number: int = 1) -> FiledPost:
    return FiledPost(number, "", "", "", None, None, tuple(categories), tuple(tags))


def test_api_outranks_page_and_order() -> None:
    page = PageFiling(found=True, categories=("Trade",))
    filing = classify(
        ("China-U.S.", "Trade", "Dahua"), wordpress=True, api=api(["China-U.S."], ["Trade"]), page=page
    )

    assert filing == Filing(
        ("China-U.S.",), ("Trade",), EvidenceRank.API, "The blog's API lists it under China-U.S."
    )


def test_api_answer_for_another_post_is_left_aside() -> None:
    filing = classify(("B", "A"), wordpress=True, api=api(["Wrong"], [], number=7), wordpress_id=8)

    assert (filing.categories, filing.rank) == (("B",), EvidenceRank.ORDER)


def test_api_answer_without_any_term_is_no_evidence() -> None:
    assert classify(("B", "A"), wordpress=True, api=api([], [])).rank is EvidenceRank.ORDER


def test_name_that_is_category_and_tag_is_both() -> None:
    filing = classify(("Trade",), wordpress=True, api=api(["Trade"], ["Trade"]))

    assert filing.categories == filing.tags == ("Trade",)


def test_page_outranks_the_entry_and_the_order() -> None:
    page = PageFiling(found=True, categories=("B",), tags=("A",))
    tail = PageFiling(found=True, categories=("A",))
    filing = classify(("B", "A"), wordpress=True, page=page, tail=tail)

    assert filing == Filing(("B",), ("A",), EvidenceRank.PAGE, "Its page says: Filed under B.")


def test_page_where_the_post_was_not_found_is_no_evidence() -> None:
    page = PageFiling(found=False, categories=("Wrong",), category_slugs=("wrong",))

    assert classify(("B", "A"), wordpress=True, page=page).rank is EvidenceRank.ORDER


def test_page_that_shows_only_tags_leaves_it_to_the_order() -> None:
    page = PageFiling(found=True, tags=("B", "A"))

    assert classify(("B", "A"), wordpress=True, page=page).categories == ("B",)


@pytest.mark.parametrize(
    "slugs",
    [
        ("china-u-s", "arts-crafts", "unknown"),  # one names no label
        ("china-u-s", "123"),  # an id may be any category
        ("c",),  # C and C++ have it in common
        (),
    ],
)
def test_classes_that_do_not_name_one_label_each_leave_it_to_the_order(slugs: tuple[str, ...]) -> None:
    page = PageFiling(found=True, category_slugs=slugs)
    filing = classify(("Arts & Crafts", "China-U.S.", "C", "C++", "123"), wordpress=True, page=page)

    assert filing.rank is not EvidenceRank.PAGE


def test_classes_name_labels_with_signs_and_accents() -> None:
    page = PageFiling(found=True, category_slugs=("arts-crafts", "economie"), tag_slugs=("economie",))
    filing = classify(("Arts & Crafts", "Économie", "Zoo"), wordpress=True, page=page)

    assert filing.categories == ("Arts & Crafts", "Économie")
    assert filing.tags == ("Économie", "Zoo")


def test_last_line_of_the_entry_is_evidence_like_the_page() -> None:
    tail = PageFiling(found=True, categories=("Trade",), tags=("Xi",))
    filing = classify(("Trade", "Xi"), wordpress=True, tail=tail)

    assert filing == Filing(("Trade",), ("Xi",), EvidenceRank.PAGE, "The entry ends: Filed under Trade.")


def test_last_line_of_a_quoted_blog_is_not_believed() -> None:
    tail = PageFiling(found=True, categories=("Elsewhere",))

    assert classify(("B", "A"), wordpress=True, tail=tail).rank is EvidenceRank.ORDER


# --- feeds that are not WordPress -----------------------------------------------------------------------


def test_labels_of_another_feed_are_its_categories() -> None:
    filing = classify(("Zoo", "Art"), wordpress=False, vocabulary=Vocabulary.of(learned=["Art"]))

    assert filing == Filing(
        ("Zoo", "Art"),
        (),
        EvidenceRank.GIVEN,
        "The feed prints no tags, so its labels are categories: Zoo, Art.",
    )


def test_configured_categories_of_another_feed_are_the_only_ones() -> None:
    filing = classify(("Zoo", "art"), wordpress=False, vocabulary=Vocabulary.of(["Art", "Music"]))

    assert (filing.categories, filing.tags, filing.rank) == (("art",), ("Zoo",), EvidenceRank.GIVEN)


def test_api_outranks_the_labels_of_another_feed() -> None:
    assert classify(("B", "A"), wordpress=False, api=api(["B"], ["A"])).rank is EvidenceRank.API


# --- names ----------------------------------------------------------------------------------------------


def test_aliases_are_applied_however_the_name_is_printed() -> None:
    filing = classify(
        ("CHINA US", "Trade", "Dahua"),
        wordpress=True,
        aliases={"China-U.S.": "China and America", "dahua": "Dahua Technology"},
    )

    assert filing.categories == ("China and America", "Trade")
    assert filing.tags == ("Dahua Technology",)


def test_alias_to_nothing_drops_a_name_and_two_aliases_may_become_one() -> None:
    aliases = {"Uncategorized": "", "Tech": "Technology"}
    filing = classify(("Tech", "Technology", "Uncategorized"), wordpress=False, aliases=aliases)

    assert filing.categories == ("Technology",)


def test_order_is_that_of_the_printed_names_and_not_of_their_aliases() -> None:
    filing = classify(("Trade", "Xi", "Asia"), wordpress=True, aliases={"Asia": "Zone"})

    assert (filing.categories, filing.tags) == (("Trade", "Xi"), ("Zone",))


def test_vocabulary_knows_a_category_by_its_alias_too() -> None:
    vocabulary = Vocabulary.of(["Technology"])
    filing = classify(("Tech", "Zoo"), wordpress=True, vocabulary=vocabulary, aliases={"Tech": "Technology"})

    assert filing.categories == ("Technology",)


def test_doubles_and_names_without_a_letter_are_dropped() -> None:
    filing = classify((), wordpress=True, api=api(["U.S.", "us", " - "], ["a", "A", ""]))

    assert (filing.categories, filing.tags) == (("U.S.",), ("a",))


def test_long_list_of_categories_is_cut_in_the_sentence_only() -> None:
    filing = classify((), wordpress=True, api=api([f"N{number}" for number in range(11)], []))

    assert len(filing.categories) == 11
    assert filing.evidence == "The blog's API lists it under N0, N1, N2, N3, N4, N5, N6, N7 and 3 more."


# --- which filing stays ---------------------------------------------------------------------------------

EXACT = Filing(("B",), ("A",), EvidenceRank.API)
BROKEN = Filing(("B",), ("A",), EvidenceRank.ORDER)
GUESSED = Filing(("B",), ("A",), EvidenceRank.KNOWN)
DOUBT = Filing(ambiguous=True)
NOTHING = Filing()


@pytest.mark.parametrize(
    ("new", "old", "replaces"),
    [
        (EXACT, BROKEN, True),
        (EXACT, EXACT, True),
        (BROKEN, EXACT, False),
        (BROKEN, GUESSED, True),
        (GUESSED, BROKEN, False),
        (GUESSED, DOUBT, True),
        (DOUBT, GUESSED, False),
        (DOUBT, EXACT, False),
        (DOUBT, NOTHING, True),
        (Filing(rank=EvidenceRank.ORDER, ambiguous=True), BROKEN, False),
    ],
)
def test_better_evidence_replaces_and_doubt_does_not(new: Filing, old: Filing, replaces: bool) -> None:  # noqa: FBT001 -- a parameter of the table
    assert better(new, old) is replaces
