"""`bystander healthy`: asks the running bot whether it is well, for containers and supervisors.

It is called each minute, so it asks without an HTTP library, whose import is more than a quarter of the work.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from http import HTTPStatus

from bot.config.load import Config
from bot.errors import BystanderError, UsageError

_PATIENCE = 5.0  # seconds, for everything
_LARGEST = 64 * 1024  # bytes of an answer; the bot's has less than a hundred
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- what a server listens on, and how it is reached


async def healthy(_: argparse.Namespace, config: Config) -> int:
    """Print that the bot is well and return 0. BystanderError says why it is not, or cannot be asked."""
    host, port = _address(config)
    server = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    url = f"{server}/healthz"
    try:
        async with asyncio.timeout(_PATIENCE):
            status, told = _read(await _answer(host, port))
    except TimeoutError:
        raise BystanderError(f"The bot does not answer on {url} within {_PATIENCE:.0f} seconds.") from None
    except OSError as error:
        raise BystanderError(f"No bot answers on {url} ({error}); is it running?") from None
    except ValueError:
        status, told = 0, None
    if not isinstance(told, dict) or "ok" not in told:
        raise BystanderError(f"Something else than the bot answers on {url}; is web.listen right?")
    if status != HTTPStatus.OK or told["ok"] is not True:
        raise BystanderError(f"The bot is not well: {url} answers with status {status}; its log says more.")
    print(f"The bot on {server} is well.")
    return 0


async def _answer(host: str, port: int) -> bytes:
    """Return what a server answers to a request of HTTP/1.0, whose answer ends with the connection."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(f"GET /healthz HTTP/1.0\r\nHost: {host}\r\nAccept: application/json\r\n\r\n".encode())
        answer = b""
        while len(answer) <= _LARGEST and (chunk := await reader.read(_LARGEST)):
            answer += chunk
        return answer
    finally:
        writer.close()


def _read(answer: bytes) -> tuple[int, object]:
    """Return the status and the JSON of an answer; ValueError if it is no HTTP, or has no JSON."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status = re.match(rb"HTTP/1\.[01] (\d{3})\b", head)
    if status is None:
        raise ValueError("no status line of HTTP")
    return int(status[1]), json.loads(body)


def _address(config: Config) -> tuple[str, int]:
    """Return host and port at which the bot is reached from this machine."""
    address = config.web.address()
    if address is None:
        raise UsageError(
            'web.listen is not set, so there is nobody to ask; set it, such as web.listen = "127.0.0.1:8080".'
        )
    return _ANYWHERE.get(address[0], address[0]), address[1]
