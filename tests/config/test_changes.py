"""What a config that is read again changes at once, and what has to wait for a restart."""

from __future__ import annotations

import adapters
from bot.config.changes import AT_ONCE, FeedChanges, changes, takes_effect_at_once
from bot.config.load import Config, every_key, parse_config

FEEDS = """
[[feeds]]
name = "Stays"
url = "https://stays.example/feed/"
[[feeds]]
name = "Changes"
url = "https://changes.example/feed/"
[[feeds]]
name = "Is Called Otherwise"
url = "https://called.example/feed/"
[[feeds]]
name = "Moves"
url = "https://moves.example/feed/"
[[feeds]]
name = "Goes"
url = "https://goes.example/feed/"
"""
OTHER_FEEDS = """
[[feeds]]
name = "Comes"
url = "https://comes.example/feed/"
[[feeds]]
name = "Moves"
url = "https://elsewhere.example/feed/"
[[feeds]]
name = "Called"
url = "https://called.example/feed/"
[[feeds]]
name = "Changes"
url = "https://changes.example/feed/"
every = "1h"
[[feeds]]
name = "Stays"
url = "https://stays.example/feed/"
"""
EVERYTHING_ELSE = """
database = "sqlite:///other.db"
timezone = "Europe/Berlin"
[web]
listen = "127.0.0.1:8081"
public_url = "https://news.example"
[fetch]
contact = "me@example.org"
timeout = "31s"
max_body = "3MB"
full_text = true
allow_networks = ["10.0.0.0/8"]
[delivery]
grace = "11s"
catch_up_after = 6
[limits]
subscriptions_per_person = 1
subscriptions_per_channel = 2
feeds_per_server = 3
"""


def read(text: str, **secrets: str) -> Config:
    return parse_config(text, secrets)


def test_the_table_has_every_key_that_is_not_of_a_platform() -> None:
    of_platforms = {f"{name}." for name in (*adapters.names(), "admins")}
    core = {key for key, _ in every_key() if not any(key.startswith(each) for each in of_platforms)}

    assert set(AT_ONCE) == core


def test_each_key_of_the_core_is_noticed_when_it_differs() -> None:
    found = changes(read(""), read(EVERYTHING_ELSE))

    assert {*found.at_once, *found.waiting} == {key for key in AT_ONCE if not key.startswith("feeds.")}
    assert found.at_once == tuple(key for key in AT_ONCE if key.startswith("limits."))


def test_feeds_are_known_by_url_or_by_name() -> None:
    found = changes(read(FEEDS), read(OTHER_FEEDS))

    assert found.feeds == FeedChanges(("Comes",), ("Moves", "Called", "Changes"), ("Goes",))
    assert found.config.feeds == read(OTHER_FEEDS).feeds
    assert (found.at_once, found.waiting) == ((), ())


def test_platforms_and_secrets_wait_and_admins_do_not() -> None:
    before = read(
        '[console]\nenabled = true\n[admins]\nconsole = ["me"]\n', WEB_TOKEN="a-token-of-some-length"
    )
    after = read('[slack]\nprefix = "news"\n[admins]\nconsole = ["you"]\n', DISCORD_TOKEN="x" * 60)
    found = changes(before, after)

    assert found.at_once == ("admins.console",)
    assert sorted(found.waiting) == ["DISCORD_TOKEN", "WEB_TOKEN", "console.enabled", "slack.prefix"]
    assert found.config.admin_addresses == ("console:you",)  # by the platforms that run
    assert not any(takes_effect_at_once(each) for each in found.waiting)


def test_what_waits_is_told_until_there_was_a_restart_and_the_rest_once() -> None:
    after = read(EVERYTHING_ELSE)
    once = changes(read(""), after)
    twice = changes(once.config, after)

    assert (twice.at_once, twice.waiting) == ((), once.waiting)


def test_a_database_named_by_the_environment_is_told_by_the_name_of_the_variable() -> None:
    found = changes(read(""), read("", BYSTANDER_DATABASE="sqlite:///other.db"))

    assert found.waiting == ("BYSTANDER_DATABASE",)


def test_the_same_config_changes_nothing() -> None:
    found = changes(read(EVERYTHING_ELSE + FEEDS), read(EVERYTHING_ELSE + FEEDS))

    assert (found.feeds, found.at_once, found.waiting) == (FeedChanges(), (), ())
