"""Stores the workspaces that installed the app by OAuth, and the states of pending installations.

Both are in the bot's key-value store. Tokens are encrypted with a key derived from the client secret, so that
somebody who obtains only the database has no token.
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
from bot.errors import StoreError
from bot.ports import BotServices, KeyValueStore

STATE_LIFE = 600  # seconds that a person may take to install the app at Slack

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
        return f"Installed({self.team})"  # without the token, which must not get into logs


class Installations(AsyncInstallationStore):
    """Tokens by workspace. Bolt calls `async_save` with new ones."""

    def __init__(self, memory: KeyValueStore, client_secret: str) -> None:
        self._memory = memory
        self._cipher = _cipher(client_secret, "installations")
        self._unreadable: set[str] = set()  # workspaces whose fault is logged already

    async def token(self, team: str) -> str:
        """Return the bot token of a workspace, "" where the app is not installed."""
        found = await self.installed(team)
        return found.token if found else ""

    async def installed(self, team: str) -> Installed | None:
        """Return a workspace; None if the app is not installed there, or its record cannot be decrypted."""
        return self._read(team, await self._memory.get_value(_INSTALLATION + team))

    async def teams(self) -> list[str]:
        """Return the ids of all workspaces, also of those whose record cannot be decrypted."""
        return [key.removeprefix(_INSTALLATION) for key in await self._memory.list_values(_INSTALLATION)]

    async def keep(self, installed: Installed) -> None:
        """Store a workspace. BoltError: that failed."""
        sealed = self._cipher.encrypt(json.dumps(asdict(installed)).encode()).decode()
        await self._memory.set_value(_INSTALLATION + installed.team, sealed)
        if await self.installed(installed.team) != installed:
            raise BoltError("The database does not take the installation.")

    async def drop(self, team: str, token: str) -> bool:
        """Delete a workspace if its token is still this one; False if it has another one or none."""
        if await self.token(team) != token:
            return False
        await self._memory.set_value(_INSTALLATION + team, "")
        return True

    async def async_save(self, installation: Installation) -> None:
        """Store what Slack granted. BoltError: it cannot be used or stored."""
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
    """OAuth states, each valid once and for ten minutes.

    They contain their own time, encrypted. So the database stores only used ones, however many are issued.
    """

    def __init__(self, memory: BotServices, client_secret: str, clock: Clock) -> None:
        self._memory = memory
        self._cipher = _cipher(client_secret, "states")
        self._clock = clock
        self._one = asyncio.Lock()
        self._tidied = 0

    async def async_issue(self, *_: Any, **__: Any) -> str:
        """Return a new state."""
        sealed = self._cipher.encrypt_at_time(secrets.token_bytes(16), self._now())
        return sealed.decode().rstrip("=")  # so that it needs no quoting in cookies and URLs

    async def async_consume(self, state: str) -> bool:
        """Use a state; False: it is foreign, expired or used before, or its use cannot be stored."""
        async with self._one:
            now = self._now()
            try:
                padded = state.encode("ascii") + b"=" * (-len(state) % 4)
                told = base64.b64decode(padded, altchars=b"-_", validate=True)
                self._cipher.decrypt_at_time(padded, STATE_LIFE, now)
            except (InvalidToken, UnicodeEncodeError, binascii.Error):
                return False
            key = _STATE + hashlib.sha256(told).hexdigest()  # several texts decode to the same bytes
            if await self._memory.get_value(key) or not await self._is_first(key):
                return False
            await self._memory.set_value(key, str(now + STATE_LIFE))
            await self._tidy(now)
            return bool(await self._memory.get_value(key))

    async def _is_first(self, key: str) -> bool:
        """Whether no other process uses a state at the same time."""
        try:
            return await self._memory.shared.mark(key, STATE_LIFE) is None
        except StoreError:
            return False

    async def _tidy(self, now: int) -> None:
        """Delete used states that have expired, at most every ten minutes."""
        if now < self._tidied + STATE_LIFE:
            return
        self._tidied = now
        for key, until in (await self._memory.list_values(_STATE)).items():
            if not until.isdigit() or int(until) < now:
                await self._memory.set_value(key, "")

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _cipher(client_secret: str, purpose: str) -> Fernet:
    """Return a cipher with a key for one purpose; the secret is random, so it needs no key stretching."""
    info = f"bystander slack {purpose}".encode()
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(client_secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
