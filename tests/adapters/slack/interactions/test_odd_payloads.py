"""Payloads with null, missing or odd fields, and forged or stale ids: never a traceback."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import quote

import pytest

from bot.ports import WebRequest, WebRoute
from tests.adapters.slack.rig import Rig, made
from tests.fakes.slack import payloads

Json = dict[str, Any]
ODD: tuple[Any, ...] = (None, 3, "x", [], {}, [None], True)
MISSING = object()


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """An adapter that gets Slack's requests by HTTP; they are handed to it here."""
    async with made(mode="http", signing_secret="secret") as each:
        each.server.core.signing_secret = "secret"
        await each.start()
        yield each


async def hand(rig: Rig, body: Json, *, command: bool = False) -> int:
    """Hand a payload to the adapter as Slack does, wait until it is dealt with, and return the status."""
    if command:
        raw = "&".join(f"{name}={quote(str(value))}" for name, value in body.items())
    elif body.get("type") == "event_callback":
        raw = json.dumps(body)
    else:
        raw = f"payload={quote(json.dumps(body))}"
    kind = "application/json" if raw.startswith("{") else "application/x-www-form-urlencoded"
    headers = {name.lower(): value for name, value in rig.server.http.sign(raw).items()}
    answer = await events(rig).handle(
        WebRequest("/slack/events", headers=headers | {"content-type": kind}, body=raw.encode())
    )
    await asyncio.sleep(0)
    return answer.status


def events(rig: Rig) -> WebRoute:
    return next(each for each in rig.adapter.routes if each.path == "/slack/events")


def bodies(rig: Rig) -> dict[str, Json]:
    """Return one payload of each kind that is no command."""
    click = payloads.interaction("block_actions", rig.alice) | {
        "trigger_id": "1.2",
        "channel": {"id": rig.news.id, "name": "news"},
        "container": {"type": "message", "channel_id": rig.news.id},
        "actions": [{"type": "button", "action_id": "follow:1", "block_id": "x", "value": "Trade"}],
    }
    view: Json = {
        "id": "V1",
        "type": "modal",
        "callback_id": "follow",
        "private_metadata": "",
        "blocks": [],
        "state": {"values": {"categories": {"categories": {"type": "plain_text_input", "value": "Trade"}}}},
    }
    return {
        "click": click,
        "form": payloads.interaction("view_submission", rig.alice) | {"trigger_id": "1.3", "view": view},
        "search": payloads.interaction("block_suggestion", rig.alice)
        | {"action_id": "categories", "block_id": "categories", "value": "Tra", "view": view},
        "event": payloads.event(
            rig.server.core, rig.team, {"type": "channel_archive", "channel": rig.news.id}
        ),
        "home": payloads.event(
            rig.server.core, rig.team, {"type": "app_home_opened", "tab": "home", "user": rig.alice.id}
        ),
    }


def spoilt(body: Json, odd: object) -> Iterator[Json]:
    """Yield the payload with each of its fields, at any depth, replaced or missing."""
    for path in paths(body):
        made_ = copy.deepcopy(body)
        place: Any = made_
        for step in path[:-1]:
            place = place[step]
        if odd is MISSING:
            del place[path[-1]]
        else:
            place[path[-1]] = odd
        yield made_


def paths(part: Any) -> Iterator[tuple[Any, ...]]:
    """Yield where each field is."""
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for name, value in inner:
        yield (name,)
        yield from ((name, *rest) for rest in paths(value))


@pytest.mark.parametrize("odd", [*ODD, MISSING], ids=[*map(repr, ODD), "missing"])
@pytest.mark.parametrize("kind", ["click", "form", "search", "event", "home"])
async def test_a_field_that_is_not_as_it_should_be_is_no_traceback(
    rig: Rig, kind: str, odd: object, caplog: pytest.LogCaptureFixture
) -> None:
    statuses = {await hand(rig, body) for body in spoilt(bodies(rig)[kind], odd)}
    await rig.adapter.aclose()

    assert statuses <= {200, 400, 404}
    assert [each.getMessage() for each in caplog.records if each.exc_info or each.exc_text] == []
    assert "Traceback" not in caplog.text
    rig.server.take_violations()


@pytest.mark.parametrize("odd", ["", "x", MISSING], ids=["empty", "odd", "missing"])
async def test_a_command_whose_fields_are_odd_is_no_traceback(
    rig: Rig, odd: object, caplog: pytest.LogCaptureFixture
) -> None:
    body = payloads.command(rig.alice, rig.news, "/follow", "Trade") | {"trigger_id": "1.1"}
    statuses = {await hand(rig, each, command=True) for each in spoilt(body, odd)}
    await rig.adapter.aclose()

    assert statuses <= {200, 400, 404}
    assert [each.getMessage() for each in caplog.records if each.exc_info or each.exc_text] == []
    rig.server.take_violations()


def clicked(rig: Rig, action: Json, **more: Any) -> Json:
    return bodies(rig)["click"] | {"trigger_id": f"9.{action}", "actions": [action], **more}


@pytest.mark.parametrize(
    "action",
    [
        {"action_id": "forged", "value": "x"},
        {"action_id": "", "value": "x"},
        {"action_id": "unfollow_v0:1", "value": "Trade"},
        {"action_id": "offer:1", "value": "0:~0123456789abcdef"},
        {"action_id": "offer:1", "value": "[]"},
        {"action_id": "offer:1"},
        {"action_id": "turn:1", "value": "9999999999:{"},
        {"action_id": "offer:1", "value": '0:["no such", {}, ""]'},
        {"action_id": "x" * 5000, "value": "x" * 5000},
    ],
    ids=lambda each: str(each)[:30],
)
async def test_a_forged_or_stale_button_gets_an_answer(
    rig: Rig, action: Json, caplog: pytest.LogCaptureFixture
) -> None:
    assert await hand(rig, clicked(rig, action)) == 200
    await rig.server.wait_until(lambda: rig.server.ephemerals(rig.alice))

    assert not [each for each in caplog.records if each.exc_info or each.exc_text]


async def test_a_button_that_is_a_link_is_answered_by_slack_alone(rig: Rig) -> None:
    await hand(rig, clicked(rig, {"action_id": "read"}))
    await rig.adapter.aclose()

    assert rig.server.ephemerals(rig.alice) == []
    assert rig.messages(rig.alice) == []


async def test_a_form_that_is_none_of_the_bots_is_acknowledged(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    view: Json = {
        "id": "V0",
        "type": "modal",
        "callback_id": "forged",
        "private_metadata": "{",
        "state": {"values": {}},
    }
    for number, each in enumerate([view, view | {"callback_id": ""}]):
        body = bodies(rig)["form"] | {"view": each, "trigger_id": f"8.{number}"}
        assert await hand(rig, body) == 200
    await rig.adapter.aclose()

    assert not [each for each in caplog.records if each.exc_info or each.exc_text]
    rig.server.take_violations()


@pytest.mark.parametrize(
    "stamp",
    [
        "9" * 400,
        "-1",
        "-" + "9" * 400,
        "",
        " ",
        "1e9",
        "nan",
        "inf",
        "0x10",
        "1_796_000_000",
        "१७९६०००००",
        "9" * 12,
    ],
    ids=lambda each: each[:12],
)
@pytest.mark.parametrize("signature", ["v0=00", "", "é", "v0=" + "0" * 5000])
async def test_a_request_with_odd_headers_is_refused(
    rig: Rig, stamp: str, signature: str, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {"x-slack-request-timestamp": stamp, "x-slack-signature": signature}
    answer = await events(rig).handle(WebRequest("/slack/events", headers=headers, body=b"{}"))

    assert answer.status == 401
    assert "Traceback" not in caplog.text
