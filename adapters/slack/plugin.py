"""The Slack plug-in: its config table, its secrets, and its calls for the command line."""

from __future__ import annotations

import argparse
import logging
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator

from adapters.plugin import AdapterPlugin, Finding, Guide, Payload, PluginCall, Preview, Secret, Setup, Visit
from adapters.slack import lists
from bot.config.values import AdapterTable, Url, matching, whole
from bot.errors import ConfigError
from bot.model import Caller, Message
from bot.ports import BotServices

if TYPE_CHECKING:
    from adapters.slack.adapter import SlackAdapter

BOT_TOKEN, APP_TOKEN = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"
SIGNING_SECRET = "SLACK_SIGNING_SECRET"  # noqa: S105 -- as above
# With these, workspaces install the app themselves, and the bot token is optional.
PAIR = (CLIENT_ID, CLIENT_SECRET) = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")

_BY_MODE = {"socket": APP_TOKEN, "http": SIGNING_SECRET}
_SET_IT = "is not set; put it into the environment, or its file into"
_PLACEHOLDER = "https://your-server.example"  # used in the manifest if a URL is needed and not configured
_YOU, _CHANNEL = "U0000YOU", "C0000NEWS"  # in previews

# Slack's own commands, as far as known; no complete list exists. Slack refuses a whole manifest that contains
# one of them.
_OF_SLACK = re.compile(
    "active|apps|archive|away|close|collapse|dm|dnd|expand|feed|feedback|invite|join|keys|kick|leave|me|msg|"
    "mute|open|part|prefs|pro|remind|remove|rename|search|shortcuts|shrug|star|status|topic|who"
)

_MAKE = """\
1. Open https://api.slack.com/apps, press Create New App, choose From a manifest, choose your workspace, press
   Next, take the JSON tab, replace what is there with the lines below, press Next, then Create."""
_INSTALL = """\
2. Install App, on the left: press Install to your workspace, then Allow. Copy the Bot User OAuth Token."""
_BY_MODE_STEP = {
    "socket": """\
3. Basic Information, on the left, App-Level Tokens: press Generate Token and Scopes, give it a name, press
   Add Scope, choose connections:write, press Generate, and copy that token too.""",
    "http": "3. Basic Information, on the left, App Credentials: copy the Signing Secret too.",
}
_ADMIN = "open your profile, then the three dots, Copy member ID"

_log = logging.getLogger(__name__)


def _prefix(text: str) -> str:
    if not re.fullmatch("[a-z0-9_-]{1,31}", text):
        raise ValueError("is no name of a command; write 1 to 31 of a-z, 0-9, _ and -, without the slash")
    if _OF_SLACK.fullmatch(text):
        raise ValueError("is a command of Slack's own; choose another name")
    return text


class SlackTable(AdapterTable):
    """`[slack]`. `per_minute`: messages in a whole workspace."""

    mode: Literal["socket", "http"] = "socket"
    api_base: Url = "https://slack.com/api/"
    prefix: Annotated[str, AfterValidator(_prefix)] = "bystander"
    per_minute: Annotated[int, whole(1, 1000)] = 200


MemberId = Annotated[
    str,
    matching(
        "(T[A-Z0-9]{1,20}/)?[UW][A-Z0-9]{1,20}",
        'is no member id of Slack such as "U012AB3CD", or "T0123ABCD/U012AB3CD" among several workspaces; '
        "in Slack open the profile, then the three dots, and choose Copy member ID",
    ),
]


def conflicts(setup: Setup[SlackTable]) -> Iterator[tuple[str, str]]:
    """Yield each key that conflicts with other settings, and why."""
    if setup.settings.mode == "http" and not setup.listens:
        yield "mode", 'needs a web server; set web.listen, or write "socket"'
    if setup.settings.prefix in {command.path.partition(" ")[0] for command in setup.commands}:
        yield "prefix", "is a command of the bot's own; choose another name"


def missing(setup: Setup[SlackTable]) -> list[str]:
    """Return a line for each secret or key that is needed but not set."""
    secrets = setup.secrets
    by_mode = _BY_MODE[setup.settings.mode]
    unset = [] if secrets.get(by_mode) else [by_mode]
    pair = [name for name in PAIR if secrets.get(name)]
    if pair:
        unset += [name for name in PAIR if name not in pair]
    elif not secrets.get(BOT_TOKEN):
        unset.append(BOT_TOKEN)
    problems = [f"{name}: {_SET_IT} {name}_FILE" for name in unset]
    if pair and not setup.public_url:
        why = "without it no workspace can install the app; write the https:// address of this web server"
        problems.append(f"web.public_url: {why}")
    return problems


def build(setup: Setup[SlackTable]) -> SlackAdapter:
    """Return the adapter. ConfigError: secrets or keys that it needs are missing."""
    from adapters.slack.adapter import SlackAdapter

    if problems := missing(setup):
        raise ConfigError(problems)
    secrets, settings = setup.secrets, setup.settings
    return SlackAdapter(
        mode=settings.mode,
        api_base=settings.api_base,
        bot_token=secrets.get(BOT_TOKEN) or "",
        app_token=secrets.get(APP_TOKEN) or "",
        signing_secret=secrets.get(SIGNING_SECRET) or "",
        client_id=secrets.get(CLIENT_ID) or "",
        client_secret=secrets.get(CLIENT_SECRET) or "",
        public_url=setup.public_url,
        prefix=settings.prefix,
        per_minute=settings.per_minute,
        admins=setup.admins,
    )


async def check(setup: Setup[SlackTable], visit: Visit) -> list[Finding]:
    """Return findings on tokens, scopes, the connection, workspaces and each destination."""
    return await build(setup).inspect(visit.addresses, visit.kept)


async def manifest(setup: Setup[SlackTable], options: argparse.Namespace) -> str:
    """Return the manifest of the Slack app for the mode in the options, else in the config."""
    return _manifest(setup, options.mode or setup.settings.mode)


def _manifest(setup: Setup[SlackTable], mode: str) -> str:
    from adapters.slack.install.manifest import text

    several = setup.secrets.get(CLIENT_ID) is not None
    public_url = setup.public_url
    if (mode == "http" or several) and not public_url:
        _log.warning("web.public_url is not set; put your server's address in the place of %s", _PLACEHOLDER)
        public_url = _PLACEHOLDER
    return text(setup.commands, mode=mode, prefix=setup.settings.prefix, public_url=public_url, oauth=several)


async def before(setup: Setup[SlackTable]) -> str:
    """Return the steps that lead to the tokens, with the manifest."""
    mode = setup.settings.mode
    return "\n".join([_MAKE, "", _manifest(setup, mode).rstrip(), "", _INSTALL, _BY_MODE_STEP[mode]])


def asks(setup: Setup[SlackTable]) -> list[str]:
    """Return the variables that a bot in one workspace needs."""
    return [BOT_TOKEN, _BY_MODE[setup.settings.mode]]


def payload(message: Message, key: str) -> Payload:
    """Return the arguments of chat.postMessage."""
    from adapters.slack.messages.render import preview

    return preview(message, key)


async def answer(
    services: BotServices, caller: Caller, path: str, values: Mapping[str, str]
) -> list[Payload]:
    """Run a command; see `Preview`."""
    from adapters.slack.interactions import preview

    return await preview.answer(services, caller, path, values)


async def home(services: BotServices, caller: Caller) -> list[Payload]:
    """Return the App Home."""
    from adapters.slack.interactions import preview

    return await preview.home(services, caller)


def draw(message: Payload) -> str:
    """Return a message or a view as HTML, as Slack's clients would show it."""
    from adapters.slack.preview_html import shown

    return shown(message)


def style() -> str:
    """Return the style sheet of the preview."""
    return files("adapters.slack").joinpath("preview.css").read_text("utf-8")


PLUGIN = AdapterPlugin(
    name="slack",
    label="Slack",
    settings=SlackTable,
    build=build,
    secrets=(
        Secret(
            BOT_TOKEN,
            "the Bot User OAuth Token, which begins with xoxb-",
            begins=("xoxb-", "xoxe.xoxb-"),
            tolerated=("xox",),
        ),
        Secret(APP_TOKEN, "the app-level token, which begins with xapp-", begins=("xapp-",)),
        Secret(SIGNING_SECRET, "the Signing Secret (Basic Information)"),
        Secret(CLIENT_ID, "the Client ID (Basic Information)"),
        Secret(CLIENT_SECRET, "the Client Secret (Basic Information)"),
    ),
    admin_id=MemberId,
    conflicts=conflicts,
    check=check,
    preview=Preview(
        payload=payload,
        answer=answer,
        draw=draw,
        style=style,
        home=home,
        caller=Caller(f"slack:{_YOU}", f"slack:{_CHANNEL}", admin=True),
        names={_CHANNEL: "news"},
        private="Only visible to you",
    ),
    calls=(
        PluginCall(
            name="slack-manifest",
            help="print the manifest from which Slack makes the app",
            example="bystander slack-manifest > manifest.json",
            text=manifest,
            options=(
                (("--mode",), {"choices": ("socket", "http"), "help": "default: slack.mode of the config"}),
            ),
            defaults=True,
        ),
    ),
    guide=Guide(asks=asks, before=before, admin=_ADMIN),
    sources=lists.SOURCES,
    channel=lists.channel,
)
