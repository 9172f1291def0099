"""What becomes of each error of Slack and of the way there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.errors import OF_THE_TOKEN, TABLE, name_of, retry_after, translate
from bot.errors import PermanentError, Scope, TemporaryError

METHODS = Path(__file__).parents[4] / "shared" / "spec" / "slack-methods"
CALLED = ("chat.postMessage", "chat.update", "conversations.history", "conversations.open")
# What concerns arguments that the bot never sends: drafts, files, cards, threads, cursors of its own making.
NEVER = ("draft_", "duplicate_", "file", "slack_connect_", "contact_cards", "broadcast", "invalid_ts_")
NOT_OURS = frozenset(
    {
        "invalid_cursor",
        "invalid_metadata_filter_keys",
        "is_bot",
        "not_enough_users",
        "posting_to_channel_denied",
        "send_on_behalf_not_allowed",
        "streaming_state_conflict",
        "too_many_users",
        "users_list_not_supplied",
    }
)


def answer(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> SlackApiError:
    """Return the SDK's error for an answer of Slack's."""
    response = AsyncSlackResponse(
        client=AsyncWebClient(),
        http_verb="POST",
        api_url="https://slack.example/api/chat.postMessage",
        req_args={},
        data=data,
        headers=headers or {},
        status_code=status,
    )
    return SlackApiError("failed", response)  # type: ignore[no-untyped-call]  # the SDK's


def refused(name: str, **details: Any) -> SlackApiError:
    return answer({"ok": False, "error": name, **details})


@pytest.mark.parametrize("name", sorted(TABLE))
def test_every_sentence_can_be_acted_on(name: str) -> None:
    text = TABLE[name].text

    assert text.endswith(".")
    assert text[0].isupper()
    assert TABLE[name].scope is not None or "Slack" in text or "workspace" in text


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("invalid_blocks", Scope.MESSAGE),
        ("msg_blocks_too_long", Scope.MESSAGE),
        ("message_not_found", Scope.MESSAGE),
        ("edit_window_closed", Scope.MESSAGE),
        ("cant_update_message", Scope.MESSAGE),
        ("invalid_arg_name", Scope.MESSAGE),
        ("channel_not_found", Scope.DESTINATION),
        ("not_in_channel", Scope.DESTINATION),
        ("is_archived", Scope.DESTINATION),
        ("no_permission", Scope.DESTINATION),
        ("restricted_action", Scope.DESTINATION),
        ("restricted_action_read_only_channel", Scope.DESTINATION),
        ("restricted_action_of_the_future", Scope.DESTINATION),
        ("user_disabled", Scope.DESTINATION),
        ("invalid_auth", Scope.ADAPTER),
        ("token_revoked", Scope.ADAPTER),
        ("account_inactive", Scope.ADAPTER),
        ("missing_scope", Scope.ADAPTER),
    ],
)
def test_an_error_reaches_as_far_as_what_is_at_fault(name: str, scope: Scope) -> None:
    error = translate(refused(name))

    assert isinstance(error, PermanentError)
    assert error.scope is scope


@pytest.mark.parametrize("name", ["invalid_auth", "token_revoked", "account_inactive", "missing_scope"])
def test_another_workspace_that_is_shut_shuts_out_nobody_else(name: str) -> None:
    error = translate(refused(name), elsewhere=True)

    assert isinstance(error, PermanentError)
    assert error.scope is Scope.DESTINATION
    assert "SLACK_BOT_TOKEN" not in str(error)
    assert "install" in str(error)


@pytest.mark.parametrize("name", ["invalid_auth", "token_revoked", "not_allowed_token_type"])
def test_a_refused_token_names_the_variable_it_is_in(name: str) -> None:
    assert "SLACK_BOT_TOKEN" in str(translate(refused(name)))


def test_what_is_missing_or_wrong_is_told_in_slacks_words_on_one_line() -> None:
    scope = str(translate(refused("missing_scope", needed="chat:write")))
    blocks = {"messages": ["[ERROR] downloading image failed\n[json-pointer:/blocks/0]", "x" * 300]}
    form = str(translate(refused("invalid_blocks", response_metadata=blocks)))

    assert "(chat:write)" in scope
    assert "downloading image failed [json-pointer:/blocks/0]" in form
    assert len(form) < 250
    assert form.isprintable()


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "7"}), 7.0),
        (answer({}, 429, {"Retry-After": "7"}), 7.0),
        (answer({"ok": False, "error": "rate_limited"}, 200, {"Retry-After": "7"}), 7.0),
        (answer({}, 429, {"Retry-After": "soon"}), 30.0),
        (answer({}, 429), 30.0),
        (answer({}, 429, {"Retry-After": "-1"}), 30.0),
        (answer({}, 429, {"Retry-After": "9" * 12}), 86400.0),
        *[
            (answer({}, 429, {"Retry-After": said}), 30.0)
            for said in (
                "nan",
                "NaN",
                "-nan",
                "inf",
                "-inf",
                "1e309",
                "9" * 400,
                "",
                "Wed, 21 Oct 2026 07:28:00 GMT",
            )
        ],
        (answer({}, 429, {"Retry-After": " 7.5 "}), 7.5),
    ],
)
def test_a_429_asks_to_wait_and_nothing_was_done(error: SlackApiError, seconds: float) -> None:
    told = translate(error)

    assert isinstance(told, TemporaryError)
    assert (told.retry_after, told.uncertain) == (seconds, False)
    assert retry_after(error) == seconds


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize("name", ["invalid_auth", "channel_not_found", "invalid_blocks"])
def test_in_the_middle_of_a_fault_nothing_is_taken_for_good(name: str, status: int) -> None:
    told = translate(answer({"ok": False, "error": name}, status))

    assert isinstance(told, TemporaryError)
    assert told.uncertain


@pytest.mark.parametrize("name", sorted(TABLE))
def test_nothing_but_the_token_and_its_scopes_shuts_the_platform(name: str) -> None:
    shuts = TABLE[name].scope is Scope.ADAPTER

    assert shuts == (name in OF_THE_TOKEN | {"missing_scope"})


@pytest.mark.parametrize(
    "error",
    [answer({}, 502), answer({}, 500), refused("internal_error"), refused("fatal_error"), answer(None, 503)],
)
def test_after_a_fault_of_slacks_the_message_may_be_there(error: SlackApiError) -> None:
    told = translate(error)

    assert isinstance(told, TemporaryError)
    assert told.uncertain


@pytest.mark.parametrize(
    "error",
    [
        refused("an_error_of_the_future"),
        refused("workspace_is_on_holiday"),
        refused("invalid_auth_type"),
        refused("channel_is_read_only_now"),
        refused("token_revoked "),
        refused("unknown_method"),
        refused("method_deprecated"),
        answer({"error": "invalid_auth"}, 403),
        answer({"ok": "false", "error": "account_inactive"}, 403),
        answer({}, 403),
        answer({"ok": False, "error": ["a"]}, 200),
        answer([], 200),
        refused("team_added_to_org"),
        refused("message_limit_exceeded"),
    ],
)
def test_what_is_not_known_or_passes_is_tried_again_much_later(error: SlackApiError) -> None:
    told = translate(error)

    assert isinstance(told, TemporaryError)
    assert (told.retry_after or 0.0) >= 300.0
    assert not told.uncertain


@pytest.mark.parametrize("told", [{}, [], None, {"error": "x"}, {"ok": "false", "error": "account_inactive"}])
def test_an_answer_that_is_none_of_slacks_names_the_address_to_check(told: Any) -> None:
    assert "check the address" in str(translate(answer(told)))


def unreachable() -> aiohttp.ClientConnectorError:
    key = ConnectionKey("slack.example", 443, True, True, None, None, None)  # noqa: FBT003 -- a tuple of aiohttp's
    return aiohttp.ClientConnectorError(key, OSError(111, "refused"))


@pytest.mark.parametrize(
    ("error", "uncertain"),
    [
        (unreachable(), False),
        (aiohttp.ConnectionTimeoutError(), False),
        (TimeoutError(), True),
        (aiohttp.ServerTimeoutError(), True),
        (aiohttp.ServerDisconnectedError(), True),
        (aiohttp.ClientPayloadError(), True),
        (ConnectionResetError(), True),
        (AttributeError("an answer that is no JSON object"), True),
    ],
)
def test_a_broken_way_is_uncertain_once_the_request_was_sent(error: Exception, *, uncertain: bool) -> None:
    told = translate(error)

    assert isinstance(told, TemporaryError)
    assert told.uncertain is uncertain
    assert str(told).endswith(".")


def test_an_error_of_ours_goes_through_unchanged() -> None:
    ours = TemporaryError("Busy.", retry_after=3.0)

    assert translate(ours) is ours


def test_an_answer_that_the_sdk_could_not_read_has_no_name_but_its_status() -> None:
    class Unread:
        status = 502

    error = SlackApiError("not JSON", Unread())  # type: ignore[no-untyped-call]  # the SDK's

    assert name_of(error) == ""
    assert "502" in str(translate(error))


@pytest.mark.shared
@pytest.mark.skipif(not METHODS.exists(), reason="the method reference is absent")
@pytest.mark.parametrize("method", CALLED)
def test_every_error_that_slack_lists_with_the_calls_made_is_in_the_table(method: str) -> None:
    listed = set(json.loads((METHODS / f"{method}.json").read_text())["errors"])
    unknown = {each for each in listed - TABLE.keys() - NOT_OURS if not each.startswith("restricted_action")}

    assert {each for each in unknown if not any(word in each for word in NEVER)} == set()
