"""Several processes of one app: Slack gives each payload to one of their ten connections."""

from __future__ import annotations

from contextlib import AsyncExitStack

from adapters.slack.adapter import SlackAdapter
from tests.adapters.discord.rig import NotingServices
from tests.adapters.slack.rig import alert, key, made


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
