"""`bystander healthy`: asks the running bot whether it is well, for containers and supervisors."""

from __future__ import annotations

import argparse
import json
from http import HTTPStatus

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.config.load import Config
from bot.errors import BystanderError, UsageError

_PATIENCE = 5.0  # seconds
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- what a server listens on, and how it is reached


async def healthy(_: argparse.Namespace, config: Config) -> int:
    """Print that the bot is well and return 0. BystanderError says why it is not, or cannot be asked."""
    url = _url(config)
    try:
        async with (
            ClientSession(timeout=ClientTimeout(total=_PATIENCE)) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            status = answer.status
            told = json.loads(await answer.read())
    except TimeoutError:
        raise BystanderError(f"The bot does not answer on {url} within {_PATIENCE:.0f} seconds.") from None
    except (ClientError, OSError) as error:
        raise BystanderError(f"No bot answers on {url} ({error}); is it running?") from None
    except ValueError:
        told = None
    if not isinstance(told, dict) or "ok" not in told:
        raise BystanderError(f"Something else than the bot answers on {url}; is web.listen right?")
    if status != HTTPStatus.OK or told["ok"] is not True:
        raise BystanderError(f"The bot is not well: {url} answers with status {status}; its log says more.")
    print(f"The bot on {url.removesuffix('/healthz')} is well.")
    return 0


def _url(config: Config) -> str:
    address = config.web.address()
    if address is None:
        raise UsageError(
            'web.listen is not set, so there is nobody to ask; set it, such as web.listen = "127.0.0.1:8080".'
        )
    host, port = _ANYWHERE.get(address[0], address[0]), address[1]
    return f"http://[{host}]:{port}/healthz" if ":" in host else f"http://{host}:{port}/healthz"
