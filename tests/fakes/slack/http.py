"""Requests to the app's URL instead of sockets: signed, three seconds, events again when they fail."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from urllib.parse import urlencode

import aiohttp

from tests.fakes.slack.basics import Json
from tests.fakes.slack.core import Core
from tests.fakes.slack.deeds import Envelope

_RETRIES = 3
_LATE = "http_timeout"
_WELL = 200


class HttpDelivery:
    """Posts envelopes to `url`. `expected` are statuses other than 200 that are no violation."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.url = ""
        self.expected: set[int] = set()
        self.statuses: list[int] = []  # of every answer; 0: none in time
        self._spoiled = 0
        self._session: aiohttp.ClientSession | None = None

    def spoil_next(self, times: int = 1) -> None:
        """Sign the next requests wrongly, as somebody else would; a 401 is then no violation."""
        self._spoiled = times

    def sign(self, body: str | bytes, timestamp: int | None = None) -> dict[str, str]:
        """Return the headers that prove a body comes from Slack, with the real time unless given."""
        stamp = str(int(time.time()) if timestamp is None else timestamp)
        raw = body if isinstance(body, bytes) else body.encode()
        digest = hmac.new(
            self._core.signing_secret.encode(), b"v0:%b:%b" % (stamp.encode(), raw), hashlib.sha256
        )
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest.hexdigest()}"}

    async def verify_url(self, url: str) -> bool:
        """Send url_verification; whether the answer was its challenge."""
        self.url, challenge = url, secrets.token_hex(16)
        payload = {"type": "url_verification", "challenge": challenge, "token": "fake"}
        status, _headers, body = await self._post(json.dumps(payload).encode(), "application/json", {})
        return status == 200 and challenge in body.decode()

    async def deliver(self, envelope: Envelope) -> None:
        """Post an envelope beside what else happens."""
        self._core.spawn(self._attempts(envelope))

    async def _attempts(self, envelope: Envelope) -> None:
        """Post until that is settled; only events are posted again."""
        while (reason := await self._attempt(envelope)) and envelope.is_event and envelope.attempt < _RETRIES:
            envelope.attempt, envelope.reason = envelope.attempt + 1, reason
        if reason:
            envelope.fail("operation_timeout" if reason == _LATE else "dispatch_failed")

    async def _attempt(self, envelope: Envelope) -> str:
        """Post once and return why to post again, "" for well."""
        body, kind = encode(envelope)
        extra = {}
        if envelope.attempt:
            extra = {"X-Slack-Retry-Num": str(envelope.attempt), "X-Slack-Retry-Reason": envelope.reason}
        spoiled = self._spoiled > 0
        try:
            status, headers, told = await self._post(body, kind, extra)
        except TimeoutError:
            self._core.violate(f"late ack: {envelope.deed.kind} was not acknowledged in time")
            self.statuses.append(0)
            return _LATE
        except (aiohttp.ClientError, OSError):
            return "connection_failed"
        if status != _WELL:
            if status not in self.expected and not spoiled:
                self._core.violate(f"{envelope.deed.kind} was answered with status {status}")
            if headers.get("X-Slack-No-Retry") == "1":
                envelope.attempt = _RETRIES
            return "http_error"
        envelope.deliveries += 1
        envelope.acknowledge({} if envelope.is_event else _payload(headers, told), self._core.violate)
        return ""

    async def _post(
        self, body: bytes, kind: str, extra: dict[str, str]
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Return the status, headers and body of the app's answer; TimeoutError after three seconds."""
        if self._session is None:
            self._session = aiohttp.ClientSession(trust_env=False)
        signed = self.sign(body)
        if self._spoiled > 0:
            self._spoiled -= 1
            signed["X-Slack-Signature"] = "v0=" + "0" * 64
        headers = {**signed, **extra, "Content-Type": kind, "User-Agent": "Slackbot 1.0"}
        posting = self._session.post(self.url, data=body, headers=headers)
        async with asyncio.timeout(self._core.ack_within), posting as answer:
            told = await answer.read()
        self.statuses.append(answer.status)
        return answer.status, answer.headers, told

    async def close(self) -> None:
        """Close the connections to the app."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def encode(envelope: Envelope) -> tuple[bytes, str]:
    """Return the body and content type of a request: JSON for events, forms for all else."""
    payload = envelope.deed.payload
    if envelope.is_event:
        return json.dumps(payload).encode(), "application/json"
    form = payload if envelope.kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(form).encode(), "application/x-www-form-urlencoded"


def _payload(headers: Mapping[str, str], body: bytes) -> Json:
    """Return what came with the acknowledgement: JSON, or a text that is shown."""
    if not body.strip():
        return {}
    if headers.get("Content-Type", "").startswith("application/json"):
        try:
            told = json.loads(body)
        except ValueError:
            return {}
        return told if isinstance(told, dict) else {}
    return {"text": body.decode(errors="replace")}
