from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config.secrets import Secrets, redact, variables_for
from bot.errors import ConfigError
from tests.config.secret_texts import NAMES, one, read_secrets, secret_texts


@pytest.mark.parametrize("name", NAMES)
def test_every_secret_comes_from_its_variable_or_from_the_file_its_twin_names(
    name: str, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    file.write_text("  from a file\n", encoding="utf-8-sig")

    direct, from_file = one(name, " direct\n"), one(f"{name}_FILE", str(file))

    assert (direct.get(name), direct.require(name)) == ("direct", "direct")
    assert from_file.require(name) == "from a file"


def test_no_variables_are_no_secrets_and_no_problems() -> None:
    secrets, problems = read_secrets({"PATH": "/bin"})

    assert (secrets, problems) == (Secrets(names=NAMES), [])
    assert [secrets.get(name) for name in NAMES] == [None] * len(NAMES)


def test_a_required_secret_that_is_missing_names_the_variable_and_its_twin() -> None:
    with pytest.raises(ConfigError) as caught:
        Secrets(names=NAMES).require("DISCORD_TOKEN")

    assert caught.value.problems == [
        "DISCORD_TOKEN: is not set; put it into the environment, or its file into DISCORD_TOKEN_FILE"
    ]


def test_an_unknown_name_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError):
        Secrets().get("PATH")


def too_large(path: Path) -> None:
    path.write_bytes(b"s3cret-" * 20_000)


def empty(path: Path) -> None:
    path.write_text(" \n")


def not_utf8(path: Path) -> None:
    path.write_bytes(b"s3cret-\xff\xfe")


def two_lines(path: Path) -> None:
    path.write_text("s3cret-a\ns3cret-b\n")


def absent(path: Path) -> None:
    path.unlink(missing_ok=True)


def folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("prepare", [too_large, empty, not_utf8, two_lines, absent, folder])
def test_a_file_that_cannot_be_used_is_a_problem_without_its_path_or_content(
    prepare: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / "s3cret-path"
    prepare(path)

    secrets, problems = read_secrets({"SLACK_APP_TOKEN_FILE": str(path)})

    assert secrets == Secrets(names=NAMES)
    assert len(problems) == 1
    assert problems[0].startswith("SLACK_APP_TOKEN_FILE: ")
    assert "; " in problems[0]
    assert "s3cret" not in problems[0]


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (
            {"DISCORD_TOKEN": "s3cret", "DISCORD_TOKEN_FILE": "/s3cret"},
            "DISCORD_TOKEN: is set, and so is DISCORD_TOKEN_FILE; unset one of them",
        ),
        ({"DISCORD_TOKEN": "  "}, "DISCORD_TOKEN: is empty; give it the secret or unset it"),
        (
            {"DISCORD_TOKEN": "s3cret\r\nX: y"},
            "DISCORD_TOKEN: holds a line break or a control character; a secret is one line",
        ),
        (
            {"DISCORD_TOKEN_FILE": "\0"},
            "DISCORD_TOKEN_FILE: its file is of no use (it is no text file); name one that holds the secret",
        ),
    ],
)
def test_a_variable_that_cannot_be_used_is_one_problem_with_its_mend(
    environ: dict[str, str], expected: str
) -> None:
    assert read_secrets(environ)[1] == [expected]


def test_all_faulty_variables_are_reported_together() -> None:
    _, problems = read_secrets(dict.fromkeys(NAMES, ""))

    assert [line.partition(":")[0] for line in problems] == list(NAMES)


def test_a_faulty_secret_is_still_redacted() -> None:
    secrets, _ = read_secrets({"DISCORD_TOKEN": "s3cret-token", "DISCORD_TOKEN_FILE": "/x"})

    assert redact("token s3cret-token", secrets) == "token ***"


@pytest.mark.parametrize(
    ("table", "key", "expected"),
    [
        ("discord", "token", ["DISCORD_TOKEN"]),
        ("", "discord_token", ["DISCORD_TOKEN"]),
        ("", "DISCORD_TOKEN_FILE", ["DISCORD_TOKEN"]),
        ("slack", "botToken", ["SLACK_BOT_TOKEN"]),
        ("slack", "token", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]),
        ("slack", "signing_secret", ["SLACK_SIGNING_SECRET"]),
        ("", "client-id", ["SLACK_CLIENT_ID"]),
        ("", "token", ["DISCORD_TOKEN", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "WEB_TOKEN"]),
        ("web", "token", ["WEB_TOKEN"]),
        ("fetch", "timeuot", []),
        ("discord", "enabled", []),
    ],
)
def test_a_secret_in_the_file_leads_to_its_variables(table: str, key: str, expected: list[str]) -> None:
    assert variables_for(table, key, NAMES) == expected


def test_a_secret_that_starts_another_leaves_no_tail_of_it() -> None:
    secrets, _ = read_secrets({"SLACK_BOT_TOKEN": "xoxb-12", "SLACK_APP_TOKEN": "xoxb-12-and-more"})

    assert redact("got xoxb-12-and-more", secrets) == "got ***"


def test_the_password_of_the_database_is_redacted_also_where_it_stands_alone() -> None:
    secrets = one("BYSTANDER_DATABASE", "postgresql://bot:p%40ss-word@db/news?password=other-word")

    shown = redact("password authentication failed for 'p@ss-word' (p%40ss-word, other-word)", secrets)

    assert shown == "password authentication failed for '***' (***, ***)"


def test_without_secrets_a_text_stays_as_it_is() -> None:
    assert redact("a * b", Secrets()) == "a * b"


@settings(deadline=None)
@given(value=secret_texts, before=st.text(), after=st.text())
def test_no_form_of_a_secret_survives_redaction(value: str, before: str, after: str) -> None:
    secrets = one("DISCORD_TOKEN", value)
    forms = (value, repr(value), json.dumps(value), quote(value, safe=""), f"https://h/?token={quote(value)}")

    shown = [redact(f"{before}{form}{after}", secrets) for form in forms]

    assert all(value not in text for text in shown)
    assert redact(json.dumps(value), secrets) == '"***"'
    assert redact(quote(value, safe=""), secrets) == "***"


@settings(deadline=None)
@given(value=secret_texts)
def test_secrets_never_show_what_they_hold(value: str) -> None:
    secrets, _ = read_secrets(dict.fromkeys(NAMES, value))

    shown = f"{secrets} {secrets!r} {secrets.values} {asdict(secrets)}"

    assert value not in shown
    assert json.dumps(value)[1:-1] not in shown


def test_secrets_cannot_be_changed() -> None:
    secrets = one("DISCORD_TOKEN", "abc")

    with pytest.raises(FrozenInstanceError):
        secrets.values = {}  # type: ignore[misc]  # that is the point
