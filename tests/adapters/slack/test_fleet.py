"""What several processes of one Slack app share: any of them may get any request, also a second time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from adapters.slack.adapter import HTTP, SlackAdapter
from adapters.slack.install.installations import States
from adapters.slack.interactions.conversation import RECEIVED
from adapters.slack.transport.events import ARCHIVED
from adapters.slack.transport.rate_limit import POST, PaceSettings, RateLimiter
from bot.clock import SystemClock
from bot.errors import NotYetError, PermanentError, TemporaryError
from bot.ports import Store
from bot.web.routes import routes_of
from storage import open_store
from tests.adapters.slack.rig import NotingServices, Rig, alert, key, made
from tests.fakes import postgres

TEAM = "T0HOME"


@pytest.fixture
async def fleet() -> AsyncIterator[list[Store]]:
    """The same database as two processes open it."""
    async with postgres.server().database() as url, AsyncExitStack() as stack:
        opened = []
        for _ in range(2):
            opened.append(await open_store(url))
            stack.push_async_callback(opened[-1].aclose)
        yield opened


async def passed(paces: list[RateLimiter], calls: int, method: str = POST, channel: str = "") -> int:
    """Return how many calls go at once, which the paces make in turn."""
    count = 0
    for number in range(calls):
        try:
            await paces[number % len(paces)].turn(TEAM, method, channel)
        except NotYetError:
            continue
        count += 1
    return count


async def test_the_messages_of_a_workspace_are_counted_over_all_processes(fleet: list[Store]) -> None:
    hasty = PaceSettings(per_minute=12.0, burst_share=0.5, patience=0.0)
    paces = [RateLimiter(hasty, state=store) for store in fleet]

    assert 6 <= await passed(paces, 18) <= 7  # while the test goes on, one more may be due


async def test_a_channel_gets_a_message_a_second_from_all_processes_together(fleet: list[Store]) -> None:
    hasty = PaceSettings(per_minute=60_000.0, per_second=0.1, briefly=0.0)
    paces = [RateLimiter(hasty, state=store) for store in fleet]

    assert 2 <= await passed(paces, 10, channel="C1") <= 3
    assert 2 <= await passed(paces, 10, channel="C2") <= 3


async def test_a_429_holds_the_method_of_the_workspace_in_all_processes(fleet: list[Store]) -> None:
    one, other = (RateLimiter(state=store) for store in fleet)
    await one.hold(TEAM, POST, 30.0)
    with pytest.raises(NotYetError) as error:
        await other.turn(TEAM, POST)
    await other.turn(TEAM, "chat.update")
    await other.turn("T0OTHER", POST)

    assert error.value.retry_after == pytest.approx(30.0, abs=8.0)


async def test_a_state_of_an_installation_is_used_once_by_all_processes(fleet: list[Store]) -> None:
    one, other = (States(NotingServices(shared=store), "secret", SystemClock()) for store in fleet)
    state = await one.async_issue()

    assert await other.async_consume(state)
    assert not await one.async_consume(state)


@dataclass
class Process:
    """An adapter as another process has it, with its own way in."""

    adapter: SlackAdapter
    services: NotingServices
    url: str = ""
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def start(self) -> None:
        self.stack.push_async_callback(self.adapter.aclose)
        await self.adapter.start(self.services)
        app = web.Application()
        app.add_routes(routes_of(self.adapter.routes))
        runner = web.AppRunner(app)
        await runner.setup()
        self.stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}{self.adapter.routes[0].path}"


@dataclass
class Fleet:
    """Two processes behind a balancer, which sends the next request where `to` says."""

    rig: Rig
    processes: list[Process]

    def to(self, number: int) -> None:
        self.rig.server.request_url = self.processes[number].url

    @property
    def executed(self) -> list[str]:
        return [path for each in self.processes for _, path, _ in each.services.executed]

    async def drain(self) -> None:
        for each in self.processes:
            assert each.adapter._parts is not None
            await each.adapter._parts.events.drain(5)


@asynccontextmanager
async def serving(stores: list[Store]) -> AsyncIterator[Fleet]:
    async with made() as rig, AsyncExitStack() as stack:
        processes = []
        for store in stores:
            services = NotingServices(shared=store, memory=rig.services.memory)
            adapter = rig.build(mode=HTTP, signing_secret=rig.server.signing_secret)
            processes.append(Process(adapter, services))
            stack.push_async_callback(processes[-1].stack.aclose)
            await processes[-1].start()
        yield Fleet(rig, processes)


async def test_a_command_that_comes_twice_is_done_once(fleet: list[Store]) -> None:
    async with serving(fleet) as pair:
        server = pair.rig.server
        pair.to(0)
        deed = await server.command(pair.rig.alice, pair.rig.news, "/health", "")
        await deed.answered()
        pair.to(1)
        await (await server.again(deed)).acked()
        asked = await server.command(pair.rig.alice, pair.rig.news, "/latest", "")
        await asked.answered()

    assert pair.executed == ["health", "latest"]


async def test_a_form_that_comes_twice_is_done_once_and_nobody_waits_in_vain(fleet: list[Store]) -> None:
    async with serving(fleet) as pair:
        server, alice = pair.rig.server, pair.rig.alice
        pair.to(0)
        await (await server.command(alice, pair.rig.news, "/follow", "")).acked()
        view = await server.wait_for_modal(alice)
        await server.options(alice, view, "categories", "Tra")
        deed = await server.submit(alice, view, {"categories": ["Trade"]})
        first = await deed.acked()
        pair.to(1)
        second = await (await server.again(deed)).acked()

    assert first == {}
    assert RECEIVED in second["errors"].values()
    assert pair.executed.count("follow") == 1


async def test_an_event_that_comes_to_two_processes_is_done_once(fleet: list[Store]) -> None:
    async with serving(fleet) as pair:
        pair.rig.news.archive()
        pair.to(0)
        event = {"type": "channel_archive", "channel": pair.rig.news.id}
        deed = await pair.rig.server.event(pair.rig.team, event)
        await deed.acked()
        await pair.drain()
        pair.to(1)
        await (await pair.rig.server.again(deed)).acked()
        await pair.drain()

    parked = [each.services.parked for each in pair.processes]
    assert parked == [[(f"slack:{pair.rig.news.id}", ARCHIVED)], []]


async def test_an_event_that_one_process_could_not_deal_with_is_done_by_another(fleet: list[Store]) -> None:
    async with serving(fleet) as pair:
        pair.rig.news.archive()
        pair.rig.server.faults.status("conversations.info", 503)
        pair.to(0)
        event = {"type": "channel_archive", "channel": pair.rig.news.id}
        deed = await pair.rig.server.event(pair.rig.team, event)
        await deed.acked()
        await pair.drain()
        pair.to(1)
        for _ in range(2):
            await (await pair.rig.server.again(deed)).acked()
            await pair.drain()

    parked = [each.services.parked for each in pair.processes]
    assert parked == [[], [(f"slack:{pair.rig.news.id}", ARCHIVED)]]


async def test_a_workspace_that_another_process_installed_anew_is_not_parked(fleet: list[Store]) -> None:
    async with serving(fleet) as pair:
        guests = pair.rig.server.add_team("guests")
        await pair.rig.installed(guests)
        place = pair.rig.to(guests.add_channel("news", member=True))
        process = pair.processes[0].adapter
        await process.send(place, alert(1), key(1))
        guests.install(new_token=True)
        await pair.rig.installed(guests)  # as another process does it
        with pytest.raises(TemporaryError) as error:
            await process.send(place, alert(2), key(2))
        await process.send(place, alert(2), key(2))
        guests.revoke()
        with pytest.raises(PermanentError):
            await process.send(place, alert(3), key(3))

    assert "new token" in str(error.value)
