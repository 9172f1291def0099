"""The connection: where it goes, how it survives, and how it ends when Discord refuses the bot."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.discord.gateway.starts import STARTS
from bot.errors import PermanentError, Scope, TemporaryError
from tests.adapters.discord.rig import KEY, LONG_AGO, Rig, alert, key, made, to
from tests.fakes.discord import faults


async def answered(rig: Rig) -> None:
    """Use a command and get its answer."""
    asked = await rig.server.interact(rig.alice, rig.news, "health")
    assert (await asked.answer()).content == "/health {}"


async def test_it_asks_for_servers_only_and_for_no_privileged_intent(rig: Rig) -> None:
    (identify,) = rig.server.sent_identifies

    assert identify["intents"] == 1


@pytest.mark.slow
async def test_everything_goes_where_the_config_says_resumes_and_new_sessions_too(rig: Rig) -> None:
    sockets = rig.server.sockets
    sockets.ask_to_reconnect()
    await rig.until(lambda: len(sockets.resumes) == 1)
    await answered(rig)
    sockets.invalidate(resumable=False)
    await rig.until(lambda: len(rig.server.sent_identifies) == 2)
    await answered(rig)
    sockets.drop()
    await rig.until(lambda: len(sockets.resumes) == 2)
    await answered(rig)

    assert DiscordWebSocket.DEFAULT_GATEWAY.host == "gateway.discord.gg"  # dialled would have failed


@pytest.mark.slow
async def test_without_a_gateway_in_the_config_the_api_names_it() -> None:
    async with made(gateway="") as rig:
        await rig.start()
        await answered(rig)
        rig.server.sockets.invalidate(resumable=False)
        await rig.until(lambda: len(rig.server.sent_identifies) == 2)
        await answered(rig)


async def test_commands_given_while_the_connection_was_lost_are_answered_after_the_resume(rig: Rig) -> None:
    rig.server.sockets.hold()
    asked = await rig.server.interact(rig.alice, rig.news, "health")
    rig.server.sockets.drop()

    assert (await asked.answer()).content == "/health {}"


async def test_alerts_go_out_while_the_gateway_is_away(rig: Rig) -> None:
    rig.server.sockets.close(4000)

    assert await rig.adapter.send(to(rig.news), alert(1), KEY)


async def test_a_connection_that_is_cut_short_while_it_begins_is_closed(rig: Rig) -> None:
    """A new session waits for its turn to begin; nobody but us knows its socket by then."""
    client = rig.client
    (first,) = client._sockets
    rig.server.sockets.invalidate(resumable=False)
    await rig.until(lambda: first.closed and len(client._sockets) > 1)
    sockets = list(client._sockets)
    assert not all(each.closed for each in sockets)
    await rig.adapter.aclose()

    assert all(each.closed for each in sockets)


async def test_a_wrong_token_is_one_sentence_that_names_the_variable() -> None:
    async with made(token="wrong") as rig:
        with pytest.raises(PermanentError) as refused:
            await rig.start()
        with pytest.raises(PermanentError) as sending:
            await rig.adapter.send(to(rig.news), alert(1), KEY)
        with pytest.raises(PermanentError):
            await rig.adapter.run()

        assert refused.value.scope is sending.value.scope is Scope.ADAPTER
        assert "DISCORD_TOKEN" in str(refused.value)
        assert "\n" not in str(refused.value)
        assert not rig.adapter.connected


@pytest.mark.parametrize(("code", "word"), [(4004, "DISCORD_TOKEN"), (4013, "intents")])
async def test_a_refusal_while_it_runs_ends_the_run_with_its_sentence(rig: Rig, code: int, word: str) -> None:
    running = asyncio.create_task(rig.adapter.run())
    rig.server.sockets.close(code)

    with pytest.raises(PermanentError, match=word):
        await running
    assert not rig.adapter.connected


async def test_a_token_taken_back_shuts_the_platform(rig: Rig) -> None:
    rig.server.core.token = "another"
    with pytest.raises(PermanentError) as refused:
        await rig.adapter.send(to(rig.news), alert(1), KEY)

    assert refused.value.scope is Scope.ADAPTER


async def test_a_discord_that_is_down_at_the_start_is_waited_for() -> None:
    async with made() as rig:
        rig.server.faults.next(faults.refuse(0, status=503), "GET /users/@me")
        await rig.start()
        with pytest.raises(TemporaryError):
            await rig.adapter.send(to(rig.news), alert(1), KEY)
        await rig.until(lambda: rig.adapter.connected)

        assert await rig.adapter.send(to(rig.news), alert(1), KEY)


async def test_it_closes_twice_without_a_start_and_puts_the_base_back() -> None:
    before = Route.BASE
    async with made() as rig:
        await rig.adapter.aclose()
        await rig.start()
        started, inside = rig.adapter.connected, Route.BASE
        await rig.adapter.aclose()
        await rig.adapter.aclose()

        assert (started, rig.adapter.connected) == (True, False)
        assert (inside, Route.BASE) == (rig.server.api_base, before)


async def test_running_lasts_until_it_is_cancelled(rig: Rig) -> None:
    running = asyncio.create_task(rig.adapter.run())
    await answered(rig)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running

    assert rig.adapter.connected


async def test_closing_lets_an_answer_under_way_go_out(rig: Rig) -> None:
    hang = faults.Hang()
    rig.server.faults.next(hang, "PATCH /webhooks/")
    asked = await rig.server.interact(rig.alice, rig.news, "health")
    await hang.arrived.wait()
    closing = asyncio.create_task(rig.adapter.aclose())
    closed, _ = await asyncio.wait({closing}, timeout=0.2)
    hang.release()
    await closing

    assert not closed
    assert (await asked.answer()).content == "/health {}"


async def test_several_shards_start_at_the_pace_discord_grants() -> None:
    async with made(starts=STARTS) as rig:
        rig.server.sockets.identify_every = 5.0  # the fake refuses with op 9 what comes too early
        rig.server.core.shards, rig.server.core.max_concurrency = 4, 4
        await rig.start()
        shards = [identify["shard"] for identify in rig.server.sent_identifies]

        assert sorted(shards) == [[0, 4], [1, 4], [2, 4], [3, 4]]
        assert rig.adapter.connected


@pytest.mark.slow
async def test_shards_of_one_slot_start_five_seconds_apart() -> None:
    async with made(starts=STARTS) as rig:
        rig.server.sockets.identify_every = 5.0  # the fake refuses with op 9 what comes too early
        rig.server.core.shards = 2
        await rig.start()
        await rig.until(lambda: rig.adapter.connected)

        assert [identify["shard"] for identify in rig.server.sent_identifies] == [[0, 2], [1, 2]]


async def test_without_a_start_left_for_today_none_is_tried_and_alerts_go_out() -> None:
    async with made() as rig:
        rig.server.core.session_starts = 0
        await rig.start()
        await rig.adapter.send(to(rig.news), alert(1), KEY)

        assert rig.server.sent_identifies == []
        assert not rig.adapter.connected


async def test_shards_may_be_shared_out_among_processes() -> None:
    async with made(shards=(2, 3, 4)) as rig:
        rig.server.core.max_concurrency = 4
        await rig.start()

        assert [identify["shard"] for identify in rig.server.sent_identifies] == [[2, 4], [3, 4]]


async def test_commands_are_registered_once_and_again_only_when_they_change_or_are_asked_for() -> None:
    async with made() as rig:
        await rig.start()
        first = rig.server.commands.overwrites
        await rig.restart()
        again = rig.server.commands.overwrites
        forced = await rig.adapter.sync(force=True)
        rig.services.commands = rig.services.commands[1:]
        await rig.restart()

        assert (first, again, forced) == (1, 1, True)
        assert rig.server.commands.overwrites == 3
        assert rig.server.commands.named("follow") is None


async def test_commands_that_discord_refuses_do_not_keep_alerts_from_going_out() -> None:
    async with made() as rig:
        rig.server.faults.next(faults.refuse(30034), "PUT /applications/")
        await rig.start()

        assert await rig.adapter.send(to(rig.news), alert(1), KEY)
        assert await rig.adapter.sync()


async def test_a_global_limit_stops_the_bot_for_its_time_and_not_for_ever(rig: Rig) -> None:
    rig.server.faults.next(faults.too_many(0.2, scope="global"), "POST /channels/")
    with pytest.raises(TemporaryError) as slower:
        await rig.adapter.send(to(rig.news), alert(1), KEY)

    assert slower.value.retry_after
    assert not slower.value.uncertain
    assert await rig.adapter.send(to(rig.news), alert(1), KEY)


async def test_a_short_limit_of_one_route_is_waited_for_inside_the_call(rig: Rig) -> None:
    rig.server.faults.next(faults.too_many(0.05), "POST /channels/")

    assert await rig.adapter.send(to(rig.news), alert(1), KEY)


async def test_faults_of_discord_are_ridden_out_with_one_message(rig: Rig) -> None:
    rig.server.faults.next(faults.status(502), "POST /channels/")
    await rig.adapter.send(to(rig.news), alert(1), KEY)
    rig.server.faults.next(faults.status(503), "POST /channels/")
    with pytest.raises(TemporaryError) as fault:
        await rig.adapter.send(to(rig.news), alert(2), key(2))

    assert fault.value.uncertain
    assert await rig.adapter.find(to(rig.news), key(2), LONG_AGO) is None
    assert len(rig.server.messages(rig.news)) == 1


async def test_a_deleted_channel_ends_what_went_there_with_its_threads(rig: Rig) -> None:
    thread = rig.guild.add_thread(rig.news)
    await rig.known(thread)
    rig.news.delete()
    await rig.until(lambda: len(rig.services.ended) >= 2)

    assert {address for address, _ in rig.services.ended} >= {to(rig.news).address, to(thread).address}
    assert all("deleted" in reason for _, reason in rig.services.ended)


@pytest.mark.parametrize("how", ["overwrite", "role"])
async def test_a_permission_given_back_resumes_the_channel(rig: Rig, how: str) -> None:
    bits = 1 << 11  # Send Messages
    other = rig.guild.add_text("other")
    rig.services.known = [to(rig.news).address]
    await rig.known(other)
    rig.news.deny(bits, rig.guild.everyone)
    await rig.until(
        lambda: (
            not (place := rig.heard_of(rig.news))
            or not place.permissions_for(rig.client.guilds[0].me).send_messages
        )
    )
    assert rig.services.reached == []
    if how == "overwrite":
        rig.news.allow(bits, rig.guild.everyone)
    else:
        rig.guild.bot_role.set_permissions(1 << 3)  # Administrator
    await rig.until(lambda: rig.services.reached)

    assert rig.services.reached == [to(rig.news).address]


async def test_the_invitation_asks_for_what_is_needed_and_nothing_more() -> None:
    async with made() as rig:
        link = await rig.adapter.invitation()

        assert f"client_id={rig.server.world.application_id}" in link
        assert "scope=bot+applications.commands" in link
        assert f"permissions={1 << 10 | 1 << 11 | 1 << 14 | 1 << 15 | 1 << 16 | 1 << 38}" in link
