"""The fake's own tables against the reference of Slack's methods: arguments, duties, errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.slack.reference import COMMON, METHODS, lists
from tests.fakes.slack.server import FakeSlack

_FOLDER = Path(__file__).parents[3].parent / "shared" / "spec" / "slack-methods"
# Not in the reference of single methods, yet answered by Slack: named by its guides or its own examples.
_UNLISTED = {"invalid_auth", "internal_error", "invalid_arguments", "msg_too_long"}

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not _FOLDER.is_dir(), reason="../shared is absent"),
]


def _reference() -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(_FOLDER.glob("*.json"))}


def test_every_method_takes_the_arguments_that_slack_lists() -> None:
    reference = _reference()

    assert reference.keys() <= METHODS.keys()
    for name, told in reference.items():
        required = {key for key, each in told["args"].items() if each["required"]}
        assert (name, set(METHODS[name].required)) == (name, required)
        assert (name, set(METHODS[name].arguments)) == (name, set(told["args"]))


def test_every_error_of_the_fake_is_listed_with_its_method() -> None:
    for name, told in _reference().items():
        unlisted = METHODS[name].errors - told["errors"].keys() - _UNLISTED
        assert (name, unlisted) == (name, set())


def test_the_common_errors_are_common() -> None:
    reference = _reference()
    everywhere = set.intersection(*(set(told["errors"]) for told in reference.values()))

    assert everywhere | {"deprecated_endpoint"} >= COMMON - _UNLISTED
    assert all(lists(name, error) for name in reference for error in everywhere)


async def test_the_fake_serves_every_method_of_its_table() -> None:
    slack = FakeSlack()
    parts = (slack.chat, slack.rooms, slack.uploads, slack.views, slack.sockets, slack.oauth)

    assert METHODS.keys() == {name for part in parts for name in part.table()}
