"""What is said of the hub of a feed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import Feed, FeedSettings, FeedState, HubSubscription
from bot.text.hubs import hub_sentence
from tests.contracts.store_samples import T0

TOLD = FeedState(hub_trust=2, answered_push=T0)
DAY = timedelta(days=1)
FEED = Feed(
    1, FeedSettings("Blog", "https://b.example/"), "https://b.example/", FeedState(), T0, hub_since=T0
)
ASKED = HubSubscription(
    1, 1, "https://h.example/", "https://b.example/", "c", "k", T0, base="https://x.example"
)
HOLDS = replace(ASKED, verified_at=T0, verified_until=T0 + DAY)


@pytest.mark.parametrize(
    ("state", "hub", "said"),
    [
        (FeedState(), None, ""),
        (FeedState(), replace(ASKED, base=""), ""),
        (FeedState(), ASKED, "Its hub was asked to tell of new posts at once, and has not agreed yet; …"),
        (FeedState(), replace(ASKED, error="it answered 500"), "Its hub cannot be used: it answered 500; …"),
        (FeedState(), HOLDS, "Its hub has agreed to tell of new posts at once, and has told of none yet."),
        (
            TOLD,
            HOLDS,
            "Its hub tells of new posts at once, so the feed is checked less often.",
        ),
        (
            TOLD,
            replace(HOLDS, error="it answered 500"),
            (
                "Its hub tells of new posts at once, so the feed is checked less often. "
                "To renew that has failed so far: it answered 500."
            ),
        ),
        (
            FeedState(hub_trust=2, answered_push=T0 - DAY),
            HOLDS,
            "Its hub has agreed to tell of new posts at once, and has told of none yet.",
        ),
        (FeedState(unpushed_at=T0), HOLDS, "Its hub did not tell of the last posts; …."),
        (
            TOLD,
            replace(HOLDS, verified_until=T0),
            "What its hub had agreed to has ended; …",
        ),
    ],
)
def test_the_hub_of_a_feed_is_told_of_in_one_or_two_sentences(
    state: FeedState, hub: HubSubscription | None, said: str
) -> None:
    rest = "the feed is checked as often as without one"
    wanted = said.replace("; ….", f"; {rest}.").replace("; …", f"; {rest}.")

    assert hub_sentence(replace(FEED, state=state), hub, T0) == wanted
