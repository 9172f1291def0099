"""Socket Mode: connections that lose nothing when Slack renews them, and come back when they break."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from adapters.slack.transport.app import UNKNOWN_WORKSPACE
from adapters.slack.transport.socket_mode import SocketLink
from bot.errors import PermanentError, Scope
from tests.adapters.slack.ways import Ways, by_socket, ways
from tests.fakes.slack.deeds import Deed


async def connections(made: Ways, count: int) -> None:
    """Wait until Slack has so many connections, no more and no fewer."""
    await made.server.wait_until(lambda: len(made.server.sockets.connections) == count)


async def test_commands_come_in_on_two_connections() -> None:
    async with by_socket() as (made, link):
        await connections(made, 2)
        for text in ("China-U.S.", "Trade & Tech", "#TikTok", "x < y"):
            await made.type(text)

        assert link.connected
        assert made.heard == ["China-U.S.", "Trade & Tech", "#TikTok", "x < y"]


@pytest.mark.parametrize("lines", [1, 2])
async def test_nothing_is_lost_while_slack_renews_the_connections(lines: int) -> None:
    async with by_socket(lines=lines, grace=0.3) as (made, link):
        await connections(made, lines)
        made.server.faults.delay("apps.connections.open", 0.1)  # a gap would be that long
        deeds: list[Deed] = []
        for turn in range(2, 5):
            await made.server.sockets.refresh()
            while made.server.sockets.opened < turn * lines:
                deeds.append(await made.server.command(made.alice, made.news, "/follow", str(len(deeds))))
                await asyncio.sleep(0.01)
                assert link.connected
            await connections(made, lines)  # those before are closed, once nothing comes on them
        for deed in deeds:
            await deed.acked()

        assert sorted(made.heard) == sorted(str(number) for number in range(len(deeds)))
        assert made.server.sockets.opened == 4 * lines


async def test_an_acknowledgement_under_way_still_goes_out_on_a_connection_that_is_replaced() -> None:
    async with by_socket(lines=1, grace=0.0) as (made, _):
        await connections(made, 1)
        asked: asyncio.Queue[str] = asyncio.Queue()
        answer = asyncio.Event()

        @made.app.command("/health")
        async def health(ack: Any) -> None:
            asked.put_nowait("health")
            await answer.wait()
            await ack("well")

        deed = await made.server.command(made.alice, made.news, "/health")
        await asked.get()
        await made.server.sockets.refresh()
        await made.server.wait_until(lambda: made.server.sockets.opened == 2)
        await asyncio.sleep(0.2)  # it would be closed by now
        answer.set()

        assert await deed.acked() == {"text": "well"}
        assert asked.empty()  # it did not have to be sent again


async def test_connections_that_are_cut_off_come_back_and_what_waited_comes_in() -> None:
    async with by_socket(ping_every=0.3) as (made, link):
        await connections(made, 2)
        await made.server.sockets.reset()
        made.news.archive()
        deed = await made.server.event(made.home, {"type": "channel_archive", "channel": made.news.id})
        await deed.acked(20)
        await made.server.wait_until(lambda: link.connected)
        await made.type("Trade")
        await made.server.wait_until(lambda: made.services.parked)

        assert made.server.sockets.opened >= 3


async def test_connections_that_answer_no_ping_are_replaced() -> None:
    async with by_socket(ping_every=0.3) as (made, link):
        await connections(made, 2)
        made.server.sockets.stall(deaf=True)
        await made.server.wait_until(lambda: made.server.sockets.opened >= 4)
        await made.server.wait_until(lambda: link.connected)


async def test_connections_on_which_nothing_arrives_are_replaced_though_they_answer_pings() -> None:
    async with by_socket(silence=0.3) as (made, _):
        await connections(made, 2)
        stalled = made.server.sockets.connections
        made.server.sockets.stall()
        await made.server.wait_until(
            lambda: not any(each in made.server.sockets.connections for each in stalled)
        )
        await made.type("Trade")

        assert made.heard == ["Trade"]


@pytest.mark.parametrize("token", ["", "xoxb-1-2", "xapp-1-WRONG-1"])
async def test_a_wrong_app_token_is_one_clear_sentence(token: str) -> None:
    async with ways() as made:
        link = made.socket_link(app_token=token)
        with pytest.raises(PermanentError, match=r"SLACK_APP_TOKEN") as caught:
            await link.start(made.app)

        assert caught.value.scope is Scope.ADAPTER
        assert not link.connected
        assert len(made.server.calls_to("apps.connections.open")) <= 2


async def test_a_token_that_is_refused_later_ends_the_service_once_that_goes_on() -> None:
    async with by_socket(doubt=0.0) as (made, link):
        await connections(made, 2)
        made.server.faults.error("apps.connections.open", "token_revoked", times=9)
        await made.server.sockets.refresh()

        with pytest.raises(PermanentError, match="SLACK_APP_TOKEN"):
            await link.run()


async def test_a_token_that_is_refused_by_mistake_for_a_while_ends_nothing() -> None:
    async with by_socket() as (made, link):
        await connections(made, 2)
        made.server.faults.error("apps.connections.open", "invalid_auth", times=4)
        await made.server.sockets.refresh()
        await made.server.wait_until(lambda: not made.server.faults.pending)
        await made.server.wait_until(lambda: made.server.sockets.opened >= 4 and not link.trouble)

        assert link.connected
        await made.type("Trade")


async def test_slack_out_of_reach_is_tried_until_it_is_there(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with ways() as made:
        port = made.server.port
        await made.server.stop()
        link = made.socket_link(patience=0.3)
        await link.start(made.app)
        assert not link.connected
        await made.server.start(port)
        await made.server.wait_until(lambda: link.connected)
        await connections(made, 2)
        await made.type("Trade")
        await link.aclose()

        assert made.heard == ["Trade"]
        assert caplog.text.count("The connection to Slack does not work: Slack cannot be reached.") == 1
        assert "The connection to Slack works again" in caplog.text


async def test_a_refusal_that_people_can_mend_is_told_and_stops_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with by_socket() as (made, link):
        await connections(made, 2)
        await made.server.sockets.link_disabled()
        await made.server.wait_until(lambda: "Socket Mode" in caplog.text)

        assert not link.connected
        assert not any(each.done() for each in link._services)


async def test_a_connection_that_slack_has_no_room_for_is_tried_slowly_and_is_no_trouble() -> None:
    async with by_socket(lines=11, first_wait=30.0) as (made, link):
        await connections(made, 10)
        await made.server.wait_until(lambda: link._crowded)

        assert made.server.sockets.refused == 1
        assert (link.connected, link.stands_by, link.trouble) == (True, False, "")


async def test_a_process_that_finds_no_room_stands_by_until_it_does(caplog: pytest.LogCaptureFixture) -> None:
    async with by_socket(lines=10) as (made, others):
        await connections(made, 10)
        link = made.socket_link()
        await link.start(made.app)
        told = (link.connected, link.stands_by, link.trouble)
        made.server.faults.error("apps.connections.open", "internal_error", times=1000)
        await made.server.wait_until(lambda: link.trouble and not link.stands_by)
        made.server.faults.heal()
        await made.server.wait_until(lambda: link.stands_by)
        await others.aclose()
        await made.server.wait_until(lambda: link.connected)
        await made.type("Trade")
        now = link.stands_by
        await link.aclose()

        assert (told, now) == ((False, True, ""), False)
        assert made.heard == ["Trade"]
        assert "allows no more. This process stands by, and tries again." in caplog.text


async def test_connections_that_end_at_once_are_not_made_in_a_frenzy() -> None:
    async with by_socket(lines=1, first_wait=30.0) as (made, _):
        await connections(made, 1)
        for _ in range(2):
            await made.server.sockets.refresh()
            await made.server.wait_until(lambda: made.server.sockets.opened == 2)
        await asyncio.sleep(0.3)

        assert made.server.sockets.opened == 2


async def test_closing_leaves_no_connection_and_no_task() -> None:
    async with ways() as made:
        before = asyncio.all_tasks()
        link = made.socket_link()
        await link.start(made.app)
        await connections(made, 2)
        await made.server.sockets.refresh()
        await link.aclose()
        await link.aclose()
        await connections(made, 0)

        ours = [
            each for each in asyncio.all_tasks() - before if "slack_sdk" in repr(each) or "link" in repr(each)
        ]
        assert ours == []
        assert not link.connected


async def test_closing_without_a_start_is_no_fault() -> None:
    await SocketLink("").aclose()


async def test_the_log_never_holds_what_people_typed_nor_a_ticket_nor_a_token(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with by_socket(ping_every=0.3) as (made, _):
        await connections(made, 2)
        await made.type("my private words")
        await made.server.command(made.alice, made.news, "/nobody-listens", "my private words")
        await made.server.sockets.reset()
        await made.server.wait_until(lambda: made.server.sockets.opened >= 3)
        deed = await made.server.command(made.alice, made.news, "/follow", "my private words")
        await deed.acked()

        assert "ticket" not in caplog.text
        assert "private" not in caplog.text
        for secret in (made.server.app_token, made.home.bot_token, deed.response_url):
            assert secret not in caplog.text
        made.server.take_violations()


async def test_a_listener_that_fails_is_told_and_takes_nothing_down(caplog: pytest.LogCaptureFixture) -> None:
    async with by_socket() as (made, _):
        await connections(made, 2)

        @made.app.event("app_home_opened")
        async def opened() -> None:
            raise RuntimeError("broken on purpose")

        await (await made.server.open_home(made.alice)).acked()
        await made.server.wait_until(lambda: "Something from Slack could not be dealt with" in caplog.text)
        await made.type("Trade")


async def test_a_workspace_that_is_not_known_is_told_so_and_its_events_change_nothing() -> None:
    async with by_socket() as (made, _):
        await connections(made, 2)
        stranger = made.server.add_team("stranger")
        bob, place = stranger.add_user("bob"), stranger.add_channel("place", member=True)
        deed = await made.server.command(bob, place, "/follow", "Trade")
        told = await deed.answered()
        archived = await made.server.event(stranger, {"type": "channel_archive", "channel": place.id})
        await archived.acked()

        assert told[0]["text"] == UNKNOWN_WORKSPACE
        assert [*made.heard, *made.services.parked] == []


async def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"):
        monkeypatch.setenv(name, "from the environment")
    async with by_socket() as (made, _):
        await connections(made, 2)
        await made.type("Trade")

        assert made.heard == ["Trade"]
        assert list(tmp_path.iterdir()) == []
