"""How the API of a feed is written in its state: as databases have had it all along."""

from __future__ import annotations

import pytest

from bot.model import FeedState
from storage.shared.states import state_columns, state_from

URL = "https://public-api.wordpress.com/rest/v1.1/sites/blog.example/posts/?number=20&fields=ID"


def row(text: str) -> dict[str, object]:
    return {"state": text, "last_success_at": None, "last_full_at": None, "unchanged_bodies": 0}


@pytest.mark.parametrize("kind", ["wpcom", "wpjson"])
def test_kind_and_address_are_one_text(kind: str) -> None:
    text = f'{{"api": "{kind} {URL}"}}'
    state = state_from(row(text))

    assert state.api is not None
    assert (state.api.kind, state.api.url) == (kind, URL)
    assert state_columns(state)["state"] == text


def test_an_unknown_api_is_not_written() -> None:
    assert state_columns(FeedState())["state"] == "{}"


@pytest.mark.parametrize("text", ['{"api": ""}', '{"api": "later https://x.example/"}', '{"api": "wpcom"}'])
def test_what_names_no_known_api_is_as_good_as_none(text: str) -> None:
    assert state_from(row(text)).api is None
