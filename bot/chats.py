"""Builds the adapters of the chat platforms that the config enables."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import adapters
from bot.config.load import Config
from bot.errors import ConfigError
from bot.ports import Adapter

_SET_IT = "is not set; put it into the environment, or its file into"
# What a workspace is reached with: one token, or the pair by which workspaces install the app themselves.
_INSTALLED = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")
_BY_MODE = {"socket": "SLACK_APP_TOKEN", "http": "SLACK_SIGNING_SECRET"}


def admin_addresses(config: Config) -> tuple[str, ...]:
    """Return the addresses that are told when something needs an admin."""
    groups = {
        "console": config.admins.console,
        "discord": tuple(f"user:{each}" for each in config.admins.discord),
        "slack": config.admins.slack,
    }
    enabled = {name for name in groups if getattr(config, name).enabled}
    return tuple(f"{name}:{each}" for name in groups if name in enabled for each in groups[name])


def enabled_adapters(config: Config, source: Iterable[str] | None) -> dict[str, Adapter]:
    """Build the adapters that the config enables; their SDKs are loaded only here.

    `source`: where the console reads commands from. ConfigError names every secret that is missing.
    """
    makers: dict[str, Callable[[], Adapter]] = {
        "console": lambda: console_adapter(config, source),
        "discord": lambda: discord_adapter(config),
        "slack": lambda: slack_adapter(config),
    }
    found: dict[str, Adapter] = {}
    problems: list[str] = []
    for name, make in makers.items():
        if getattr(config, name).enabled:
            try:
                found[name] = make()
            except ConfigError as error:
                problems += error.problems
    if problems:
        raise ConfigError(problems)
    return found


def console_adapter(config: Config, source: Iterable[str] | None) -> Adapter:
    """Build the console adapter."""
    return adapters.load("console", style=config.console.format, admins=config.admins.console, source=source)


def discord_adapter(config: Config) -> Adapter:
    """Build the Discord adapter; ConfigError without DISCORD_TOKEN."""
    settings = config.discord
    return adapters.load(
        "discord",
        token=config.secrets.require("DISCORD_TOKEN"),
        api_base=settings.api_base,
        gateway=settings.gateway,
        shards=settings.shards,
        admins=config.admins.discord,
        publish=settings.publish,
    )


def slack_adapter(config: Config) -> Adapter:
    """Build the Slack adapter; ConfigError without the secrets that its mode needs."""
    settings, secrets = config.slack, config.secrets
    if problems := slack_problems(config):
        raise ConfigError(problems)
    return adapters.load(
        "slack",
        mode=settings.mode,
        api_base=settings.api_base,
        bot_token=secrets.get("SLACK_BOT_TOKEN") or "",
        app_token=secrets.get("SLACK_APP_TOKEN") or "",
        signing_secret=secrets.get("SLACK_SIGNING_SECRET") or "",
        client_id=secrets.get("SLACK_CLIENT_ID") or "",
        client_secret=secrets.get("SLACK_CLIENT_SECRET") or "",
        public_url=config.web.public_url,
        prefix=settings.prefix,
        per_minute=settings.per_minute,
        admins=config.admins.slack,
    )


def slack_problems(config: Config) -> list[str]:
    """Return a line for each secret or key that Slack's mode needs and that is missing."""
    secrets = config.secrets
    by_mode = _BY_MODE[config.slack.mode]
    missing = [] if secrets.get(by_mode) else [by_mode]
    pair = [name for name in _INSTALLED if secrets.get(name)]
    if pair:
        missing += [name for name in _INSTALLED if name not in pair]
    elif not secrets.get("SLACK_BOT_TOKEN"):
        missing.append("SLACK_BOT_TOKEN")
    problems = [f"{name}: {_SET_IT} {name}_FILE" for name in missing]
    if pair and not config.web.public_url:
        why = "without it no workspace can install the app; write the https:// address of this web server"
        problems.append(f"web.public_url: {why}")
    return problems
