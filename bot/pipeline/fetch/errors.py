"""Error messages for failed requests: each states the cause and the remedy. Pure."""

from __future__ import annotations

from http import HTTPStatus

import aiohttp

from bot.errors import FetchError
from bot.pipeline.fetch.decoding import CodingError
from bot.pipeline.fetch.network import UnansweredError

_PASSES = "the trouble is on its side and mostly passes"
_TELL = "its owner has to mend that"

# The first matching class determines the sentence; {host} is the requested host.
_ERRORS: tuple[tuple[type[Exception], str], ...] = (
    (
        aiohttp.ClientConnectorDNSError,
        "the name {host} cannot be resolved; check its spelling, and this machine's network",
    ),
    (
        aiohttp.ClientConnectorCertificateError,
        f"{{host}} shows a certificate that cannot be trusted; {_TELL}, or this machine's clock is wrong",
    ),
    (
        aiohttp.ClientSSLError,
        "no secure connection to {host} is possible; check whether its address begins with http:// or https://",
    ),
    (
        aiohttp.ClientConnectorError,
        "{host} cannot be reached; check the address, and this machine's network",
    ),
    (UnansweredError, f"{{host}} closed the connection without an answer; {_PASSES}, or check the address"),
    (aiohttp.ClientConnectionError, f"the connection to {{host}} broke; {_PASSES}"),
    (aiohttp.ClientPayloadError, f"{{host}} sent an incomplete body; {_PASSES}"),
    (CodingError, f"{{host}} sent a body that is incomplete or wrongly encoded; if that lasts, {_TELL}"),
    (Exception, f"{{host}} gave a malformed answer; check the address, or {_TELL}"),
)

_STATUS_MENDS = {
    401: "it wants a password, and feeds with one cannot be watched",
    403: "it refuses the bot; set fetch.contact so that its owner sees who asks, or ask them to let it in",
    410: "it says that the feed is gone for good; remove it, or give its new address",
    429: "it is asked too often; give the feed a longer every, or try again later",
}


def refusal(status: int) -> str:
    """Return the message, without a full stop, for an answer whose status carries no feed."""
    usual = _PASSES if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "check the address"
    mend = _STATUS_MENDS.get(status, usual)
    return f"the server answered {status}; {mend}"


def translated(error: Exception, host: str) -> FetchError:
    """Return the FetchError for a request to `host` that failed with an error of aiohttp or the system."""
    if isinstance(error, ConnectionRefusedError) or isinstance(
        getattr(error, "os_error", None), ConnectionRefusedError
    ):
        return FetchError(
            f"{host} refuses connections; check the address and its port, or wait until its server runs again"
        )
    sentence = next(sentence for kind, sentence in _ERRORS if isinstance(error, kind))
    return FetchError(sentence.format(host=host))


def timed_out(host: str, seconds: float) -> FetchError:
    """Return the error for a time-out after `seconds`."""
    return FetchError(
        f"{host} gave no answer within {seconds:g} s; {_PASSES}, or raise fetch.timeout if it is always slow"
    )


def too_large(limit: int, status: int) -> FetchError:
    """Return the error for a body of more than `limit` bytes."""
    return FetchError(
        f"the body is larger than {limit / 1e6:g} MB; raise fetch.max_body if that is the feed", status=status
    )


def too_many_redirects(most: int, host: str | None) -> FetchError:
    """Return the error for more than `most` redirects; `host`: the target of the last one."""
    return FetchError(
        f"more than {most} redirects, the last to {host}; open the address in a browser: it goes in circles, "
        "or wants a login or cookies"
    )


def no_redirect(status: int) -> FetchError:
    """Return the error for a redirect without a usable address."""
    return FetchError(
        f"a redirect ({status}) that leads nowhere; check the address, or {_TELL}", status=status
    )
