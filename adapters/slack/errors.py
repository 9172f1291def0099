"""Maps each error of Slack, and of the connection to it, to an error of the bot: one table, pure."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from adapters.shared.rules import Rule, here, shut, this
from bot.errors import DeliveryError, PermanentError, Scope, TemporaryError
from bot.text.bounds import seconds
from bot.text.sanitize import one_line

REFUSED = (
    "Slack refuses the bot's token; put a current one into SLACK_BOT_TOKEN (api.slack.com/apps, OAuth & "
    "Permissions) and start again."
)
CLOSED = (
    "The app may no longer be used in that workspace; install it there again, from /slack/install on the "
    "bot's own web address."
)


@dataclass(frozen=True, slots=True)
class ErrorSettings:
    """How long is waited after errors that do not say it, in seconds, and how much of their text is told."""

    detail: int = 150  # characters of Slack's own explanation
    blocked: float = 600.0  # after a response that is not Slack's JSON
    later: float = 300.0
    much_later: float = 3600.0
    unsaid: float = 30.0  # after a 429 without Retry-After
    longest: float = 86_400.0  # that is accepted from Slack


ERRORS = ErrorSettings()
_log = logging.getLogger(__name__)


_SLOWER = Rule("Slack asks the bot to slow down.")
_FAULT = Rule("Slack has a fault of its own.", uncertain=True)
_NO_METHOD = Rule(
    "Slack does not offer the call at present; if that stays so, update Bystander.", wait=ERRORS.much_later
)
_MOVING = Rule(
    "The workspace is being moved by Slack, until then nothing can be sent.", wait=ERRORS.much_later
)
_RESTRICTED = here(
    "The workspace does not let the bot write there; allow it in the channel's posting permissions."
)
_DENIED = here(
    "The workspace's settings keep the bot from writing there; ask one of its admins to allow the app."
)
_NO_ACCOUNT = here("That person's account does not exist any more, or is deactivated.")
_FORM = this("Slack refuses the form of the message.")
_LONG = this("Slack finds the message too long.")
_EDIT = this("The message cannot be edited any more.")
_OURS = this("Slack does not understand the call; update Bystander.")
_TOKEN = shut(REFUSED)
_KEPT_OUT = here(
    "The workspace's settings keep the app out; ask one of its admins to approve it (Manage apps)."
)

# Names: Slack's method reference, whose lists are incomplete. The consequences are the bot's own.
TABLE: dict[str, Rule] = {
    # temporary
    "ratelimited": _SLOWER,
    "rate_limited": _SLOWER,
    "internal_error": _FAULT,
    "fatal_error": _FAULT,
    "service_unavailable": _FAULT,
    "update_failed": _FAULT,
    "request_timeout": Rule("Slack got only a part of the message."),
    "external_channel_migrating": Rule("Slack is moving the channel.", wait=ERRORS.later),
    "team_added_to_org": _MOVING,
    "org_login_required": _MOVING,
    "migration_in_progress": _MOVING,
    "unknown_method": _NO_METHOD,  # "currently not available" (method reference)
    "method_deprecated": _NO_METHOD,
    "deprecated_endpoint": _NO_METHOD,
    "message_limit_exceeded": Rule(
        "The workspace has sent all that its plan allows.", wait=ERRORS.much_later
    ),
    # permanent for this message
    "invalid_blocks": _FORM,
    "invalid_blocks_format": _FORM,
    "block_mismatch": _FORM,
    "invalid_attachments": _FORM,
    "invalid_metadata_format": _FORM,
    "invalid_metadata_schema": _FORM,
    "metadata_must_be_sent_from_app": _FORM,
    "markdown_text_conflict": _FORM,
    "no_text": this("Slack finds the message empty."),
    "metadata_too_large": _LONG,
    "msg_blocks_too_long": _LONG,
    "msg_too_long": _LONG,
    "attachment_payload_limit_exceeded": _LONG,
    "too_many_attachments": _LONG,
    "message_not_found": this("The message was deleted on Slack."),
    "cant_update_message": _EDIT,
    "edit_window_closed": _EDIT,
    "is_inactive": this("The channel is archived, so the message cannot be edited."),
    # permanent for this channel or person
    "channel_not_found": here(
        "The channel does not exist any more, or it is private and the bot is not in it; invite the bot with "
        "/invite there, or choose another one with /alerts add."
    ),
    "not_in_channel": here("The bot is not in the channel; invite it there with /invite."),
    "is_archived": here("The channel is archived; unarchive it, or choose another one with /alerts add."),
    "messages_tab_disabled": here(
        "The app takes no direct messages; switch on its Messages tab (api.slack.com/apps, App Home)."
    ),
    "restricted_action": _RESTRICTED,
    "ekm_access_denied": _RESTRICTED,
    "cannot_reply_to_message": _RESTRICTED,
    "channel_is_limited_access": _DENIED,
    "access_denied": _DENIED,
    "no_permission": _DENIED,
    "team_access_not_granted": _DENIED,
    "accesslimited": _KEPT_OUT,
    "app_access_restricted": _KEPT_OUT,
    "enterprise_is_restricted": _KEPT_OUT,
    "two_factor_setup_required": _KEPT_OUT,
    "team_not_found": here("Slack does not know the workspace of that channel; add the channel again."),
    "user_not_found": _NO_ACCOUNT,
    "user_disabled": _NO_ACCOUNT,
    "user_not_visible": here("The bot may not see that person; ask an admin of the workspace to allow it."),
    "invalid_user_combination": here("The bot shares no channel with that person; add both to one."),
    "method_not_supported_for_channel_type": here(
        "Slack lets no bot write there; choose another place with /alerts add."
    ),
    # permanent for the workspace
    "invalid_auth": _TOKEN,
    "not_authed": _TOKEN,
    "account_inactive": _TOKEN,
    "token_revoked": _TOKEN,
    "token_expired": _TOKEN,
    "not_allowed_token_type": shut(
        "SLACK_BOT_TOKEN is no bot token; put the one that begins with xoxb- there (api.slack.com/apps, "
        "OAuth & Permissions) and start again."
    ),
    "missing_scope": shut(
        "The bot lacks a scope; add it (api.slack.com/apps, OAuth & Permissions, Scopes) and install the app "
        "again."
    ),
    # permanent for this message, because the bot calls Slack wrongly
    **dict.fromkeys(
        (
            "invalid_arguments",
            "invalid_arg_name",
            "invalid_array_arg",
            "invalid_charset",
            "invalid_form_data",
            "invalid_post_type",
            "missing_post_type",
            "as_user_not_supported",
        ),
        _OURS,
    ),
}

# The only errors of a login that are permanent: each says that the token itself is bad. All others may pass
# (a migration, an incident, a blocked network), or concern a call and not the token.
OF_THE_TOKEN = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "not_allowed_token_type",
        "not_authed",
        "token_expired",
        "token_revoked",
    }
)
# Errors of auth.test after the app was removed. invalid_auth is not among them: it can also mean a network
# that the workspace blocks (documentation), and a token that the bot deletes cannot be recovered.
GONE = frozenset({"account_inactive", "token_revoked"})

# Errors of the connection, and whether the request may have arrived; the first match counts.
_BROKEN: dict[type[Exception], tuple[str, bool]] = {
    aiohttp.ClientConnectorError: ("Slack cannot be reached.", False),
    aiohttp.ConnectionTimeoutError: ("Slack cannot be reached.", False),
    TimeoutError: ("Slack did not answer in time.", True),
    aiohttp.ClientError: ("The connection to Slack broke off.", True),
    OSError: ("The connection to Slack broke off.", True),
}


def translate(error: Exception, *, elsewhere: bool = False) -> DeliveryError:
    """Translate any error of a call to Slack to a TemporaryError or PermanentError.

    `elsewhere`: not in the home workspace, so that a refusal of the bot concerns that workspace only.
    """
    if isinstance(error, DeliveryError):
        return error
    if isinstance(error, SlackApiError):
        return _answered(error, elsewhere=elsewhere)
    for kind, (text, uncertain) in _BROKEN.items():
        if isinstance(error, kind):
            return TemporaryError(text, uncertain=uncertain)
    _log.error("Slack's answer is not what the method reference says: %s", type(error).__name__)
    return TemporaryError(f"{type(error).__name__} on the way to Slack.", uncertain=True)


def at_login(error: Exception) -> DeliveryError:
    """Translate an error of asking who the bot is in the home workspace.

    PermanentError(ADAPTER): the token itself is bad. Every other error of Slack may pass: TemporaryError.
    """
    told = translate(error)
    if isinstance(told, TemporaryError) or (isinstance(error, DeliveryError)):
        return told
    if name_of(error) in OF_THE_TOKEN:
        return PermanentError(str(told), scope=Scope.ADAPTER)
    return TemporaryError(str(told), retry_after=ERRORS.later)


def name_of(error: Exception) -> str:
    """Return Slack's name of an error, "" if it is not Slack's: a proxy may answer in JSON too."""
    body = _body(error)
    name = body.get("error")
    return name if isinstance(name, str) and body.get("ok") is False else ""


def retry_after(error: SlackApiError) -> float | None:
    """Return the seconds that Slack asks to wait, at most a day; None if the call was not rate limited."""
    if _status(error) != HTTPStatus.TOO_MANY_REQUESTS and TABLE.get(name_of(error)) is not _SLOWER:
        return None
    headers = getattr(error.response, "headers", None) or {}
    return seconds(headers.get("Retry-After"), ERRORS.unsaid, ERRORS.longest)


def _answered(error: SlackApiError, *, elsewhere: bool) -> DeliveryError:
    if (asked := retry_after(error)) is not None:
        return TemporaryError(_SLOWER.text, retry_after=asked)
    rule = _rule(name_of(error), _status(error))
    text, scope = rule.text, rule.scope
    if scope is Scope.ADAPTER and elsewhere:
        text, scope = CLOSED, Scope.DESTINATION
    if scope is None:
        return TemporaryError(text, retry_after=rule.wait, uncertain=rule.uncertain)
    return PermanentError(_with_detail(text, error), scope=scope)


def _rule(name: str, status: int) -> Rule:
    """Return the rule for a response; with a server error status, no error name counts as permanent."""
    known = _RESTRICTED if name.startswith("restricted_action") else TABLE.get(name)
    if known is not None and (known.scope is None or status < HTTPStatus.INTERNAL_SERVER_ERROR):
        return known
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Rule(f"Slack has a fault of its own (it answered {status}).", uncertain=True)
    if name:
        shown = one_line(name, ERRORS.detail)
        return Rule(f"Slack refuses with “{shown}”, which Bystander does not know.", wait=ERRORS.later)
    if status == HTTPStatus.OK:
        return Rule(
            "What answers at slack.api_base is not Slack; check the address and any proxy.",
            wait=ERRORS.blocked,
        )
    return Rule(f"Slack's address answered {status} without a reason.", wait=ERRORS.blocked)


def _with_detail(text: str, error: SlackApiError) -> str:
    """Return a sentence completed with Slack's own words on what is missing or wrong."""
    body = _body(error)
    told = body.get("response_metadata")
    messages = told.get("messages") if isinstance(told, dict) else None
    said = body.get("needed") or ("; ".join(map(str, messages)) if isinstance(messages, list) else "")
    detail = one_line(str(said), ERRORS.detail)
    return f"{text.removesuffix('.')} ({detail})." if detail else text


def _body(error: Exception) -> dict[str, Any]:
    data = getattr(getattr(error, "response", None), "data", None)
    return data if isinstance(data, dict) else {}


def _status(error: SlackApiError) -> int:
    """Return the HTTP status, also of a raw aiohttp response, which the SDK could not parse."""
    response = error.response
    return int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
