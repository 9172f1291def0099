"""The workspaces that installed the app by OAuth, and the states of installations under way.

Both are kept as the bot keeps short texts. Tokens are encrypted with a key made from the client secret, so
that none lies in the database in the clear: whoever has the database alone has no token.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import json
import logging
import re
import secrets
from dataclasses import asdict, dataclass
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from slack_bolt.error import BoltError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.clock import Clock
from bot.ports import KeyValueStore

STATE_LIFE = 600  # seconds that an installation may take at Slack

_INSTALLATION, _STATE = "slack:installation:", "slack:state:"
_TEAM = re.compile(r"T[A-Z0-9]{2,20}")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Installed:
    """A workspace that installed the app."""

    team: str  # its id, T…
    name: str
    token: str

    def __repr__(self) -> str:
        return f"Installed({self.team})"  # the token stays out of logs


class Installations(AsyncInstallationStore):
    """Tokens by workspace. Bolt hands new ones over by `async_save`."""

    def __init__(self, memory: KeyValueStore, client_secret: str) -> None:
        self._memory = memory
        self._cipher = _cipher(client_secret, "installations")
        self._unreadable: set[str] = set()  # workspaces that the log names already

    async def token(self, team: str) -> str:
        """Return the bot token of a workspace, "" where the app is not installed."""
        found = await self.installed(team)
        return found.token if found else ""

    async def installed(self, team: str) -> Installed | None:
        """Return what is known of a workspace; None where the app is not installed, or not readably."""
        return self._read(team, await self._memory.get_value(_INSTALLATION + team))

    async def teams(self) -> list[str]:
        """Return the ids of all workspaces, also of those that cannot be read any more."""
        return [key.removeprefix(_INSTALLATION) for key in await self._memory.list_values(_INSTALLATION)]

    async def keep(self, installed: Installed) -> None:
        """Keep a workspace; BoltError when that fails."""
        sealed = self._cipher.encrypt(json.dumps(asdict(installed)).encode()).decode()
        await self._memory.set_value(_INSTALLATION + installed.team, sealed)
        if await self.installed(installed.team) != installed:
            raise BoltError("The database does not take the installation.")

    async def drop(self, team: str, token: str) -> bool:
        """Forget a workspace while its token is still this one; False when a newer one was kept since."""
        if await self.token(team) != token:
            return False
        await self._memory.set_value(_INSTALLATION + team, "")
        return True

    async def async_save(self, installation: Installation) -> None:
        """Keep what Slack granted. BoltError: it cannot be used or kept."""
        team, token = installation.team_id or "", installation.bot_token or ""
        if not _TEAM.fullmatch(team) or not token:
            raise BoltError("Slack installed the app in no single workspace, or without its bot.")
        if installation.bot_refresh_token:
            raise BoltError("The app has token rotation switched on, which Bystander does not follow.")
        await self.keep(Installed(team, installation.team_name or "", token))

    def _read(self, team: str, sealed: str) -> Installed | None:
        if not sealed:
            return None
        try:
            return Installed(**json.loads(self._cipher.decrypt(sealed)))
        except (InvalidToken, ValueError, TypeError):
            if team not in self._unreadable:
                self._unreadable.add(team)
                _log.error(
                    "The installation of the Slack workspace %s cannot be read, for SLACK_CLIENT_SECRET was "
                    "changed; install the app there again.",
                    team,
                )
            return None


class States(AsyncOAuthStateStore):
    """States of OAuth: good once, for ten minutes.

    They are encrypted times, so that asking for many fills no database; only used ones are noted.
    """

    def __init__(self, memory: KeyValueStore, client_secret: str, clock: Clock) -> None:
        self._memory = memory
        self._cipher = _cipher(client_secret, "states")
        self._clock = clock
        self._one = asyncio.Lock()
        self._tidied = 0

    async def async_issue(self, *_: Any, **__: Any) -> str:
        """Return a new state."""
        sealed = self._cipher.encrypt_at_time(secrets.token_bytes(16), self._now())
        return sealed.decode().rstrip("=")  # cookies and addresses need no quoting then

    async def async_consume(self, state: str) -> bool:
        """Use a state; False: it is none of ours, too old, or used before, or its use cannot be noted."""
        async with self._one:
            now = self._now()
            try:
                padded = state.encode("ascii") + b"=" * (-len(state) % 4)
                told = base64.b64decode(padded, altchars=b"-_", validate=True)
                self._cipher.decrypt_at_time(padded, STATE_LIFE, now)
            except (InvalidToken, UnicodeEncodeError, binascii.Error):
                return False
            key = _STATE + hashlib.sha256(told).hexdigest()  # several texts stand for the same bytes
            if await self._memory.get_value(key):
                return False
            await self._memory.set_value(key, str(now + STATE_LIFE))
            await self._tidy(now)
            return bool(await self._memory.get_value(key))

    async def _tidy(self, now: int) -> None:
        """Forget used states that are too old to be used again, at most once in their life."""
        if now < self._tidied + STATE_LIFE:
            return
        self._tidied = now
        for key, until in (await self._memory.list_values(_STATE)).items():
            if not until.isdigit() or int(until) < now:
                await self._memory.set_value(key, "")

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _cipher(client_secret: str, purpose: str) -> Fernet:
    """Return a cipher with its own key for a purpose; the secret is random, so it needs no stretching."""
    info = f"bystander slack {purpose}".encode()
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(client_secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
