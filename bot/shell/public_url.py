"""What `bystander check` finds out about web.public_url, at which hubs and platforms reach the bot."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from adapters.plugin import Finding
from bot.config.load import Config
from bot.errors import FetchError
from bot.pipeline.fetch.client import Fetcher
from bot.text.urls import inside

_NAME = "web.public_url"


async def public_url(config: Config, fetcher: Fetcher) -> list[Finding]:
    """Return whether it is secret on its way, and whether the bot answers there, as seen from here.

    A bot that does not run is no fault, and a machine may be unable to reach itself by its public name.
    """
    url = config.web.public_url
    local = inside(url, config.fetch.allow_networks)
    if urlsplit(url).scheme != "https" and not local:
        plain = "others can read what hubs and chats send there; use https"
        return [(False, f"{_NAME}: {plain}"), await _answers(url, fetcher)]
    return [await _answers(url, fetcher)]


async def _answers(url: str, fetcher: Fetcher) -> Finding:
    try:
        answer = await fetcher.get(f"{url.rstrip('/')}/healthz", accept="application/json")
    except FetchError as error:
        return (
            True,
            f"{_NAME}: not reached from here, which need be no fault if the bot does not run: {error}",
        )
    if answer.status in (HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE) and answer.body[:1] in (b"", b"{"):
        return True, f"{_NAME}: the bot answers there"
    return True, f"{_NAME}: what answers there is no running bot (status {answer.status}); check the proxy"
