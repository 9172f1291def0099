from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from bot.config.load import parse_config
from bot.errors import ConfigError

FEED = '[[feeds]]\nname = "A"\nurl = "https://a.example/feed/"\n'
TOO_OFTEN = (
    'would burden the blog; write "10m" or more (less is only for a url whose host is a literal address, '
    "or localhost, inside fetch.allow_networks)"
)
NO_DURATION = 'is no duration; write a number and a unit such as "15m" (s, m, h, d)'
NO_FEEDS = "is no list of tables; write [[feeds]] above the keys of each feed"
NO_TABLE = "is no table; write its name in brackets on a line, and its keys below"
NO_ADDRESS = 'is no address; write a host and a port such as "127.0.0.1:8080" or "[::1]:8080"'
NO_SHARDS = 'must be "auto", or which shards of how many, counted from 0, such as "0-3/16" or "5/16"'


def problems(text: str, environ: Mapping[str, str] | None = None) -> list[str]:
    """Return the problem lines of a config that has some."""
    with pytest.raises(ConfigError) as caught:
        parse_config(text, environ or {})
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


# --- single keys ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "line", "message"),
    [
        ("", "timezone = 2026-01-01", 'is no time zone; write one such as "Europe/Berlin"'),
        ("", 'timezone = "Europe/Berln"', 'is no time zone; did you mean "Europe/Berlin"?'),
        (
            "",
            'database = "mysql://h/d"',
            'is no database; write "sqlite:///FILE" or "postgresql://HOST/NAME"',
        ),
        ("", 'database = "sqlite:///"', 'is no database; write "sqlite:///FILE" or "postgresql://HOST/NAME"'),
        ("feeds", 'every = "15x"', NO_DURATION),
        ("feeds", "every = 900", NO_DURATION),
        ("feeds", 'every = "25h"', 'must be "0.2s" to "24h"'),
        ("feeds", 'every = "0.1s"', 'must be "0.2s" to "24h"'),
        ("feeds", "announce_latest = true", "must be a whole number from 0 to 10, without quotes"),
        ("feeds", "announce_latest = -1", "must be a whole number from 0 to 10, without quotes"),
        ("feeds", "announce_latest = 11", "must be a whole number from 0 to 10, without quotes"),
        ("feeds", "announce_latest = nan", "must be a whole number from 0 to 10, without quotes"),
        ("feeds", 'categories = "Trade"', 'is no list; write one in brackets, such as ["a", "b"]'),
        ("feeds", "aliases = 1", 'is no table; write one in braces, such as { "U.S." = "United States" }'),
        ("feeds", 'api_base = "on"', 'must be "auto", "off" or the URL of an API'),
        ("web", 'listen = "8080"', NO_ADDRESS),
        ("web", "listen = 8080", "is no text; write it in quotes"),
        ("fetch", 'max_body = "51MB"', 'must be "10kB" to "50MB"'),
        ("fetch", 'timeout = "0.5s"', 'must be "1s" to "5m"'),
        ("fetch", 'contact = "a\\nb"', "has a line break or an invisible character in it; take it out"),
        ("discord", "enabled = 1", "is neither true nor false; write one of these, without quotes"),
        ("discord", 'gateway = "http://a/"', 'is no URL; write one such as "wss://host.example/path"'),
        ("discord", 'api_base = ""', 'is no URL; write one such as "https://host.example/path"'),
        ("discord", 'shards = "4-3/16"', NO_SHARDS),
        ("discord", 'shards = "0-16/16"', NO_SHARDS),
        ("discord", 'shards = "16/16"', NO_SHARDS),
        ("discord", 'shards = "0-3"', NO_SHARDS),
        ("discord", "shards = 4", NO_SHARDS),
        ("slack", 'mode = "rtm"', 'must be "socket" or "http"'),
        ("console", "format = 3", 'must be "pretty" or "jsonl"'),
        ("feeds", 'quiet_notice = "no"', "is neither true nor false; write one of these, without quotes"),
        ("feeds", 'cluster = "all"', 'must be "off", "same" or "near"'),
        ("delivery", 'grace = "6m"', 'must be "0s" to "5m"'),
        ("delivery", "catch_up_after = 0", "must be a whole number from 1 to 100, without quotes"),
        ("delivery", "catch_up_after = 5.0", "must be a whole number from 1 to 100, without quotes"),
        ("limits", "subscriptions_per_person = 0", "must be a whole number from 1 to 10000, without quotes"),
        (
            "limits",
            "subscriptions_per_channel = 10001",
            "must be a whole number from 1 to 10000, without quotes",
        ),
        ("limits", "feeds_per_server = -1", "must be a whole number from 0 to 10000, without quotes"),
        ("limits", 'feeds_per_server = "5"', "must be a whole number from 0 to 10000, without quotes"),
        ("limits", "feeds_per_server = true", "must be a whole number from 0 to 10000, without quotes"),
    ],
)
def test_a_faulty_value_is_one_line_with_key_value_and_mend(table: str, line: str, message: str) -> None:
    head = FEED if table == "feeds" else f"[{table}]\n" if table else ""
    key = "feeds[0]." if table == "feeds" else f"{table}." if table else ""

    assert problems(head + line) == [f"{key}{line}: {message}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (FEED + "categories = [1]", "feeds[0].categories[0] = 1: is no text; write it in quotes"),
        (FEED + 'categories = [""]', 'feeds[0].categories[0] = "": is empty; write a name or leave it out'),
        (FEED + 'aliases = { "U. S." = 1 }', 'feeds[0].aliases."U. S." = 1: is no text; write it in quotes'),
        ("[admins]\ndiscord = [80]", "admins.discord[0] = 80: is no text; write it in quotes"),
        ('[admins]\nconsole = [" "]', 'admins.console[0] = " ": is empty; write a name or leave it out'),
        ('[[feeds]]\nurl = "https://a.example/"', "feeds[0].name: is missing; a feed needs a name and a url"),
        ('[[feeds]]\nname = "A"', "feeds[0].url: is missing; a feed needs a name and a url"),
        ("feeds = 3", f"feeds: {NO_FEEDS}"),
        ("[feeds]", f"feeds: {NO_FEEDS}"),
        ("feeds = [3]", f"feeds[0]: {NO_FEEDS}"),
        ("fetch = 3", f"fetch: {NO_TABLE}"),
    ],
)
def test_a_fault_inside_a_list_or_of_a_table_names_its_place(text: str, expected: str) -> None:
    assert problems(text) == [expected]


def test_a_network_with_host_bits_names_the_one_that_was_meant() -> None:
    (line,) = problems('[fetch]\nallow_networks = ["fd00::/8", "10.1.2.3/8"]')

    assert line.startswith('fetch.allow_networks[1] = "10.1.2.3/8": ')
    assert line.endswith('did you mean "10.0.0.0/8"?')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[fetch]\ntimeuot = "3s"', 'fetch.timeuot: unknown key; did you mean "timeout"?'),
        ("[discrod]\nenabled = true", 'discrod: unknown key; did you mean "discord"?'),
        ('timeout = "3s"', 'timeout: unknown key; did you mean "fetch.timeout"?'),
        (FEED + "evrey = 3", 'feeds[0].evrey: unknown key; did you mean "every"?'),
        ("[console]\nxyzzy = 3", "console.xyzzy: unknown key; known here are enabled, format"),
        ('[console]\n"\\u0007\\"" = 3', 'console."\\x07\\"": unknown key; known here are enabled, format'),
    ],
)
def test_an_unknown_key_is_answered_with_the_nearest_known(text: str, expected: str) -> None:
    assert problems(text) == [expected]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('x = 1\ny = "', ", line 2, column 6"),
        ("x = 1\nx = 2\n", ", line 2, column 6"),
        ("[fetch\n", ", line 1, column 7"),
        ('x = """\nabc', ", line 2, column 4"),
        ("x = " + "[" * 100_000, ""),
        ("x = " + "9" * 5000, ""),
    ],
)
def test_what_is_no_toml_is_one_line_with_its_place(text: str, place: str) -> None:
    (line,) = problems(text)

    assert line.startswith("config.toml" + place)
    assert "; " in line


def test_values_are_clipped_and_their_control_characters_shown() -> None:
    (long,) = problems(f'timezone = "{"x" * 5000}"')
    (huge,) = problems("timezone = 0x" + "f" * 9000)
    (wild,) = problems('timezone = "\\u001b[31m\\n\\u202e\\u0000"')

    assert long.startswith(f'timezone = "{"x" * 79}\N{HORIZONTAL ELLIPSIS}": ')
    assert huge.startswith("timezone = (a very long number): ")
    assert wild.startswith('timezone = "\\x1b[31m\\n\\u202e\\x00": ')


# --- keys that hang together ----------------------------------------------------------------------------


def feed(url: str, every: str = "1s", networks: str = '"127.0.0.0/8", "::1/128"') -> str:
    watched = FEED.replace("https://a.example/feed/", url)
    return f'{watched}every = "{every}"\n[fetch]\nallow_networks = [{networks}]\n'


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080/feed", "http://[::1]/", "https://localhost/feed", "http://LOCALHOST:1/"]
)
def test_a_literal_address_in_an_allowed_network_may_be_asked_often(url: str) -> None:
    assert parse_config(feed(url, every="0.2s"), {}).feeds[0].every == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("url", "networks"),
    [
        ("https://a.example/feed", '"127.0.0.0/8"'),
        ("http://127.0.0.1/", ""),
        ("http://127.0.0.1/", '"10.0.0.0/8"'),
        ("http://[::1]/", '"127.0.0.0/8"'),
        ("http://localhost/", '"10.0.0.0/8"'),
        ("http://127.0.0.1.nip.example/", '"127.0.0.0/8"'),
    ],
)
@pytest.mark.parametrize("every", ["0.2s", "9m59s"])
def test_every_other_host_is_asked_politely_and_the_error_says_why(
    url: str, networks: str, every: str
) -> None:
    assert problems(feed(url, every, networks)) == [f'feeds[0].every = "{every}": {TOO_OFTEN}']


def test_ten_minutes_are_polite_everywhere() -> None:
    assert parse_config(feed("https://a.example/feed", "10m", ""), {}).feeds[0].every == 600


def test_two_feeds_share_neither_name_nor_url_however_spelled() -> None:
    second = '[[feeds]]\nname = "a."\nurl = "https://A.EXAMPLE:443/feed/#top"\n'

    assert problems(FEED + second) == [
        'feeds[1].name = "a.": is the name of feeds[0] too; give each its own',
        'feeds[1].url = "https://A.EXAMPLE:443/feed/#top": is the url of feeds[0] too; give each its own',
    ]


def test_push_and_slack_over_http_need_a_web_server() -> None:
    text = '[web]\npublic_url = "https://news.example"\n[slack]\nmode = "http"\n'

    assert problems(text) == [
        'web.public_url = "https://news.example": needs a web server; set web.listen',
        'slack.mode = "http": needs a web server; set web.listen, or write "socket"',
    ]


def test_all_problems_come_at_once_also_those_between_keys_and_of_the_environment() -> None:
    text = """
        timezone = 3
        unknown = 1
        web = { public_url = "https://news.example" }
        slack = { mode = 3 }
        [[feeds]]
        name = "A"
        every = "1x"
        [[feeds]]
        name = "a"
        url = "https://b.example/"
        every = "1m"
        announce_latest = 99
        """

    lines = problems(text, {"DISCORD_TOKEN": "", "BYSTANDER_DATABASE": "x"})

    of_single_keys = ["timezone", "feeds[0].url", "feeds[0].every", "feeds[1].announce_latest", "slack.mode"]
    of_several = ["web.public_url", "feeds[1].name", "feeds[1].every"]
    of_the_environment = ["DISCORD_TOKEN", "BYSTANDER_DATABASE"]
    keys = [re.split(r": | = ", line)[0] for line in lines]
    assert keys == [*of_single_keys, "unknown", *of_several, *of_the_environment]


@pytest.mark.parametrize(
    "text",
    [
        '[web]\nlisten = "x"\npublic_url = "https://news.example"\n[slack]\nmode = "http"',
        feed("http://127.0.0.1/", networks='"x"'),
        feed("http://127.0.0.1/").partition("[fetch]")[0].replace("[[feeds]]", "fetch = 3\n[[feeds]]"),
        feed("127.0.0.1"),
    ],
    ids=["listen", "allow_networks", "fetch", "url"],
)
def test_a_faulty_key_accuses_no_other(text: str) -> None:
    assert len(problems(text)) == 1


# --- secrets in the file --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        '[discord]\ntoken = "hunter2"',
        'DISCORD_TOKEN = "hunter2"',
        '[slack.bot]\ntoken = "hunter2"',
        '[slack]\nsigning_secret = "hunter2"',
        'discord = "hunter2"',
        'database = "postgresql://bot:hunter2@db/news"',
        'database = "postgresql://db/news?user=bot&password=hunter2"',
        'database = "mysql://bot:hunter2@db/news"',
        'database = { password = "hunter2" }',
        '[[feeds]]\nname = "A"\nurl = "https://me:hunter2@a.example/"',
        '[[feeds]]\nname = "A"\nurl = "https://me:hunter2/@a.example/"',
        '[web]\nlisten = "me:hunter2@0.0.0.0:80"',
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_shown(text: str) -> None:
    (line,) = problems(text)

    assert "hunter2" not in line


def test_a_secret_in_the_file_is_sent_to_its_variable() -> None:
    mends = [
        "DISCORD_TOKEN (or DISCORD_TOKEN_FILE)",
        "SLACK_BOT_TOKEN (or SLACK_BOT_TOKEN_FILE) or SLACK_APP_TOKEN (or SLACK_APP_TOKEN_FILE)",
    ]

    assert problems('[discord]\ntoken = "x"\n[slack]\ntoken = "y"') == [
        f"discord.token: secrets live in the environment; set {mends[0]} and take this key out",
        f"slack.token: secrets live in the environment; set {mends[1]} and take this key out",
    ]
    assert problems('database = "postgresql://bot:x@db/news"') == [
        'database = "***@db/news": has a password in it; set BYSTANDER_DATABASE in the environment instead'
    ]
