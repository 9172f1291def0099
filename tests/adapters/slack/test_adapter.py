"""The whole adapter: its life, what it says when tokens are wrong, and what it hands on."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from adapters.slack.adapter import SlackAdapter
from bot.errors import PermanentError, Scope, TemporaryError
from bot.model import Reply
from bot.ports import WebRequest
from tests.adapters.slack.rig import KEY, LONG_AGO, NotingServices, Rig, alert, key, made
from tests.fakes.slack.server import FakeSlack

POST = "chat.postMessage"


async def refused(rig: Rig) -> PermanentError:
    with pytest.raises(PermanentError) as error:
        await rig.start()
    return error.value


async def test_it_is_connected_while_commands_come_in_and_messages_go_out() -> None:
    async with made() as rig:
        before = rig.adapter.connected
        await rig.start()
        started = rig.adapter.connected
        await rig.adapter.aclose()

        assert (before, started, rig.adapter.connected) == (False, True, False)


async def test_commands_reach_the_desk_and_are_answered() -> None:
    async with made() as rig:
        await rig.start()
        deed = await rig.server.command(rig.alice, rig.news, "/follow", "China-U.S.")
        await deed.acked()
        answers = await deed.answered()
        caller, path, _ = rig.services.executed[0]

        assert (caller.address, caller.place) == (f"slack:{rig.alice.id}", f"slack:{rig.news.id}")
        assert path.startswith("follow")
        assert "China-U.S." in str(answers)


async def test_a_person_who_follows_is_greeted_once_and_their_parking_ends() -> None:
    async with made() as rig:
        rig.services.answer = lambda *_: Reply("You now get: Trade.")
        await rig.start()
        for _ in range(2):
            deed = await rig.server.command(rig.alice, rig.news, "/follow", "Trade")
            await deed.answered()
        await rig.server.wait_until(lambda: len(rig.services.reached) == 2)

        assert len(rig.messages(rig.alice)) == 1
        assert "You now get: Trade." in rig.messages(rig.alice)[0].text
        assert set(rig.services.reached) == {f"slack:{rig.alice.id}"}


async def test_slacks_events_reach_the_desk() -> None:
    async with made() as rig:
        await rig.start()
        rig.services.known = [rig.address(rig.news)]
        rig.news.archive()
        await rig.server.event(rig.team, {"type": "channel_archive", "channel": rig.news.id, "user": "U1"})
        await rig.server.wait_until(lambda: rig.services.parked)

        assert rig.services.parked[0][0] == rig.address(rig.news)


@pytest.mark.parametrize("token", ["xoxb-wrong", "xapp-1-A0FAKE00000-wrong"])
async def test_a_wrong_bot_token_is_refused_at_the_start_by_its_variables_name(token: str) -> None:
    async with made(bot_token=token) as rig:
        error = await refused(rig)

        assert error.scope is Scope.ADAPTER
        assert "SLACK_BOT_TOKEN" in str(error)
        assert token not in str(error)


async def test_an_app_token_in_place_of_the_bot_token_is_told_apart() -> None:
    async with made() as rig:
        rig.adapter = rig.build(bot_token=rig.server.app_token)

        assert "xoxb-" in str(await refused(rig))


async def test_a_persons_token_is_refused_for_it_would_write_in_their_name() -> None:
    async with made() as rig:
        rig.team.bot_id = ""

        assert "xoxb-" in str(await refused(rig))


async def test_a_wrong_app_token_is_refused_at_the_start_by_its_variables_name() -> None:
    async with made(app_token="xapp-1-wrong") as rig:
        error = await refused(rig)

        assert error.scope is Scope.ADAPTER
        assert "SLACK_APP_TOKEN" in str(error)


async def test_without_any_token_the_start_says_which_one_is_missing() -> None:
    async with made(bot_token="") as rig:
        error = await refused(rig)

        assert error.scope is Scope.ADAPTER
        assert "SLACK_BOT_TOKEN" in str(error)


async def test_after_a_refusal_everything_says_why() -> None:
    async with made(app_token="xapp-1-wrong") as rig:
        await refused(rig)
        with pytest.raises(PermanentError, match="SLACK_APP_TOKEN"):
            await rig.adapter.send(rig.to(rig.news), alert(1), KEY)
        with pytest.raises(PermanentError, match="SLACK_APP_TOKEN"):
            await rig.adapter.run()

        assert not rig.adapter.connected


async def test_slack_out_of_reach_at_the_start_is_reached_later() -> None:
    async with made(first_wait=0.05) as rig:
        rig.server.faults.status("auth.test", 503)
        rig.server.faults.drop("auth.test")
        await rig.start()
        at_first = rig.adapter.connected
        running = asyncio.create_task(rig.adapter.run())
        await rig.server.wait_until(lambda: rig.adapter.connected)
        await rig.adapter.send(rig.to(rig.news), alert(1), KEY)
        deed = await rig.server.command(rig.alice, rig.news, "/health")
        await deed.answered()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

        assert not at_first
        assert len(rig.messages(rig.news)) == 1


async def test_a_bot_that_is_refused_once_slack_is_reached_ends_loudly() -> None:
    async with made(first_wait=0.05) as rig:
        rig.server.faults.status("auth.test", 503)
        await rig.start()
        rig.team.revoke()
        with pytest.raises(PermanentError, match="SLACK_BOT_TOKEN"):
            await rig.adapter.run()
        with pytest.raises(PermanentError):
            await rig.adapter.send(rig.to(rig.news), alert(1), KEY)


async def test_messages_go_out_before_commands_come_in() -> None:
    """The socket may be down for a while; alerts need none."""
    async with made() as rig:
        rig.server.faults.status("auth.test", 503)
        await rig.start()

        assert not rig.adapter.connected
        assert await rig.adapter.send(rig.to(rig.news), alert(1), KEY)


async def test_before_start_and_after_close_nothing_is_sent_and_nothing_lost() -> None:
    async with made() as rig:
        with pytest.raises(TemporaryError):
            await rig.adapter.send(rig.to(rig.news), alert(1), KEY)
        await rig.start()
        await rig.adapter.aclose()
        with pytest.raises(TemporaryError):
            await rig.adapter.find(rig.to(rig.news), KEY, LONG_AGO)


async def test_it_can_be_started_again_after_it_was_closed() -> None:
    async with made() as rig:
        for number in range(2):
            await rig.start()
            await rig.adapter.send(rig.to(rig.news), alert(number), key(number))
            deed = await rig.server.command(rig.alice, rig.news, "/health")
            await deed.answered()
            await rig.adapter.aclose()
            await rig.adapter.aclose()

        assert len(rig.messages(rig.news)) == 2


async def test_an_answer_under_way_goes_out_before_it_closes() -> None:
    released = asyncio.Event()

    class SlowDesk(NotingServices):
        async def run(self, caller: object, line: str) -> Reply:
            await released.wait()
            return Reply(f"late answer to {line} of {caller}")

    async with made() as rig:
        rig.services = SlowDesk()
        await rig.start()
        deed = await rig.server.command(rig.alice, rig.news, "/health")
        await deed.acked()
        closing = asyncio.create_task(rig.adapter.aclose())
        await rig.server.wait_until(lambda: not rig.server.sockets.connections)
        released.set()
        await closing

        assert "late answer" in str(deed.answers)


def routes(**settings: str) -> set[tuple[str, str]]:
    values = {"bot_token": "xoxb-1", "app_token": "xapp-1"} | settings
    return {(each.method, each.path) for each in SlackAdapter(**values).routes}  # type: ignore[arg-type]  # all texts


def test_what_it_serves_on_the_web_server_depends_on_the_mode_and_on_installing() -> None:
    events, install = ("POST", "/slack/events"), ("GET", "/slack/install")
    oauth = {"client_id": "1.2", "client_secret": "s", "public_url": "https://bot.example"}
    http = {"mode": "http", "signing_secret": "s"}

    assert routes() == set()
    assert routes(**http) == {events}
    assert {events, install} < routes(**http, **oauth)
    assert install in routes(**oauth)
    assert events not in routes(**oauth)


async def test_in_http_mode_signed_requests_are_answered() -> None:
    async with made(mode="http") as rig:
        rig.adapter = rig.build(mode="http", signing_secret=rig.server.signing_secret)
        await rig.start()
        (route,) = [each for each in rig.adapter.routes if each.path == "/slack/events"]
        body = f"team_id={rig.team.id}&user_id={rig.alice.id}&channel_id={rig.news.id}&command=/health&text="
        signed = {name.lower(): value for name, value in rig.server.http.sign(body).items()}
        kind = {"content-type": "application/x-www-form-urlencoded"}
        good = await route.handle(WebRequest(route.path, headers=signed | kind, body=body.encode()))
        bad = await route.handle(WebRequest(route.path, headers=kind, body=body.encode()))
        await rig.server.wait_until(lambda: rig.services.executed)

        assert (good.status, bad.status) == (200, 401)
        assert rig.adapter.connected


async def test_it_can_serve_workspaces_that_installed_it_without_a_home() -> None:
    async with made() as rig:
        other = rig.server.add_team("others")
        await rig.installed(other)
        channel = other.add_channel("news", member=True)
        rig.adapter = rig.build(bot_token="", public_url="https://bot.example")
        await rig.start()
        await rig.adapter.send(rig.to(channel), alert(1), KEY)

        assert rig.adapter.connected
        assert len(rig.messages(channel)) == 1


async def test_the_check_looks_at_everything_without_being_started() -> None:
    async with made() as rig:
        other = rig.server.add_team("others")
        await rig.installed(other)
        gone = rig.team.add_channel("gone", archived=True)
        found = await rig.adapter.inspect([rig.address(rig.news), rig.address(gone)], rig.services)
        lines = [line for _, line in found]

        assert [line for well, line in found if not well and "web.public_url" not in line] == [
            line for line in lines if line.startswith(rig.address(gone))
        ]
        assert any("@bystander" in line for line in lines)
        assert any(other.id in line for line in lines)
        assert rig.server.calls_to(POST) == []


async def test_nothing_listens_any_more_after_a_failed_start() -> None:
    async with FakeSlack() as server:
        adapter = SlackAdapter(bot_token="xoxb-1", app_token="xapp-1", api_base=server.api_base)
        with pytest.raises(PermanentError):
            await adapter.start(NotingServices())
        await adapter.aclose()

        assert not adapter.connected
