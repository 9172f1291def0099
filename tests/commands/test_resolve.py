"""Names as typed, and names as shown."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from unicodedata import category
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.reading import Vocabulary
from bot.commands.resolve import Wanted, resolve, unknown_feed
from bot.commands.wording import filter_words, listed, moment, place_word, quoted, show
from bot.errors import UsageError
from bot.model import EVERYTHING, Filter, Kind, Term
from bot.text.counting import counted
from bot.text.normalize import fold

C, T = Kind.CATEGORY, Kind.TAG


def vocabulary(*names: str) -> Vocabulary:
    """Names that begin with "#" are tags."""
    terms = [Term(T, name[1:], "") if name.startswith("#") else Term(C, name, "") for name in names]
    return Vocabulary(terms)


KNOWN = vocabulary(
    "China-U.S.",
    "Hong Kong",
    "Trade",
    "Taiwan",
    "Trade & Tech",
    "Arts, Books & Letters",
    "Arts",
    "#TikTok",
    "#Trade",
    "#Xi Jinping",
    "##MeToo",
)


@pytest.mark.parametrize(
    ("typed", "include", "exclude"),
    [
        ("China-U.S.", ["c:chinaus"], []),
        ("china us", ["c:chinaus"], []),
        ("CHINA\u2013US", ["c:chinaus"], []),
        ("China \u2014 U.S", ["c:chinaus"], []),
        ("china_u.s.", ["c:chinaus"], []),
        ("hongkong", ["c:hongkong"], []),
        ("\u201cHong Kong\u201d", ["c:hongkong"], []),
        ("trade and tech", ["c:tradeandtech"], []),
        ("TRADE & TECH", ["c:tradeandtech"], []),
        ("trade, taiwan", ["c:trade", "c:taiwan"], []),
        ("trade; taiwan", ["c:trade", "c:taiwan"], []),
        ("trade\uff0ctaiwan\u3001hong kong", ["c:trade", "c:taiwan", "c:hongkong"], []),
        (",, trade ,", ["c:trade"], []),
        ("trade, Trade, TRADE", ["c:trade"], []),
        ("trade, -taiwan", ["c:trade"], ["c:taiwan"]),
        ("trade, \u2013 Taiwan, \u2014#tiktok", ["c:trade"], ["c:taiwan", "t:tiktok"]),
        ("-trade", [], ["c:trade"]),
        ("#trade, trade", ["t:trade", "c:trade"], []),
        ("# xi jinping", ["t:xijinping"], []),
        ("#MeToo", ["t:#metoo"], []),
        ("all", [EVERYTHING], []),
        ("Everything, -Taiwan", [EVERYTHING], ["c:taiwan"]),
        ("*", [EVERYTHING], []),
        ("Arts, Books & Letters", ["c:artsbooksandletters"], []),
        ("arts, books and letters, trade", ["c:artsbooksandletters", "c:trade"], []),
        ("trade, -arts, books and letters", ["c:trade"], ["c:artsbooksandletters"]),
        ('"Arts, Books & Letters"', ["c:artsbooksandletters"], []),
        ("Arts, Trade", ["c:arts", "c:trade"], []),
    ],
)
def test_a_name_is_recognised_however_it_is_typed(typed: str, include: list[str], exclude: list[str]) -> None:
    wanted = resolve(typed, KNOWN, "follow")

    assert (list(wanted.include), list(wanted.exclude)) == (include, exclude)


def test_the_names_are_kept_as_known() -> None:
    assert resolve("CHINA US, -hong kong", KNOWN, "follow") == Wanted(
        {"c:chinaus": "China-U.S."}, {"c:hongkong": "Hong Kong"}
    )


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("Trde", "No category is called \u201cTrde\u201d. Nearest: Trade."),
        ("taiwn", "Nearest: Taiwan."),
        ("#tiktk", "No tag is called \u201ctiktk\u201d. Nearest: #TikTok."),
        ("TikTok", "A tag of that name exists: /follow #TikTok"),
        ("-TikTok", "A tag of that name exists: /follow -#TikTok"),
        ("#Taiwan", "A category of that name exists: /follow Taiwan"),
        ("china us and taiwan qqqq", "No category is called"),
        ("zzqqxx", "See /categories."),
        ("#zzqqxx", "See /categories tags."),
        ("--", "No category is called"),
        ("-#", "No tag is called"),
        (" , ; ,", "Name at least one category, or say all."),
        ("-all", "would leave nothing"),
        ("Trade, -trade", "Trade is both asked for and left out."),
        ("Trade, x\u202ey", "\u201cxy\u201d"),
    ],
)
def test_what_cannot_be_followed_is_answered_with_what_can(typed: str, answer: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve(typed, KNOWN, "follow")

    assert answer in str(caught.value)


def test_every_unknown_name_is_answered_up_to_a_limit() -> None:
    with pytest.raises(UsageError) as caught:
        resolve(", ".join(["Trade", *(f"zq{number}x" for number in range(300))]), KNOWN, "follow")

    lines = str(caught.value).splitlines()
    assert len(lines) == 6
    assert lines[-1] == "Nor are 295 more of these names known."


def test_without_any_category_known_health_is_pointed_at() -> None:
    with pytest.raises(UsageError, match="No categories are known yet; /health"):
        resolve("Trade", vocabulary(), "follow")


@given(st.text(max_size=200) | st.text(alphabet='#-,; Trade\u2013"*', max_size=60))
def test_any_list_is_resolved_or_refused(typed: str) -> None:
    with suppress(UsageError):
        wanted = resolve(typed, KNOWN, "follow")
        assert wanted.include or wanted.exclude
        assert not wanted.include.keys() & wanted.exclude.keys()


def test_the_nearest_feeds_are_named_for_a_name_that_none_has() -> None:
    names = ["China Bystander", "Other"]

    assert str(unknown_feed("China", names)) == (
        "No feed is called \u201cChina\u201d. Nearest: China Bystander. "
        'A name with spaces needs quotes: feed:"China Bystander".'
    )
    assert "No feed is called \u201czzz\u201d. Nearest: China Bystander or Other" in str(
        unknown_feed("zzz", names)
    )
    assert "No feed is watched yet" in str(unknown_feed("Other", []))


# --- shown -------------------------------------------------------------------------------------------------


@given(st.text(alphabet=st.characters()))
def test_shown_text_has_no_control_bidi_or_broken_characters_and_is_short(text: str) -> None:
    shown = show(text, 20)

    assert len(shown) <= 20
    hidden = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not [
        each for each in shown.replace("\u200c", "").replace("\u200d", "") if category(each) in hidden
    ]
    shown.encode()


def test_text_is_cleaned_and_clipped() -> None:
    assert show("x" * 100, 10) == "x" * 9 + "\u2026"
    assert quoted("a\u2028b") == "\u201ca b\u201d"
    assert quoted('"Overcapacity" is \u201cit\u201d') == "\u201c'Overcapacity' is \u2018it\u2019\u201d"


def test_lists_counts_and_times_read_well() -> None:
    east = timezone(timedelta(hours=8))

    assert [listed(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert listed(["a", "b", "c", "d"], 2, "or") == "a, b or 2 more"
    assert (counted(1, "post"), counted(1200, "post")) == ("1 post", "1,200 posts")
    assert moment(datetime(2022, 11, 27, 7, 41, tzinfo=east), UTC) == "26 Nov 2022, 23:41 UTC"
    shanghai = ZoneInfo("Asia/Shanghai")
    assert moment(datetime(2022, 11, 26, 23, 41, tzinfo=UTC), shanghai) == "27 Nov 2022, 07:41 Asia/Shanghai"
    assert (place_word("console:me"), place_word("discord:1")) == ("on the console", "by DM")


def test_a_filter_reads_as_people_type_it() -> None:
    labels = {
        "c:chinaus": "China-U.S.",
        "t:tiktok": "TikTok",
        "c:taiwan": "Taiwan",
        "c:artsletters": "Arts, Letters",
    }

    assert filter_words(Filter(frozenset({"t:tiktok", "c:chinaus"}), frozenset({"c:taiwan"}), labels)) == (
        "China-U.S. and #TikTok, but not Taiwan"
    )
    assert filter_words(
        Filter(frozenset({EVERYTHING, "c:taiwan"}), frozenset({"t:tiktok", "c:artsletters"}), labels)
    ) == ("every post, but not \u201cArts, Letters\u201d or #TikTok")
    assert filter_words(Filter(frozenset({"c:new"}))) == "new"


def test_a_shown_name_can_be_typed_back() -> None:
    shown = filter_words(
        Filter(
            frozenset({"c:artsbooksandletters"}), labels={"c:artsbooksandletters": "Arts, Books & Letters"}
        )
    )

    assert list(resolve(shown, KNOWN, "follow").include) == ["c:artsbooksandletters"]
    assert fold(shown) == "artsbooksandletters"
