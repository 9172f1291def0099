"""The methods of the Web API that this Slack has: arguments, errors it answers, rights. Held against the
method reference by a test.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.fakes.slack.basics import words

# Errors that any method may answer. The last three stand with some methods only, but come from all.
COMMON = words(
    """access_denied accesslimited account_inactive deprecated_endpoint ekm_access_denied
    enterprise_is_restricted fatal_error invalid_arg_name invalid_array_arg invalid_charset invalid_form_data
    invalid_post_type is_bot method_deprecated missing_post_type missing_scope no_permission
    not_allowed_token_type not_authed org_login_required ratelimited request_timeout service_unavailable
    team_added_to_org token_expired token_revoked two_factor_setup_required unknown_method
    invalid_auth internal_error invalid_arguments"""
)
_CONTENT = "attachments blocks markdown_text metadata text"
_LOOKS = "as_user icon_emoji icon_url link_names parse username"
_CHAT_ERRORS = (
    "channel_not_found no_text msg_too_long invalid_blocks invalid_blocks_format markdown_text_conflict "
    "too_many_attachments message_limit_exceeded"
)
_POST_ERRORS = (
    "is_archived not_in_channel restricted_action messages_tab_disabled cannot_reply_to_message "
    "invalid_metadata_format invalid_metadata_schema metadata_too_large"
)
_METADATA_ERRORS = "invalid_metadata_format invalid_metadata_schema metadata_too_large"
_TRIGGER_ERRORS = (
    "expired_trigger_id exchanged_trigger_id invalid_trigger_id view_too_large duplicate_external_id"
)


@dataclass(frozen=True)
class Signature:
    """Names of arguments and errors. `token`: bot, app, none. Scopes that depend on a channel are apart."""

    required: frozenset[str]
    optional: frozenset[str]
    errors: frozenset[str]
    scope: str = ""
    token: str = "bot"

    @property
    def arguments(self) -> frozenset[str]:
        """All arguments."""
        return self.required | self.optional


def _takes(
    required: str = "", optional: str = "", errors: str = "", *, scope: str = "", token: str = "bot"
) -> Signature:
    return Signature(words(required), words(optional), words(errors), scope, token)


_PAGED = "cursor limit"
METHODS: dict[str, Signature] = {
    "apps.connections.open": _takes(errors="forbidden_team missing_args", token="app"),
    "auth.revoke": _takes("", "test"),
    "auth.test": _takes(),
    "bots.info": _takes("", "bot", "bot_not_found", scope="users:read"),
    "chat.delete": _takes(
        "channel ts",
        "as_user",
        "channel_not_found message_not_found cant_delete_message",
        scope="chat:write",
    ),
    "chat.postEphemeral": _takes(
        "channel user",
        f"{_CONTENT} {_LOOKS} thread_ts",
        "channel_not_found no_text msg_too_long invalid_blocks invalid_blocks_format is_archived "
        "not_in_channel user_not_in_channel markdown_text_conflict too_many_attachments restricted_action "
        "messages_tab_disabled message_limit_exceeded cannot_reply_to_message",
        scope="chat:write",
    ),
    "chat.postMessage": _takes(
        "channel",
        f"{_CONTENT} {_LOOKS} thread_ts current_draft_last_updated_ts mrkdwn reply_broadcast unfurl_links "
        "unfurl_media",
        f"{_CHAT_ERRORS} {_POST_ERRORS} msg_blocks_too_long rate_limited app_access_restricted "
        "restricted_action_read_only_channel restricted_action_thread_only_channel "
        "restricted_action_thread_locked restricted_action_non_threadable_channel "
        "attachment_payload_limit_exceeded",
        scope="chat:write",
    ),
    "chat.update": _takes(
        "channel ts",
        f"{_CONTENT} as_user link_names parse reply_broadcast file_ids unfurled_attachments",
        f"{_CHAT_ERRORS} {_METADATA_ERRORS} message_not_found cant_update_message edit_window_closed "
        "is_inactive update_failed",
        scope="chat:write",
    ),
    "conversations.history": _takes(
        "channel",
        f"{_PAGED} include_all_metadata inclusive latest oldest",
        "channel_not_found not_in_channel invalid_cursor invalid_ts_latest invalid_ts_oldest",
    ),
    "conversations.info": _takes("channel", "include_locale include_num_members", "channel_not_found"),
    "conversations.list": _takes(
        "", f"{_PAGED} exclude_archived types team_id", "invalid_cursor invalid_limit invalid_types"
    ),
    "conversations.open": _takes(
        "",
        "channel prevent_creation return_im users",
        "channel_not_found user_not_found user_disabled user_not_visible users_list_not_supplied "
        "too_many_users not_enough_users invalid_user_combination method_not_supported_for_channel_type",
        scope="im:write",
    ),
    "files.completeUploadExternal": _takes(
        "files",
        "blocks channel_id channels initial_comment thread_ts",
        "channel_not_found file_not_found file_update_failed invalid_blocks invalid_channel not_in_channel "
        "posting_to_channel_denied channels_limit_exceeded",
        scope="files:write",
    ),
    "files.getUploadURLExternal": _takes(
        "filename length",
        "alt_txt snippet_type",
        "file_upload_size_restricted file_uploads_disabled missing_argument storage_limit_reached",
        scope="files:write",
    ),
    "oauth.v2.access": _takes(
        "",
        "client_id client_secret code code_verifier redirect_uri grant_type refresh_token assertion",
        "invalid_code bad_client_secret bad_redirect_uri invalid_client_id invalid_grant_type",
        token="none",
    ),
    "users.info": _takes("user", "include_locale", "user_not_found user_not_visible", scope="users:read"),
    "users.list": _takes("", f"{_PAGED} include_locale team_id", "invalid_cursor", scope="users:read"),
    "views.open": _takes("view", "trigger_id interactivity_pointer", _TRIGGER_ERRORS),
    "views.publish": _takes(
        "user_id view",
        "hash interactivity_pointer",
        "hash_conflict view_too_large not_enabled missing_profile_id duplicate_external_id",
    ),
    "views.push": _takes("view", "trigger_id interactivity_pointer", f"{_TRIGGER_ERRORS} push_limit_reached"),
    "views.update": _takes(
        "view",
        "view_id external_id hash",
        "not_found hash_conflict view_too_large duplicate_external_id",
    ),
}
OVERLOOKED = frozenset({"team_id"})  # Bolt's client adds it to every call; most methods do not know it


def lists(method: str, error: str) -> bool:
    """Whether Slack may answer this error to this method."""
    return error in COMMON or (method in METHODS and error in METHODS[method].errors)
