"""The adapter: alerts out through Apprise. Nothing comes in."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

import apprise

from adapters.shared.digest import Group, gist, grouped, several_feeds
from bot.errors import ConfigError, PermanentError, Scope, TemporaryError
from bot.model import Alert, Destination, Digest, Message, Notice, Post, Style
from bot.ports import BotServices, WebRoute
from bot.text.sanitize import one_line, visible

_LONGEST = 4000  # characters of any line; what a service takes less of, Apprise cuts
_TIMEOUT = 60.0  # seconds for one message, over all that a service asks for
_NAME = "Bystander"


class AppriseAdapter:
    """`bot.ports.Adapter` over Apprise. `urls`: the Apprise URL of each destination, by its name."""

    name = "apprise"

    def __init__(self, urls: Mapping[str, str]) -> None:
        asset = apprise.AppriseAsset(app_id=_NAME, app_desc=_NAME, app_url="", interpret_emojis=False)
        self._services = {name: apprise.Apprise(asset=asset) for name in urls}
        refused = [name for name, url in urls.items() if not self._services[name].add(url)]
        if refused:
            raise ConfigError([f"APPRISE_URLS: Apprise cannot use the address of {name}" for name in refused])
        self._open = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the destinations, in order."""
        return tuple(self._services)

    @property
    def routes(self) -> Sequence[WebRoute]:
        """Nothing is served on the web server."""
        return ()

    @property
    def connected(self) -> bool:
        """Whether messages can go out: each opens a connection of its own."""
        return self._open

    @property
    def trouble(self) -> str:
        """Why no message can go out; "" while they can."""
        return "" if self._open else "Apprise is not started."

    async def start(self, services: BotServices) -> None:  # noqa: ARG002 -- nothing comes in
        """Nothing is connected, and nothing comes in."""
        self._open = True

    async def run(self) -> None:
        """Serve until cancelled."""
        await asyncio.Event().wait()

    async def send(self, destination: Destination, message: Message, key: str) -> str:  # noqa: ARG002
        """Send a message. There is no reference, for nothing can be edited, and no place for the key."""
        service = self._services.get(destination.address.partition(":")[2])
        if service is None:
            text = "apprise.destinations does not name it; add it there, or end its alerts."
            raise PermanentError(text, scope=Scope.DESTINATION)
        title, body = _texts(message)
        sent = await service.async_notify(
            title=title, body=body, body_format=apprise.NotifyFormat.TEXT, timeout=_TIMEOUT
        )
        if not sent:  # Apprise does not say why, nor whether the message arrived
            raise TemporaryError(
                "Apprise could not deliver it; its address and the service's state tell why."
            )
        return ""

    async def edit(
        self,
        destination: Destination,  # noqa: ARG002
        reference: str,  # noqa: ARG002
        message: Message,  # noqa: ARG002
        key: str,  # noqa: ARG002
    ) -> str:
        """Refuse: Apprise cannot change what was sent."""
        raise PermanentError("Apprise cannot change a message that was sent.", scope=Scope.MESSAGE)

    async def find(self, destination: Destination, key: str, since: datetime) -> str | None:  # noqa: ARG002
        """Return None: Apprise cannot read what was sent."""
        return None

    async def aclose(self) -> None:
        """Nothing is left open."""
        self._open = False


def _texts(message: Message) -> tuple[str, str]:
    """Return title and body, without a mention, which is of another platform.

    What strangers wrote stays text: Apprise is told so, and escapes it for each service.
    """
    if isinstance(message, Notice):
        return _NAME, _line(message.text)
    if isinstance(message, Digest):
        return _line(message.heading), _digest(message)
    return _line(message.post.title), _alert(message)


def _alert(alert: Alert) -> str:
    """Return what stands below the title, as much as the style asks for."""
    post, filed = alert.post, ", ".join(alert.post.filing.categories)
    style = Style.TITLE if alert.plain else alert.style
    full = [post.update, post.summary] if style is Style.FULL else []
    names = [f"Filed under {filed}"] if filed and style is not Style.TITLE else []
    return _lines(*full, *names, post.link)


def _digest(digest: Digest) -> str:
    """Return the posts by category; of a plain digest only titles and links."""
    if digest.plain:
        return "\n\n".join(_lines(post.title, post.link) for post in digest.posts)
    several = several_feeds(digest.posts)
    return "\n\n".join(_group(group, with_feed=several) for group in grouped(digest.posts))


def _group(group: Group, *, with_feed: bool) -> str:
    posts = [_entry(post, with_feed=with_feed) for post in group.posts]
    return "\n\n".join([*([_line(group.name)] if group.name else []), *posts])


def _entry(post: Post, *, with_feed: bool) -> str:
    words = (f"{post.published:%d %b %Y}", post.feed if with_feed else "", gist(post))
    return _lines(post.title, " · ".join(filter(None, words)), post.link)


def _lines(*texts: str) -> str:
    return "\n".join(filter(None, map(_line, texts)))


def _line(text: str) -> str:
    return one_line(visible(text), _LONGEST)
