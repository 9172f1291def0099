"""The real Bolt app while connections come and go."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.slack.clients import bolt, connected
from tests.fakes.slack.server import FakeSlack

Json = dict[str, Any]


async def test_without_a_connection_a_command_fails_at_once_and_an_event_waits() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice = team.add_user("alice")
        app = bolt(slack, team)

        @app.event("channel_archive")
        async def archived() -> None:
            """See the event."""

        deed = await slack.command(alice, alice, "/follow")
        with pytest.raises(AssertionError, match="dispatch_failed"):
            await deed.acked()
        event = await slack.event(team, {"type": "channel_archive", "channel": "C1", "user": alice.id})
        async with connected(slack, app, sockets=1):
            await event.acked()


async def test_connections_are_replaced_on_request_and_nothing_is_lost() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice = team.add_user("alice")
        app = bolt(slack, team)

        @app.command("/follow")
        async def follow(ack: Any) -> None:
            await ack()

        async with connected(slack, app):
            before = {each.id for each in slack.sockets.connections}
            await slack.sockets.refresh(1)
            await slack.wait_until(lambda: slack.sockets.opened == 3)
            await slack.wait_for_connections(2)
            assert len({each.id for each in slack.sockets.connections} & before) == 1

            for _ in range(4):
                await (await slack.command(alice, alice, "/follow")).acked()


async def test_after_a_reset_the_client_comes_back() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice = team.add_user("alice")
        app = bolt(slack, team)

        @app.command("/follow")
        async def follow(ack: Any) -> None:
            await ack()

        async with connected(slack, app):
            await slack.sockets.reset()
            assert slack.sockets.connections == []
            await slack.wait_until(lambda: slack.sockets.opened >= 4)
            await slack.wait_for_connections(2)
            await (await slack.command(alice, alice, "/follow")).acked()


async def test_a_duplicate_arrives_on_both_connections_and_may_be_acknowledged_twice() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice = team.add_user("alice")
        app = bolt(slack, team)
        seen: list[str] = []

        @app.command("/follow")
        async def follow(ack: Any, command: Json) -> None:
            await ack()
            seen.append(command["trigger_id"])

        async with connected(slack, app):
            slack.sockets.duplicate_next()
            await slack.command(alice, alice, "/follow")
            await slack.wait_until(lambda: len(seen) == 2)
            await (await slack.command(alice, alice, "/follow")).acked()

        assert seen[0] == seen[1]


@pytest.mark.parametrize("deaf", [False, True])
async def test_on_a_stalled_connection_nothing_arrives_until_there_is_a_new_one(*, deaf: bool) -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice = team.add_user("alice")
        app = bolt(slack, team)
        slack.core.ack_within = 0.1

        @app.command("/follow")
        async def follow(ack: Any) -> None:
            await ack()

        async with connected(slack, app, sockets=1):
            slack.sockets.stall(deaf=deaf)
            deed = await slack.command(alice, alice, "/follow")
            with pytest.raises(AssertionError, match="operation_timeout"):
                await deed.acked()
            slack.core.ack_within = 3.0
            async with connected(slack, app, sockets=1):
                deeds = [await slack.command(alice, alice, "/follow") for _ in range(2)]
                await slack.wait_until(lambda: any(each.ack is not None for each in deeds))
                slack.sockets.unstall()


async def test_what_a_dead_connection_held_goes_to_the_other() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        app = bolt(slack, team)
        seen: list[Json] = []

        @app.event("channel_archive")
        async def archived(body: Json) -> None:
            seen.append(body)

        async with connected(slack, app, sockets=2):
            slack.sockets.stall()
            deed = await slack.event(team, {"type": "channel_archive", "channel": "C1", "user": "U1"})
            async with connected(slack, app, sockets=1):
                fresh = slack.sockets.connections[-1]
                for connection in slack.sockets.connections:
                    if connection is not fresh:
                        await connection.socket.close()
                await deed.acked()

        assert len({each["event_id"] for each in seen}) == 1


async def test_an_uninstalled_app_is_told_so() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        app = bolt(slack, team)
        seen: list[str] = []

        @app.event("tokens_revoked")
        @app.event("app_uninstalled")
        async def ended(event: Json) -> None:
            seen.append(event["type"])

        async with connected(slack, app, sockets=1):
            for deed in await team.uninstall():
                await deed.acked()
            await slack.wait_until(lambda: len(seen) == 2)

        assert sorted(seen) == ["app_uninstalled", "tokens_revoked"]


async def test_a_switched_off_socket_mode_refuses_new_connections() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        app = bolt(slack, team)

        async with connected(slack, app, sockets=1):
            await slack.sockets.link_disabled()
            await slack.wait_until(
                lambda: [each for each in slack.calls_to("apps.connections.open") if each.error]
            )
            assert slack.sockets.connections == []
            slack.sockets.enabled = True
            await slack.wait_for_connections(1)
