from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from bot.model import FeedSettings
from bot.text.normalize import fold
from storage.shared.feeds import feed_parameters, what_changed
from storage.shared.syncing import planned, terms_of

NOW = datetime(2026, 3, 1, tzinfo=UTC)

feeds = some.builds(
    FeedSettings,
    name=some.sampled_from(["A", "a", "B", "C", "D"]),
    url=some.sampled_from([f"https://{host}.example/" for host in "abcde"]),
    every=some.sampled_from([600.0, 900.0]),
    origin=some.sampled_from(["config", "chat"]),
)
rows = some.lists(
    some.tuples(feeds, some.none() | some.just(1)),
    unique_by=(lambda each: fold(each[0].name), lambda each: each[0].url),
)


def stored(settings: FeedSettings, number: int, retired: int | None = None) -> dict[str, Any]:
    return feed_parameters(settings, NOW) | {"id": number, "retired_at": retired}


@given(rows, some.lists(feeds.map(lambda each: replace(each, origin="config")), max_size=6))
def test_only_what_meets_no_other_feed_is_left_out_of_the_careful_way(
    known: Sequence[tuple[FeedSettings, int | None]], wanted: Sequence[FeedSettings]
) -> None:
    table = [stored(each, number, retired) for number, (each, retired) in enumerate(known, 1)]
    plan = planned(wanted, table)
    by_id = {row["id"]: row for row in table}
    alone = [each for _, each in plan.same] + list(plan.fresh)

    assert sorted([*alone, *plan.rest], key=repr) == sorted(wanted, key=repr)
    for each in alone:
        others = [other for other in wanted if other is not each]
        assert all(fold(other.name) != fold(each.name) and other.url != each.url for other in others)
    for number, each in plan.same:
        assert what_changed(by_id[number], each) == ""
        assert by_id[number]["name_fold"] == fold(each.name)
    for each in plan.fresh:
        taken = [
            row for row in table if fold(each.name) == row["name_fold"] or each.url == row["settings_url"]
        ]
        assert not taken


def test_a_config_that_is_stored_already_needs_nothing_and_a_new_one_nothing_careful() -> None:
    wanted = [FeedSettings(f"Feed {number}", f"https://{number}.example/") for number in range(3)]

    assert planned(wanted, []).fresh == tuple(wanted)
    again = planned(wanted, [stored(each, number) for number, each in enumerate(wanted)])
    assert (again.same, again.fresh, again.rest) == (tuple(enumerate(wanted)), (), ())


def test_terms_are_the_categories_under_the_names_that_the_config_gives_them() -> None:
    settings = FeedSettings(
        "A", "https://a.example/", categories=("Trade", "U.S."), aliases={"U.S.": "United States"}
    )

    assert terms_of([(7, settings)]) == [(7, "c:trade", "Trade"), (7, "c:unitedstates", "United States")]
