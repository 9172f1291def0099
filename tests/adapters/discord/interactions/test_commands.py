"""The one table of commands as Discord's slash commands."""

from __future__ import annotations

from typing import Any

from adapters.discord.interactions.commands import Invocation, fingerprint, payload, read
from bot.commands.spec import RUNNABLE
from bot.model import CommandSpec, ParameterSpec

SENT = {command["name"]: command for command in payload(RUNNABLE)}


def options(command: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {option["name"]: option for option in command.get("options", [])}


def test_every_command_is_there_under_its_own_name() -> None:
    paths = set()
    for name, command in SENT.items():
        subs = [each["name"] for each in command["options"] if each["type"] == 1]
        paths |= {f"{name} {sub}" for sub in subs} or {name}

    assert paths == {command.path for command in RUNNABLE}


def test_admin_commands_are_offered_in_servers_only_and_to_managers_only() -> None:
    for name in ("alerts", "feeds"):
        assert SENT[name]["contexts"] == [0]
        assert SENT[name]["integration_types"] == [0]
        assert SENT[name]["default_member_permissions"] == 1 << 5


def test_the_others_are_offered_everywhere_and_to_people_who_installed_the_bot_for_themselves() -> None:
    for command in RUNNABLE:
        if not command.admin:
            assert SENT[command.path]["contexts"] == [0, 1, 2]
            assert SENT[command.path]["integration_types"] == [0, 1]
            assert SENT[command.path]["default_member_permissions"] is None


def test_a_channel_and_a_mention_are_chosen_from_what_there_is() -> None:
    add = options(options(SENT["alerts"])["add"])

    assert add["channel"]["type"] == 7
    assert add["channel"]["channel_types"] == [0, 2, 5, 10, 11, 12, 13, 15]
    assert add["mention"]["type"] == 8


def test_each_choice_of_the_table_is_a_choice_on_discord() -> None:
    when = ParameterSpec("when", "How soon", "choice", choices=("now", "daily", "weekly"))
    (sent,) = payload((CommandSpec("follow", "Get new posts", (when,)),))

    assert options(sent)["when"] == {
        "type": 3,
        "name": "when",
        "description": "How soon",
        "required": False,
        "choices": [{"name": each, "value": each} for each in ("now", "daily", "weekly")],
    }


def test_numbers_choices_and_suggestions_are_native() -> None:
    count = options(SENT["latest"])["count"]
    show = options(SENT["categories"])["show"]
    categories = options(SENT["follow"])["categories"]

    assert (count["type"], count["min_value"], count["max_value"]) == (4, 1, 10)
    assert [choice["value"] for choice in show["choices"]] == ["categories", "tags"]
    assert "autocomplete" not in show
    assert categories["autocomplete"] is True


def test_categories_may_be_left_out_where_a_menu_can_ask_for_them() -> None:
    assert options(SENT["follow"])["categories"]["required"] is False
    assert options(SENT["unfollow"])["categories"]["required"] is False
    assert options(options(SENT["alerts"])["add"])["categories"]["required"] is True
    assert options(SENT["find"])["words"]["required"] is True


def test_what_is_required_comes_first() -> None:
    command = CommandSpec(
        "try",
        "Try",
        (ParameterSpec("one", "One", "text"), ParameterSpec("two", "Two", "text", required=True)),
    )

    assert [option["name"] for option in payload([command])[0]["options"]] == ["two", "one"]


def test_the_fingerprint_changes_with_whatever_discord_would_show() -> None:
    before = fingerprint(payload(RUNNABLE))
    changed = CommandSpec("help", "Another help")

    assert fingerprint(payload(RUNNABLE)) == before
    assert fingerprint(payload([*RUNNABLE[1:], changed])) != before
    assert fingerprint(payload(RUNNABLE[1:])) != before


def test_a_command_is_read_back_with_its_values_as_they_were_typed() -> None:
    data = {"name": "follow", "options": [{"name": "categories", "type": 3, "value": "China-U.S., -R&D"}]}

    assert read(data, 1) == Invocation("follow", {"categories": "China-U.S., -R&D"})


def test_a_sub_command_is_read_with_channel_role_and_number() -> None:
    inner = [
        {"name": "channel", "type": 7, "value": "123456789012345678"},
        {"name": "mention", "type": 8, "value": "42"},
        {"name": "count", "type": 4, "value": 3},
    ]
    data = {"name": "alerts", "options": [{"name": "add", "type": 1, "options": inner}]}

    assert read(data, 7) == Invocation(
        "alerts add",
        {"channel": "discord:channel:123456789012345678", "mention": "<@&42>", "count": "3"},
    )


def test_the_role_of_the_server_itself_is_everyone() -> None:
    data = {"name": "alerts", "options": [{"name": "mention", "type": 8, "value": "7"}]}

    assert read(data, 7).values == {"mention": "@everyone"}


def test_the_option_being_typed_is_known() -> None:
    data = {"name": "follow", "options": [{"name": "feed", "type": 3, "value": "Ch", "focused": True}]}

    assert read(data, None).focused == "feed"
