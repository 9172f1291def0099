"""Several processes of one app: Slack gives each payload to one of their ten connections."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import cycle

from aiohttp import web

from adapters.slack.adapter import SlackAdapter
from bot.web.routes import routes_of
from tests.adapters.discord.rig import NotingServices
from tests.adapters.slack.interactions.test_clicks import long_list
from tests.adapters.slack.rig import Rig, alert, key, made
from tests.adapters.slack.talk_rig import buttons, texts


async def test_five_processes_share_ten_connections_and_the_sixth_only_sends() -> None:
    async with made() as rig, AsyncExitStack() as stack:
        fleet: list[tuple[SlackAdapter, NotingServices]] = []
        for _ in range(6):
            services, adapter = NotingServices(memory=rig.services.memory), rig.build()
            stack.push_async_callback(adapter.aclose)
            await adapter.start(services)
            await rig.server.wait_until(
                lambda: len(rig.server.sockets.connections) == min(2 * len(fleet) + 2, 10)
            )
            fleet.append((adapter, services))
        reserve = fleet[-1][0]
        states = [(adapter.connected, adapter.stands_by, adapter.trouble) for adapter, _ in fleet]
        for number in range(10):
            deed = await rig.server.command(rig.alice, rig.news, "/health", str(number))
            await deed.answered()
        heard = [len(services.executed) for _, services in fleet]
        await reserve.send(rig.to(rig.news), alert(1), key(1))
        await fleet[0][0].aclose()
        await rig.server.wait_until(lambda: reserve.connected and not reserve.stands_by)

    assert states == [(True, False, "")] * 5 + [(True, True, "")]
    assert heard == [2, 2, 2, 2, 2, 0], "each command was done by one of them"


@asynccontextmanager
async def balanced(rig: Rig, fleet: Sequence[SlackAdapter]) -> AsyncIterator[None]:
    """Put a balancer in front of adapters: each request goes to the next one."""
    app, turns = web.Application(), cycle(range(len(fleet)))
    for routes in zip(*(routes_of(each.routes) for each in fleet), strict=True):

        async def pass_on(
            request: web.Request, routes: tuple[web.RouteDef, ...] = routes
        ) -> web.StreamResponse:
            return await routes[next(turns)].handler(request)

        app.add_routes([web.route(routes[0].method, routes[0].path, pass_on)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        rig.server.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
        yield
    finally:
        await runner.cleanup()


async def test_behind_a_balancer_any_process_goes_on_with_what_another_began() -> None:
    async with made() as rig, AsyncExitStack() as stack:
        desks = [NotingServices(answer=long_list, memory=rig.services.memory) for _ in range(2)]
        fleet = [rig.build(mode="http", signing_secret=rig.server.signing_secret) for _ in desks]
        for adapter, desk in zip(fleet, desks, strict=True):
            stack.push_async_callback(adapter.aclose)
            await adapter.start(desk)
        await stack.enter_async_context(balanced(rig, fleet))
        opened = await rig.server.command(rig.alice, rig.news, "/follow")
        await opened.acked()
        view = await rig.server.wait_for_modal(rig.alice)
        found = await rig.server.options(rig.alice, view, "categories", "chi")
        sent = await rig.server.submit(rig.alice, view, {"categories": ["China-U.S."]})
        await sent.acked()
        asked = await rig.server.command(rig.alice, rig.news, "/find", "export controls, " * 50)
        await asked.answered()
        page = asked.shown[0]
        first = texts(page)
        more = next(action for label, action in buttons(page).items() if label.startswith("More"))
        turned = await rig.server.click(rig.alice, page, more)
        await turned.answered()

    assert found == ["China-U.S.", "Trade"]
    typed = [[path.split()[0] for _, path, _ in desk.executed] for desk in desks]
    assert [[each for each in paths if each in ("follow", "find")] for paths in typed] == [
        ["follow", "find"],
        ["find"],
    ]
    assert ("(1 of 67)" in first, "(2 of 67)" in texts(page)) == (True, True)
