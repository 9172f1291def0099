"""What Discord demands of application commands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.fakes.discord.basics import Json
from tests.fakes.discord.server import FakeDiscord


@pytest.fixture
async def server() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as running:
        yield running


@pytest.fixture
async def session(server: FakeDiscord) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": f"Bot {server.token}"}
    base = f"{server.api_base}/applications/{server.world.application_id}/"
    async with aiohttp.ClientSession(base, headers=headers) as opened:
        yield opened


def _command(name: str = "follow", **fields: Any) -> Json:
    return {"name": name, "description": "Follow", **fields}


def _option(name: str, **fields: Any) -> Json:
    return {"type": 3, "name": name, "description": "d", **fields}


_CHOICES = [{"name": f"{number}" + "n" * 90, "value": f"{number}" + "v" * 90} for number in range(25)]


@pytest.mark.parametrize(
    "commands",
    [
        [_command(), _command()],
        [_command("Follow")],
        [_command(description="")],
        [_command(options=[_option("when"), _option("what", required=True)])],
        [_command(options=[_option("when"), _option("when")])],
        [_command(options=[_option("when", autocomplete=True, choices=_CHOICES[:1])])],
        [_command(options=[_option("one", choices=_CHOICES), _option("two", choices=_CHOICES)])],
    ],
)
async def test_a_wrong_command_is_refused(
    server: FakeDiscord, session: aiohttp.ClientSession, commands: list[Json]
) -> None:
    answer = await session.put("commands", json=commands)

    assert answer.status == 400
    assert (await answer.json())["code"] == 50035
    assert [*server.commands] == []
    server.take_violations()


async def test_an_overwrite_keeps_the_id_of_a_known_name_and_drops_the_rest(
    server: FakeDiscord, session: aiohttp.ClientSession
) -> None:
    first = await (await session.put("commands", json=[_command(), _command("why")])).json()
    sent = _command(description="Follow a category", default_member_permissions=32, contexts=[0])
    second = await (await session.put("commands", json=[sent])).json()

    assert [each["id"] for each in second] == [first[0]["id"]]
    assert second[0]["version"] != first[0]["version"]
    assert second[0]["default_member_permissions"] == "32"
    assert server.commands.created == 2


async def test_a_command_is_created_changed_and_deleted(
    server: FakeDiscord, session: aiohttp.ClientSession
) -> None:
    statuses = [(await session.post("commands", json=_command())).status for _ in range(2)]
    made = next(iter(server.commands))
    changed = await session.patch(f"commands/{made['id']}", json={"description": "Other"})
    gone = await session.delete(f"commands/{made['id']}")
    unknown = await session.get(f"commands/{made['id']}")

    assert statuses == [201, 200]
    assert (await changed.json())["description"] == "Other"
    assert (gone.status, unknown.status) == (204, 404)


async def test_new_commands_are_counted_per_day(server: FakeDiscord, session: aiohttp.ClientSession) -> None:
    server.commands.created = 200
    answer = await session.post("commands", json=_command())

    assert (await answer.json())["code"] == 30034
