"""Which other names of a blog's numbered categories are certain, and which are not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import BlogCategory, EvidenceRank, Filing, Rename
from bot.pipeline.classify.names import Names
from bot.pipeline.classify.renames import Compared, compared, merged_into
from bot.text.normalize import fold
from bot.text.refiling import LONGEST_EVIDENCE, refiled


def printed(name: str) -> str:
    return name


def numbered(**names: str) -> list[BlogCategory]:
    """Return categories, as in `numbered(n1="Trade")`."""
    return [BlogCategory(int(number[1:]), name, 0) for number, name in names.items()]


def look(
    known: Sequence[BlogCategory],
    seen: Sequence[BlogCategory],
    *,
    whole: bool = False,
    most: int = 20,
    use: Callable[[str], str] = printed,
) -> Compared:
    return compared(known, seen, use, complete=whole, most=most)


KNOWN = numbered(n1="Trade", n2="Media", n3="Taiwan")


def test_a_number_with_another_name_is_a_rename_at_first_sight() -> None:
    found = look(KNOWN, numbered(n1="Tariffs"))

    assert (found.renames, found.unsure, found.missing) == ((Rename("Trade", "Tariffs"),), False, ())
    assert (found.store, found.expected) == ((BlogCategory(1, "Tariffs", 0),), {1: "Trade"})


@pytest.mark.parametrize("name", ["trade", "TRADE", "Tra-de", "T.r.a.d.e"])
def test_another_spelling_is_no_rename(name: str) -> None:
    found = look(KNOWN, numbered(n1=name))

    assert (found.renames, found.store) == ((), (BlogCategory(1, name, 0),))


def test_what_a_part_of_a_list_does_not_show_is_not_missing() -> None:
    assert look(KNOWN, numbered(n1="Trade")).missing == ()
    assert [each.id for each in look(KNOWN, numbered(n1="Trade"), whole=True).missing] == [2, 3]


@pytest.mark.parametrize(
    "seen",
    [
        numbered(n1="Media"),  # Media is another's, as far as is known
        numbered(n1="Media", n2="Trade"),  # swapped
        numbered(n1="Tariffs", n9="Trade"),  # another has the old name now
    ],
)
def test_a_name_that_is_anothers_too_needs_the_whole_list(seen: list[BlogCategory]) -> None:
    found = look(KNOWN, seen)

    assert (found.renames, found.unsure) == ((), True)
    assert not any(each.id == 1 for each in found.store)  # so the next look sees it again


def test_swapped_names_are_moved_all_at_once() -> None:
    found = look(KNOWN, numbered(n1="Media", n2="Trade", n3="Taiwan"), whole=True)

    assert found.renames == (Rename("Trade", "Media"), Rename("Media", "Trade"))
    filing = Filing(("Trade", "Taiwan", "Media"))
    assert refiled(filing, found.renames).categories == ("Media", "Taiwan", "Trade")


def test_an_old_name_that_a_new_category_takes_does_not_keep_its_followers() -> None:
    found = look(KNOWN, numbered(n1="Tariffs", n2="Media", n3="Taiwan", n9="Trade"), whole=True)

    assert found.renames == (Rename("Trade", "Tariffs"),)


def test_two_categories_that_had_one_name_are_only_moved_together() -> None:
    known = numbered(n1="News", n2="NEWS")
    apart = look(known, numbered(n1="Politics", n2="News"), whole=True)
    one_gone = look(known, numbered(n1="Politics"), whole=True)
    together = look(known, numbered(n1="Politics", n2="politics"), whole=True)

    assert (apart.renames, apart.undecided) == ((), (Rename("News", "Politics"),))
    assert one_gone.renames == ()
    assert [each.old for each in together.renames] == ["NEWS"]


def test_a_thousand_new_names_are_not_believed_but_told_once() -> None:
    known = [BlogCategory(number, f"Old {number}", 0) for number in range(1, 1001)]
    seen = [BlogCategory(number, f"New {number}", 0) for number in range(1, 1001)]
    part, whole = look(known, seen), look(known, seen, whole=True)

    assert (part.renames, part.unsure, part.store) == ((), True, ())
    assert (whole.renames, len(whole.undecided), len(whole.store)) == ((), 1000, 1000)
    assert look(list(whole.store), seen, whole=True).undecided == ()


def test_an_answer_that_gives_one_number_two_names_says_nothing_of_it() -> None:
    found = look(KNOWN, [*numbered(n1="Tariffs"), *numbered(n1="Levies")])

    assert (found.renames, found.store, found.unsure) == ((), (), True)


def test_names_are_compared_as_they_are_used() -> None:
    use = Names({"Trade": "Commerce", "Tariffs": "Commerce", "Media": ""}).use
    found = look(KNOWN, numbered(n1="Tariffs", n2="Press", n3="Taipei"), use=use)

    assert found.renames == (Rename("Taiwan", "Taipei"),)


def test_a_name_of_separators_alone_is_never_moved_to() -> None:
    assert look(KNOWN, numbered(n1="--"), whole=True).renames == ()


def test_the_category_above_stays_known_where_an_answer_does_not_say() -> None:
    found = look([BlogCategory(1, "China", 7)], [BlogCategory(1, "China")])

    assert found.store == (BlogCategory(1, "China", 7),)


names = st.sampled_from(["Trade", "trade", "Media", "Tariffs", "--", "Taiwan"])
lists = st.lists(st.builds(BlogCategory, st.integers(1, 5), names), max_size=6)


@given(lists, lists, st.booleans())
def test_renames_never_contradict_each_other(
    known: list[BlogCategory],
    seen: list[BlogCategory],
    whole: bool,  # noqa: FBT001 -- of hypothesis
) -> None:
    found = look(known, seen, whole=whole)
    olds = [fold(each.old) for each in found.renames]

    assert len(set(olds)) == len(olds)
    assert all(fold(each.new) not in ("", fold(each.old)) for each in found.renames)


# --- merged ------------------------------------------------------------------------------------------------


def filed(*categories: str, rank: EvidenceRank = EvidenceRank.API) -> Filing:
    return Filing(categories, rank=rank)


MERGED = [(filed("Trade", "Media"), ("Tariffs", "Media")), (filed("Trade"), ("Tariffs",))]


def test_posts_that_kept_another_category_show_a_merge() -> None:
    assert merged_into("Trade", MERGED, printed) == "Tariffs"


@pytest.mark.parametrize(
    "posts",
    [
        [],
        MERGED[:1],
        [MERGED[1]] * 3,  # deleted: posts without any other category go into the default one
        [*MERGED, (filed("Trade"), ("Trade",))],
        [*MERGED, (filed("Trade"), ("Media",))],
        [(filed("Trade", "Media"), ("Media",))] * 3,  # deleted: the other category is left
        [(filing, (*now, "Also")) for filing, now in MERGED],
        [(filed(*filing.categories, rank=EvidenceRank.ORDER), now) for filing, now in MERGED],
    ],
)
def test_anything_else_shows_none(posts: list[tuple[Filing, tuple[str, ...]]]) -> None:
    assert merged_into("Trade", posts, printed) == ""


def test_the_evidence_of_a_stored_post_tells_of_the_new_name_and_has_an_end() -> None:
    filing = Filing(("Trade",), evidence="The API says Trade.")
    for old, new in [("Trade", "Tariffs"), ("Tariffs", "Trade")] * 100:
        filing = refiled(filing, [Rename(old, new)])

    assert filing.evidence.startswith("The API says Trade. Trade is called Tariffs now.")
    assert len(filing.evidence) == LONGEST_EVIDENCE
    assert refiled(filing, [Rename("Media", "Press")]) is filing
