"""What `bystander check` checks on Slack: tokens, scopes, the connection, workspaces, destinations."""

from __future__ import annotations

from collections.abc import Iterable

from adapters.slack.install.installations import Installations
from adapters.slack.install.manifest import BOT_SCOPES, EVENTS_PATH, MINOR_SCOPES, REDIRECT_PATH
from adapters.slack.messages.preflight import finding
from adapters.slack.transport.app import web_client
from adapters.slack.transport.http_mode import UNSIGNED
from adapters.slack.transport.socket import ticket
from adapters.slack.transport.workspaces import NO_HOME, Identity, Workspaces
from bot.errors import DeliveryError

Finding = tuple[bool, str]  # whether it is in order, and a line with the remedy

_ADD_SCOPE = "add it (api.slack.com/apps, OAuth & Permissions, Scopes) and install the app again"


async def inspect(
    workspaces: Workspaces,
    ways: Iterable[Finding],
    installations: Installations | None,
    addresses: Iterable[str],
    *,
    install_url: str = "",
) -> list[Finding]:
    """Return all findings, a line each; raise nothing. `ways`: findings on how Slack reaches the bot.

    `installations` None: workspaces that installed the app are not checked. `install_url`: where workspaces
    install it, "" if they cannot.
    """
    try:
        me = await workspaces.connect()
        home = [inspect_token(me), *inspect_scopes(me)]
    except DeliveryError as error:
        if str(error) != NO_HOME or not install_url:
            return [(False, f"slack bot token: {error}"), *ways]
        home = [(True, "slack bot token: there is none, so every workspace has to install the app")]
    installed = await inspect_installations(workspaces, installations) if installations else []
    if install_url and not installed:
        installed = [
            (True, f"slack workspaces: none has installed the app yet; that is done at {install_url}")
        ]
    return [
        *home,
        *ways,
        *installed,
        *[await finding(workspaces, each) for each in addresses],
    ]


def inspect_token(me: Identity) -> Finding:
    """Report whose token it is."""
    if not me.bot:
        return False, (
            "slack bot token: SLACK_BOT_TOKEN is a person's token; put the one that begins with xoxb- there "
            "(api.slack.com/apps, OAuth & Permissions)"
        )
    return True, f"slack bot token: it is that of @{me.name} in {me.team_name} ({me.team})"


def inspect_scopes(me: Identity) -> list[Finding]:
    """Report each missing scope with its consequence; Slack lists a token's scopes with each answer."""
    if not me.scopes:
        return [(True, "slack scopes: Slack does not say which the bot has")]
    missing = [
        (scope in MINOR_SCOPES, f"slack scope {scope}: missing, so {cost}; {_ADD_SCOPE}")
        for scope, cost in BOT_SCOPES.items()
        if scope not in me.scopes
    ]
    return missing or [(True, f"slack scopes: all {len(BOT_SCOPES)} are there")]


async def inspect_socket(api_base: str, app_token: str) -> Finding:
    """Check whether a socket could be opened, without opening one."""
    try:
        await ticket(web_client(api_base), app_token)
    except DeliveryError as error:
        return False, f"slack app token: {error}"
    return True, "slack app token: sockets can be opened"


def inspect_http(signing_secret: str, public_url: str) -> list[Finding]:
    """Check whether Slack's requests can come in."""
    found = [
        (True, "slack signing secret: it is set")
        if signing_secret.strip()
        else (False, f"slack signing secret: {UNSIGNED}")
    ]
    return [*found, inspect_address(public_url, EVENTS_PATH)]


def inspect_address(public_url: str, path: str) -> Finding:
    """Check whether Slack and browsers accept the URL: it has to be https."""
    if not public_url.startswith("https://"):
        return False, f"slack {path}: set web.public_url to the https address at which this server is reached"
    return True, f"slack {path}: Slack has to know it as {public_url.rstrip('/')}{path}"


def inspect_oauth(client_id: str, client_secret: str, public_url: str) -> list[Finding]:
    """Check whether further workspaces can install the app; [] if OAuth is not configured."""
    if not client_id and not client_secret:
        return []
    if not (client_id and client_secret):
        return [(False, "slack installing: set both SLACK_CLIENT_ID and SLACK_CLIENT_SECRET, or neither")]
    return [inspect_address(public_url, REDIRECT_PATH)]


async def inspect_installations(workspaces: Workspaces, installations: Installations) -> list[Finding]:
    """Check each workspace that installed the app."""
    return [
        await _inspect_installation(workspaces, installations, each) for each in await installations.teams()
    ]


async def _inspect_installation(workspaces: Workspaces, installations: Installations, team: str) -> Finding:
    if await installations.installed(team) is None:
        return False, f"slack workspace {team}: SLACK_CLIENT_SECRET was changed; install the app there again"
    try:
        me = await workspaces.identity(team)
    except DeliveryError as error:
        return False, f"slack workspace {team}: {error}"
    named = f"slack workspace {me.team_name} ({team})"
    if lacking := BOT_SCOPES.keys() - me.scopes if me.scopes else ():
        enough = lacking <= MINOR_SCOPES
        return enough, f"{named}: lacks {', '.join(sorted(lacking))}; install it again"
    return True, f"{named}: the app is installed there"
