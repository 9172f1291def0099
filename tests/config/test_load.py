from __future__ import annotations

import re
import tomllib
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

import adapters
from bot.calls import CONFIG
from bot.cli import _config_of, build_parser
from bot.config.load import every_key, every_variable, load_config, parse_config
from bot.errors import ConfigError
from bot.model import FeedSettings, Limits

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "config.example.toml"
FEED = '[[feeds]]\nname = "A"\nurl = "https://a.example/feed/"\n'


# --- the example ----------------------------------------------------------------------------------------


def flat(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return dotted keys with their values; a feed counts as a table, `aliases` as a value."""
    keys: dict[str, Any] = {}
    for key, value in table.items():
        below = value[0] if key == "feeds" else value
        if isinstance(below, dict) and key != "aliases":
            keys |= flat(below, f"{prefix}{key}.")
        else:
            keys[prefix + key] = value
    return keys


def test_the_example_is_a_config_without_problems_that_watches_the_china_bystander() -> None:
    config = load_config(EXAMPLE, {})

    assert [feed.settings() for feed in config.feeds] == [
        FeedSettings("China Bystander", "https://chinabystander.wordpress.com/feed/", every=900)
    ]


def test_the_example_shows_every_key_with_its_default_and_no_other() -> None:
    shown = flat(tomllib.loads(EXAMPLE.read_text(encoding="utf-8")))

    assert set(shown) == {key for key, _ in every_key()}
    for key, default in every_key():
        assert default == "" or shown[key] == tomllib.loads(f"x = {default}")["x"], key


def test_each_key_of_the_example_has_one_comment_line_above_it() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()

    for number, line in enumerate(lines):
        if re.match(r"\w+ = ", line):
            assert lines[number - 1].startswith("# "), line
            assert not lines[number - 2].startswith("# ") or lines[number - 2] == "", line


def test_the_example_names_every_secret() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")

    assert [name for name in every_variable() if name not in text] == []


def test_an_empty_file_is_a_config_of_the_defaults_the_example_shows() -> None:
    assert parse_config("", {}) == load_config(EXAMPLE, {}).model_copy(update={"feeds": ()})


# --- values ---------------------------------------------------------------------------------------------


def test_values_arrive_in_the_units_of_the_code() -> None:
    config = parse_config(
        """
        timezone = "europe/berlin"
        [web]
        listen = "[::1]:8080"
        public_url = "https://news.example/"
        [fetch]
        timeout = "1m30s"
        max_body = "1MiB"
        allow_networks = ["127.0.0.0/8", "fd00::/8"]
        [discord]
        shards = "0-3/16"
        gateway = "ws://127.0.0.1:1"
        [slack]
        mode = "http"
        [delivery]
        grace = "0s"
        catch_up_after = 100
        [admins]
        discord = ["80351110224678912"]
        """,
        {},
    )

    assert (config.timezone.key, config.web.address()) == ("Europe/Berlin", ("::1", 8080))
    assert (config.fetch.timeout, config.fetch.max_body) == (90.0, 1048576)
    assert config.fetch.allow_networks == (ip_network("127.0.0.0/8"), ip_network("fd00::/8"))
    assert config.table("discord").shards == (0, 3, 16)
    assert (config.delivery.grace, config.delivery.catch_up_after) == (0.0, 100)
    assert config.setup(adapters.plugin("discord")).admins == ("80351110224678912",)


def test_a_single_shard_is_a_part_of_its_own() -> None:
    assert parse_config('[discord]\nshards = "5/16"', {}).table("discord").shards == (5, 5, 16)


def test_no_listen_is_no_web_server_and_auto_no_fixed_shards() -> None:
    config = parse_config("", {})

    assert (config.web.address(), config.table("discord").shards) == (None, None)


def test_a_feed_becomes_the_settings_the_rest_of_the_bot_knows() -> None:
    config = parse_config(
        FEED
        + """
        every = "1h"
        announce_latest = 3
        categories = ["China-U.S.", "Trade"]
        aliases = { "China-US" = "China-U.S." }
        api_base = "http://127.0.0.1:9/rest/v1.1/sites/1"
        quiet_notice = false
        cluster = "near"
        """,
        {},
    )

    assert config.feeds[0].settings() == FeedSettings(
        name="A",
        url="https://a.example/feed/",
        every=3600.0,
        announce_latest=3,
        categories=("China-U.S.", "Trade"),
        aliases={"China-US": "China-U.S."},
        api_base="http://127.0.0.1:9/rest/v1.1/sites/1",
        origin="config",
        quiet_notice=False,
        cluster="near",
    )


def test_the_limits_of_the_config_are_those_of_the_bot_where_none_are_written() -> None:
    written = parse_config("[limits]\nsubscriptions_per_person = 7\nfeeds_per_server = 0\n", {})

    assert parse_config("", {}).limits.limits() == Limits()
    assert written.limits.limits() == Limits(7, Limits().subscriptions_per_channel, 0)


def test_a_config_cannot_be_changed() -> None:
    config = parse_config(FEED, {})

    with pytest.raises(ValueError, match="frozen"):
        config.web.listen = "127.0.0.1:1"
    with pytest.raises(ValueError, match="frozen"):
        config.feeds = ()


# --- files and the environment --------------------------------------------------------------------------


def test_a_missing_file_tells_how_to_make_one_and_the_environment_is_checked_all_the_same(
    tmp_path: Path,
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "config.toml", {"DISCORD_TOKEN": ""})

    file, token = caught.value.problems
    assert file.endswith("there is no such file; `bystander init` writes one")
    assert token == "DISCORD_TOKEN: is empty; give it the secret or unset it"


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'[fetch]\ncontact = "caf\xe9"\n')

    with pytest.raises(ConfigError, match=r"cannot be read \(.+\); name a file that the bot may read$"):
        load_config(tmp_path, {})
    with pytest.raises(ConfigError, match=r"is no UTF-8 text; "):
        load_config(latin, {})


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('timezone = "UTC"\r\n', encoding="utf-8-sig")

    assert load_config(path, {}).timezone.key == "UTC"


def test_a_call_without_a_config_has_every_default_as_a_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    options = build_parser().parse_args(["preview", "https://blog.example/feed/", "-c", CONFIG])

    assert _config_of(options.shell_call, options) == parse_config("", {})


def test_a_bad_config_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "config.toml"
    path.write_text('timezone = "x"\n')

    with pytest.raises(ConfigError):
        load_config(path, {"BYSTANDER_DATABASE": "sqlite:///there.db"})

    assert list(tmp_path.iterdir()) == [path]


def test_the_environment_overrides_the_database_and_may_hold_its_password(tmp_path: Path) -> None:
    url = "postgresql://bot:hunter2@db.example/news"
    file = tmp_path / "database"
    file.write_text(url + "\n")

    direct = parse_config('database = "sqlite:///a.db"', {"BYSTANDER_DATABASE": url})
    from_file = parse_config("", {"BYSTANDER_DATABASE_FILE": str(file)})

    assert direct.database.get_secret_value() == from_file.database.get_secret_value() == url
    assert "hunter2" not in repr(direct) + str(direct)


def test_without_the_environment_the_database_is_the_file_s() -> None:
    config = parse_config('database = "sqlite:////var/lib/bystander/news.db"', {})

    assert config.database.get_secret_value() == "sqlite:////var/lib/bystander/news.db"
