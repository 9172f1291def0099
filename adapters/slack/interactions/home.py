"""The App Home: what a user follows, and the newest posts. It is published on a visit or after a change."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from adapters.shared.tasks import Tasks
from adapters.slack.errors import name_of, translate
from adapters.slack.interactions import names, views
from adapters.slack.interactions.answers import buttons
from adapters.slack.interactions.permissions import Callers
from adapters.slack.interactions.request_context import RequestContext
from adapters.slack.interactions.views import OPEN, Button, Part
from adapters.slack.messages import destinations
from adapters.slack.messages.parts import Json
from adapters.slack.transport.workspaces import Workspaces
from bot.errors import DeliveryError, PermanentError, Scope, TemporaryError
from bot.model import Caller, SuggestedAction
from bot.ports import BotServices


@dataclass(frozen=True, slots=True)
class HomeSettings:
    """How App Home tabs are published."""

    at_once: int = 8  # tabs published at the same time
    attempts: int = 3  # for each tab
    longest_wait: float = 30.0  # seconds to the next attempt; a longer wait is left to the next change


HOMES = HomeSettings()
NO_TAB = "The app has no Home tab; switch it on (api.slack.com/apps, App Home, Show Tabs)."
_NO_TAB = "not_enabled"
_SETTINGS, _SNOOZE = SuggestedAction("Settings", "settings"), SuggestedAction("Snooze", "snooze")

_Person = tuple[str, str]  # workspace and id

_log = logging.getLogger(__name__)


class Home:
    """Publishes App Homes in the background, one at a time for each user.

    `sleep` is for tests.
    """

    def __init__(
        self,
        services: BotServices,
        workspaces: Workspaces,
        callers: Callers,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._services = services
        self._workspaces = workspaces
        self._callers = callers
        self._sleep = sleep
        self._tasks = Tasks("Slack")
        self._room = asyncio.Semaphore(HOMES.at_once)
        self._wanted: dict[_Person, tuple[RequestContext, str]] = {}
        self._busy: set[_Person] = set()

    def refresh(self, origin: RequestContext, note: str = "") -> None:
        """Publish a user's tab again. `note` is shown on top, until the next refresh."""
        person = (origin.team, origin.user)
        self._wanted[person] = (origin, note)
        if person not in self._busy:
            self._busy.add(person)
            self._tasks.start(self._catch_up(person))

    async def drain(self, seconds: float) -> None:
        """Wait at most `seconds` for pending tabs, then cancel the rest."""
        await self._tasks.drain(seconds)

    async def _catch_up(self, person: _Person) -> None:
        """Publish until no further refresh is pending. Errors that may pass are retried."""
        failures = 0
        try:
            while person in self._wanted:
                origin, note = self._wanted.pop(person)
                try:
                    async with self._room:
                        await self._publish(origin, note)
                except DeliveryError as error:
                    failures += 1
                    wait = _wait(error)
                    if wait is None or failures == HOMES.attempts:
                        _log.warning("An App Home is not up to date: %s", error)
                        continue
                    self._wanted.setdefault(person, (origin, note))
                    await self._sleep(wait)
        finally:
            self._busy.discard(person)

    async def _publish(self, origin: RequestContext, note: str) -> None:
        view = await self.view(origin, note)
        client = await self._workspaces.client(origin.team)
        try:
            await client.views_publish(user_id=origin.user, view=view)
        except Exception as error:  # noqa: BLE001 -- `translate` maps every error
            if name_of(error) == _NO_TAB:
                raise PermanentError(NO_TAB, scope=Scope.ADAPTER) from None
            raise translate(error, elsewhere=not self._workspaces.is_home(origin.team)) from None

    async def view(self, origin: RequestContext, note: str = "") -> Json:
        """Return the current content of the tab."""
        caller = await self._callers.caller(RequestContext(origin.team, origin.user))
        return await tab(self._services, caller, origin.team, note)


async def tab(services: BotServices, caller: Caller, team: str = "", note: str = "") -> Json:
    """Return a user's tab: what they follow, their settings, the newest posts, and more for admins."""
    parts = [await _following(services, caller), *await _settings(services, caller)]
    parts.append(await _part(services, caller, "Newest posts", "latest"))
    if caller.admin:
        add = Button("Add alerts to a channel", f"{OPEN}:2", "alerts add")
        parts.append(await _part(services, caller, "Alerts in channels", "alerts list", add))
        parts.append(await _part(services, caller, "Health", "health"))
    known = names.channel_ids(await services.addresses(f"{destinations.PLATFORM}:"))
    return views.home(parts, team, known, note)


async def _following(services: BotServices, caller: Caller) -> Part:
    reply = await services.execute(caller, "following", {})
    more = Button("Follow more", f"{OPEN}:1", "follow", primary=True)
    return Part("What you follow", reply, (more, *await buttons(reply.offers, services)))


async def _settings(services: BotServices, caller: Caller) -> list[Part]:
    """Return the settings of a user with buttons to look at and change them; [] in a bot without settings."""
    known = {each.path for each in services.commands}
    if _SETTINGS.path not in known:
        return []
    reply = await services.execute(caller, _SETTINGS.path, {})
    offers = [each for each in (_SETTINGS, _SNOOZE) if each.path in known]
    return [Part("Settings", reply, tuple(await buttons([*offers, *reply.offers], services)))]


async def _part(services: BotServices, caller: Caller, heading: str, path: str, *more: Button) -> Part:
    return Part(heading, await services.execute(caller, path, {}), more)


def _wait(error: DeliveryError) -> float | None:
    """Return the seconds until another attempt, None to give up."""
    seconds = error.retry_after or 1.0 if isinstance(error, TemporaryError) else HOMES.longest_wait
    return seconds if seconds < HOMES.longest_wait else None
