"""The manifest that the Slack app is made from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it ships no types
import pytest
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from adapters.slack.install.manifest import BOT_SCOPES, manifest, text
from bot.commands.spec import COMMANDS, RUNNABLE
from bot.model import CommandSpec

SCHEMAS = Path(__file__).parents[4].parent / "shared" / "spec" / "slack-manifest"
REMOTE = "https://raw.githubusercontent.com/slackapi/manifest-schema/v0.5.0/schemas/"
# Names of Slack's own commands; a manifest with one of them is refused as a whole.
TAKEN = """
    me msg dm shrug status away active dnd archive collapse expand invite join open kick remove leave close
    part mute rename topic who remind apps search feed feedback prefs shortcuts keys star pro
"""
WAYS: list[dict[str, Any]] = [
    {"mode": "socket"},
    {"mode": "http", "public_url": "https://bot.example/"},
    {"mode": "socket", "public_url": "https://bot.example", "oauth": True},
    {"mode": "http", "public_url": "https://bot.example", "oauth": True},
]


def check(made: dict[str, Any]) -> None:
    """Hold a manifest to Slack's schemas; their references are URLs, which must not be fetched."""
    schemas = {path.name: json.loads(path.read_text("utf-8")) for path in SCHEMAS.glob("*.json")}
    registry: Registry[Any] = Registry().with_resources(
        (REMOTE + name, Resource.from_contents(schema, DRAFT7)) for name, schema in schemas.items()
    )
    for name in ("manifest.schema.1.0.0.json", "manifest.schema.json"):  # the first has the clearer messages
        jsonschema.Draft7Validator(schemas[name], registry=registry).validate(made)


@pytest.fixture
def _schemas() -> None:
    if not SCHEMAS.is_dir():
        pytest.skip("../shared is absent")


@pytest.mark.shared
@pytest.mark.usefixtures("_schemas")
@pytest.mark.parametrize("way", WAYS, ids=str)
def test_slack_takes_the_manifest(way: dict[str, Any]) -> None:
    check(manifest(RUNNABLE, prefix="bystander", **way))


@pytest.mark.shared
@pytest.mark.usefixtures("_schemas")
def test_the_schemas_refuse_what_slack_refuses() -> None:
    made = manifest(RUNNABLE, mode="socket", prefix="bystander")
    made["features"]["slash_commands"][0]["command"] = "follow"

    with pytest.raises(jsonschema.ValidationError):
        check(made)


@pytest.mark.shared
@pytest.mark.usefixtures("_schemas")
def test_very_many_and_very_long_commands_still_make_a_manifest() -> None:
    many = [CommandSpec(f"{'c' * 40}{number}", "h" * 500, example="/x " + "e" * 2000) for number in range(80)]

    check(manifest(many, mode="socket", prefix="bystander"))


def commands_of(made: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["command"]: each for each in made["features"]["slash_commands"]}


def test_every_command_is_there_on_its_own_and_the_root_above_them() -> None:
    listed = commands_of(manifest(RUNNABLE, mode="socket", prefix="news"))

    assert set(listed) == {"/news", *(f"/{each.name}" for each in COMMANDS)}
    assert listed["/alerts"]["usage_hint"] == (
        "add | remove | list | test | pause | resume | log | export | settings | style"
    )
    assert listed["/follow"]["usage_hint"] == "China-U.S., #TikTok, -Taiwan"
    assert not any(each["should_escape"] for each in listed.values())


def test_no_command_has_a_name_of_slacks_own() -> None:
    names = {name.lstrip("/") for name in commands_of(manifest(RUNNABLE, mode="socket", prefix="bystander"))}

    assert names & set(TAKEN.split()) == set()


def test_a_prefix_that_is_a_command_already_is_listed_once() -> None:
    made = manifest(RUNNABLE, mode="socket", prefix="follow")

    assert len(made["features"]["slash_commands"]) == len(COMMANDS)


def test_socket_mode_names_no_address() -> None:
    made = text(RUNNABLE, mode="socket", prefix="bystander", public_url="https://bot.example")

    assert "bot.example" not in made
    assert json.loads(made)["settings"]["socket_mode_enabled"] is True


def test_http_mode_sends_everything_to_one_address() -> None:
    made = manifest(RUNNABLE, mode="http", prefix="bystander", public_url="https://bot.example/")
    settings, url = made["settings"], "https://bot.example/slack/events"

    assert settings["socket_mode_enabled"] is False
    assert settings["event_subscriptions"]["request_url"] == url
    assert settings["interactivity"]["request_url"] == url
    assert settings["interactivity"]["message_menu_options_url"] == url
    assert {each["url"] for each in made["features"]["slash_commands"]} == {url}


def test_several_workspaces_need_the_redirect_address() -> None:
    made = manifest(RUNNABLE, mode="socket", prefix="bystander", public_url="https://bot.example", oauth=True)

    assert made["oauth_config"]["redirect_urls"] == ["https://bot.example/slack/oauth_redirect"]


def test_the_bot_asks_for_what_it_uses_and_nothing_of_the_users() -> None:
    scopes = manifest(RUNNABLE, mode="socket", prefix="bystander")["oauth_config"]["scopes"]

    assert scopes == {"bot": list(BOT_SCOPES)}
    writing = {each for each in BOT_SCOPES if "write" in each}
    assert writing == {"chat:write", "chat:write.public", "files:write", "im:write"}
