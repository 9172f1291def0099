"""What the shell asks of Slack: `bystander slack-manifest`, and its part of `bystander check`."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable, Sequence
from typing import Protocol, cast

import adapters
from bot.chats import slack_adapter
from bot.commands.spec import COMMANDS
from bot.config.load import Config
from bot.errors import ConfigError, DeliveryError
from bot.ports import MemoryStore
from bot.services import commands_as_shown

_PLACEHOLDER = "https://your-server.example"  # where Slack has to reach the bot, and nobody said how

_log = logging.getLogger(__name__)


class _Slack(Protocol):
    """What the Slack adapter offers beside its port."""

    async def inspect(
        self, addresses: Iterable[str], memory: MemoryStore | None = None
    ) -> list[tuple[bool, str]]:
        """Return what is well and what is not, a line each. `memory`: where installations are kept."""
        ...


async def manifest(options: argparse.Namespace, config: Config) -> int:
    """Print the manifest of the Slack app for the mode that was chosen."""
    mode = options.mode or config.slack.mode
    several = config.secrets.get("SLACK_CLIENT_ID") is not None
    public_url = config.web.public_url
    if (mode == "http" or several) and not public_url:
        _log.warning("web.public_url is not set; put your server's address in the place of %s", _PLACEHOLDER)
        public_url = _PLACEHOLDER
    text = adapters.manifest(
        "slack",
        commands_as_shown(COMMANDS),
        mode=mode,
        prefix=config.slack.prefix,
        public_url=public_url,
        oauth=several,
    )
    print(text)
    return 0


async def slack_findings(
    config: Config, addresses: Sequence[str], memory: MemoryStore | None
) -> list[tuple[bool, str]]:
    """Return a line for tokens, scopes, the way in, workspaces and each destination."""
    ours = [each for each in addresses if each.startswith("slack:")]
    try:
        return await cast("_Slack", slack_adapter(config)).inspect(ours, memory)
    except ConfigError as error:
        return [(False, problem) for problem in error.problems]
    except DeliveryError as error:
        return [(False, f"slack: {error}")]
