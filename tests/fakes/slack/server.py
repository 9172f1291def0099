"""A fake Slack on loopback: Web API, Socket Mode, signed HTTP, response_urls, OAuth, for one app.

    async with FakeSlack() as slack:
        team = slack.add_team()
        news, alice = team.add_channel("news", member=True), team.add_user("alice")
        ...                             # a client with slack.api_base, team.bot_token, slack.app_token
        deed = await slack.command(alice, news, "/follow", "China-U.S.")
        await deed.answered()

Leaving the block fails when the app did what Slack does not take (`violations`). What is not obvious:

- A private channel that the bot is not in is `channel_not_found` to it; a public one that it may not write to
  is `not_in_channel`. Somebody deactivated is channel_not_found when posting, user_disabled when opening.
- conversations.open needs im:write, conversations.info of a DM im:read, which is no default scope.
- chat.update without `blocks` keeps the old ones: send `blocks=[]` to be rid of them (documentation).
- `message.blocks` are as sent, `message.shown_blocks` as Slack keeps them, with all ids filled in.
- A click on an ephemeral message bears no `message`. `Shown` is a StoredMessage with `ephemeral=True`.
- `options` returns texts; each is a str with `.value` and `.group`, which `choose` and `submit` take too.
- Content that Slack refuses (invalid_blocks, no_text, a wrong view) is a violation too, unless it was planned
  with `faults.error`; `take_violations()` for tests that mean it.
- Without a connection a command fails at once (`deed.failed`): `await slack.wait_for_connections()` first.
- An action_id may stand in several blocks of a message, but once in a block (documentation, elements).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.fakes.slack.basics import Json
from tests.fakes.slack.chat import Chat
from tests.fakes.slack.choices import Option
from tests.fakes.slack.core import Call, Core
from tests.fakes.slack.deeds import Deed, Envelope
from tests.fakes.slack.hooks import Hooks
from tests.fakes.slack.http import HttpDelivery
from tests.fakes.slack.messages import StoredMessage
from tests.fakes.slack.oauth import OAuth
from tests.fakes.slack.people import People
from tests.fakes.slack.rooms import Rooms
from tests.fakes.slack.sockets import Sockets
from tests.fakes.slack.uploads import Uploads
from tests.fakes.slack.views import View, Views
from tests.fakes.slack.web import WebApi
from tests.fakes.slack.world import Channel, Team, User

Shown = StoredMessage
_BODY_LIMIT = 4 * 1024 * 1024


class FakeSlack:
    """One Slack with one app. `strict=False`: violations are kept, but fail nothing."""

    def __init__(self, *, strict: bool = True) -> None:
        self.core = core = Core()
        self.strict = strict
        self.app_id, self.app_token, self.signing_secret = core.app_id, core.app_token, core.signing_secret
        self.client_id, self.client_secret = core.client_id, core.client_secret
        self.clock = core.clock  # of limits, triggers, codes, response_urls; acknowledgements take real time
        self.limits = core.limits  # rate limits, with their counter `refused`
        self.faults = core.faults
        self.violations = core.violations  # what did not fit Slack so far
        self.calls = core.calls  # Web API calls and posts to response_urls, in the order of arrival
        self.request_url = ""  # "": Socket Mode; else all is posted there
        self.chat = Chat(core)
        self.rooms = Rooms(core)
        self.uploads = Uploads(core, self.chat)
        self.views = Views(core)
        self.sockets = Sockets(core)
        self.http = HttpDelivery(core)
        self.hooks = Hooks(core, self.chat)
        self.oauth = OAuth(core)
        self.people = People(core, self.chat, self.views, self.hooks, self._deliver)
        core.on_uninstall = self._uninstalled
        self._runner: web.AppRunner | None = None

    # --- life ----------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        if error is None and self.strict:
            self.assert_lawful()

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; after `stop` the state is still there."""
        app = web.Application(client_max_size=_BODY_LIMIT)
        tables = (self.chat, self.rooms, self.uploads, self.views, self.sockets, self.oauth)
        handlers = {name: handler for part in tables for name, handler in part.table().items()}
        app.router.add_route("*", "/api/{method}", WebApi(self.core, handlers).serve)
        app.router.add_get("/link/", self.sockets.serve)
        app.router.add_post("/upload/v1/{ticket}", self.uploads.serve)
        app.router.add_get("/oauth/v2/authorize", self.oauth.authorize)
        app.router.add_post("/{kind:commands|actions}/{team}/{number}/{secret}", self.hooks.serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.core.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Close every connection and stop listening."""
        self.faults.heal()
        await self.sockets.close_all()
        await self.http.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        for task in list(self.core.tasks):
            task.cancel()
        await asyncio.gather(*self.core.tasks, return_exceptions=True)

    def assert_lawful(self) -> None:
        """Raise AssertionError with every violation."""
        assert not self.violations, "\n".join(["not as Slack has it:", *self.violations])

    def take_violations(self) -> list[str]:
        """Return the violations so far and forget them: for tests that send what Slack refuses."""
        found = list(self.violations)
        self.violations.clear()
        return found

    # --- addresses and records -----------------------------------------------------------------------------

    @property
    def origin(self) -> str:
        """`http://127.0.0.1:PORT`; the page of OAuth is `/oauth/v2/authorize` there."""
        return self.core.base

    @property
    def api_base(self) -> str:
        """What `base_url` of the client has to be."""
        return f"{self.core.base}/api/"

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.core.base.rpartition(":")[2])

    def calls_to(self, method: str) -> list[Call]:
        """Return the calls of one method."""
        return [each for each in self.calls if each.method == method]

    def messages(self, channel: Channel | User | str) -> list[StoredMessage]:
        """Return what everybody in a channel sees, oldest first; for a DM the person, or either's id."""
        return [each for each in self._place(channel).stored if not each.deleted]

    def ephemerals(self, user: User) -> list[StoredMessage]:
        """Return what only this person sees, oldest first."""
        return [each for each in self.chat.ephemerals if each.user_id == user.id and not each.deleted]

    def modal(self, user: User) -> View | None:
        """Return the modal that somebody sees."""
        return self.views.modal(user)

    def home(self, user: User) -> View | None:
        """Return the Home tab of somebody."""
        return self.views.guild_index.get(user.id)

    # --- the world -----------------------------------------------------------------------------------------

    def add_team(self, name: str = "readers", *, installed: bool = True) -> Team:
        """Add a workspace; people and channels come from `team.add_user(…)`, `team.add_channel(…)`."""
        return self.core.world.add_team(name, installed=installed)

    @property
    def next_install(self) -> Team | None:
        """The workspace that the next visitor of the OAuth page installs the app to."""
        return self.oauth.next_install

    @next_install.setter
    def next_install(self, team: Team | None) -> None:
        self.oauth.next_install = team

    def outside_marketplace(self, *, minute: float = 60.0) -> None:
        """Treat the app as one that is distributed outside the Marketplace: histories come bit by bit.

        15 messages a call and one call a minute (documentation, rate limits); `minute` in seconds.
        """
        self.rooms.history_limit, self.limits.methods["conversations.history"] = 15, 1
        self.limits.minute = minute

    # --- people act ----------------------------------------------------------------------------------------

    async def command(self, user: User, channel: Channel | User | str, command: str, text: str = "") -> Deed:
        """Type a slash command: "/follow", "China-U.S."."""
        assert command.startswith("/"), command
        return await self.people.command(user, self._place(channel), command, text)

    async def click(
        self, user: User, where: StoredMessage | View, action_id: str, *, value: str | None = None
    ) -> Deed:
        """Click a button; with `value` one that bears it."""
        return await self.people.act(user, where, action_id, self.people.click(value, action_id))

    async def choose(
        self, user: User, where: StoredMessage | View, action_id: str, values: list[str]
    ) -> Deed:
        """Choose in a menu."""
        return await self.people.act(user, where, action_id, self.people.choose(user, action_id, values))

    async def options(
        self, user: User, where: StoredMessage | View, action_id: str, typed: str
    ) -> list[Option]:
        """Type into an external select and return what is offered."""
        return await self.people.options(user, where, action_id, typed)

    async def submit(self, user: User, view: View, values: Mapping[str, Any]) -> Deed:
        """Submit a modal with values by action_id."""
        return await self.people.submit(user, view, values)

    async def close(self, user: User, view: View) -> Deed:
        """Close a modal."""
        return await self.people.close(user, view)

    async def open_home(self, user: User) -> Deed:
        """Open the app's Home tab."""
        told: Json = {
            "type": "app_home_opened",
            "user": user.id,
            "channel": user.team.dm(user),
            "tab": "home",
        }
        if (view := self.home(user)) is not None:
            told["view"] = view.show()
        return await self.people.event(user.team, told)

    async def event(self, team: Team, event: dict[str, Any]) -> Deed:
        """Send any other event: `{"type": "channel_archive", "channel": "C…", "user": "U…"}`."""
        return await self.people.event(team, event)

    async def again(self, deed: Deed) -> Deed:
        """Send something a second time, as when Slack did not hear that it arrived."""
        return await self.people.again(deed)

    # --- waiting -------------------------------------------------------------------------------------------

    async def wait_until(self, condition: Callable[[], object], *, patience: float = 20.0) -> None:
        """Wait until a condition holds."""
        async with asyncio.timeout(patience):
            while not condition():  # noqa: ASYNC110 -- any condition, not one event
                await asyncio.sleep(0.005)

    async def wait_for_connections(self, count: int = 1) -> None:
        """Wait until so many sockets are open."""
        await self.wait_until(lambda: len(self.sockets.connections) >= count)

    async def wait_for_modal(self, user: User) -> View:
        """Wait until somebody sees a modal and return it."""
        await self.wait_until(lambda: self.modal(user) is not None)
        view = self.modal(user)
        assert view is not None
        return view

    # --- inside --------------------------------------------------------------------------------------------

    async def _deliver(self, envelope: Envelope) -> None:
        if self.request_url:
            self.http.url = self.request_url
            await self.http.deliver(envelope)
        else:
            await self.sockets.deliver(envelope)

    async def _uninstalled(self, team: Team) -> list[Deed]:
        revoked = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [team.bot_user_id]}}
        return [
            await self.event(team, revoked),
            await self.event(team, {"type": "app_uninstalled"}),
        ]

    def _place(self, channel: Channel | User | str) -> Channel:
        """Return a channel, or the DM with somebody."""
        if isinstance(channel, Channel):
            return channel
        for team in self.core.world.teams.values():
            person = team.users.get(channel.id if isinstance(channel, User) else channel)
            if person is not None:
                return team.dm_channel(person)
            if isinstance(channel, str) and channel in team.channels:
                return team.channels[channel]
        raise LookupError(f"there is no channel {channel}")
