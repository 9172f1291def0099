"""What every adapter must show: each sentence of `bot.ports.Adapter`."""

from __future__ import annotations

import asyncio
import contextlib
import re
import unicodedata
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.errors import DeliveryError, PermanentError, Scope
from bot.model import Alert, Destination, Digest, EvidenceRank, Filing, Message, Notice, Post, Style
from tests.contracts.adapter_rig import Rig
from tests.contracts.adapters import ADAPTERS, ALERTS_ONLY, DRAWING, QuietServices

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
BEFORE = datetime(2026, 7, 1, 11, tzinfo=UTC)
KEY = "0123456789abcdef01234567"
EVIL = (
    "\x1b[2J\x1b]0;owned\x07 [bold]b[/bold] [/] :bomb: \u202egnp\x9b31m \r\nTo: all \x00\x08 <@&1> @everyone"
)


def post(number: int = 1, **fields: object) -> Post:
    values: dict[str, object] = {
        "id": f"wp:blog.example:{number}",
        "link": f"https://blog.example/{number}/",
        "title": f"Title {number}",
        "author": "Ann",
        "published": NOW,
        "summary": f"Summary {number}.",
        "filing": Filing(("Trade",), ("TikTok",), EvidenceRank.API, "The API says so."),
    }
    return Post(**(values | fields))  # type: ignore[arg-type]  # fields of a post by name


MESSAGES: list[Message] = [
    Alert(post()),
    Alert(post(), plain=True),
    Alert(post(), mention="@here"),
    Alert(post(summary="", filing=Filing(), update="Update: more.", image="https://blog.example/1.png")),
    Digest((post(1), post(2), post(3)), "3 posts since the last alert"),
    Digest((post(1), post(2)), "2 posts since the last alert", plain=True),
    Notice("China Bystander can be read again."),
    Digest((post(1), post(2)), "Daily digest: 2 posts", mention="@here", number=3),
    *(Alert(post(), mention="@here", style=style, mention_last=True) for style in Style),
]


@pytest.fixture(params=ADAPTERS)
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    """An adapter of each kind, not started."""
    async with ADAPTERS[request.param]() as made:
        yield made
        await made.adapter.aclose()


@pytest.fixture(params=DRAWING)
async def drawing_rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    """An adapter of each kind that draws messages, not started."""
    async with ADAPTERS[request.param]() as made:
        yield made
        await made.adapter.aclose()


@pytest.fixture(params=[name for name in ADAPTERS if name not in ALERTS_ONLY])
async def typing_rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    """An adapter of each kind that people can type on, not started."""
    async with ADAPTERS[request.param]() as made:
        yield made
        await made.adapter.aclose()


async def test_it_is_connected_from_start_to_close(rig: Rig) -> None:
    before = rig.adapter.connected
    await rig.adapter.start(QuietServices())
    started = rig.adapter.connected
    await rig.adapter.aclose()

    assert (before, started, rig.adapter.connected) == (False, True, False)


async def test_it_says_why_it_is_not_connected_and_nothing_while_it_is(rig: Rig) -> None:
    before = rig.adapter.trouble
    await rig.adapter.start(QuietServices())
    started = rig.adapter.trouble
    await rig.adapter.aclose()

    assert started == ""
    for sentence in (before, rig.adapter.trouble):
        assert sentence.endswith(".")
        assert sentence.isprintable()


async def test_its_name_is_what_its_addresses_begin_with(rig: Rig) -> None:
    assert rig.destination.platform == rig.adapter.name


async def test_commands_of_people_go_to_the_desk_and_are_answered(typing_rig: Rig) -> None:
    rig = typing_rig
    services = QuietServices("You now get: Trade.")
    await rig.adapter.start(services)
    await rig.say("/follow Trade")

    caller, line = services.lines[0]
    assert line == "/follow Trade"
    assert [line for _, line in services.lines].count("/follow Trade") == 1
    assert caller.platform == rig.adapter.name
    assert "You now get: Trade." in rig.shown()


@pytest.mark.parametrize("message", MESSAGES)
async def test_sending_returns_a_reference(rig: Rig, message: Message) -> None:
    await rig.adapter.start(QuietServices())

    assert isinstance(await rig.adapter.send(rig.destination, message, KEY), str)


async def test_an_alert_shows_title_categories_summary_and_link(rig: Rig) -> None:
    await rig.adapter.start(QuietServices())
    await rig.adapter.send(rig.destination, Alert(post()), KEY)

    for word in ("Title 1", "Trade", "Summary 1.", "https://blog.example/1/"):
        assert word in rig.shown()


@pytest.mark.parametrize("message", [MESSAGES[1], MESSAGES[5]])
async def test_a_plain_message_shows_title_and_link_only(rig: Rig, message: Message) -> None:
    await rig.adapter.start(QuietServices())
    await rig.adapter.send(rig.destination, message, KEY)

    assert "Title 1" in rig.shown()
    assert "https://blog.example/1/" in rig.shown()
    assert "Summary" not in rig.shown()


@pytest.mark.parametrize("style", Style)
async def test_an_alert_shows_as_much_as_its_style_asks_for_also_after_an_edit(
    drawing_rig: Rig, style: Style
) -> None:
    rig = drawing_rig
    await rig.adapter.start(QuietServices())
    reference = await rig.adapter.send(rig.destination, Alert(post(), style=style), KEY)
    assert "Title 1" in rig.shown()
    if rig.edits:
        changed = Alert(post(title="Title 2"), style=style)
        await rig.adapter.edit(rig.destination, reference, changed, KEY)
        assert "Title 2" in rig.shown()

    assert "https://blog.example/1/" in rig.shown()
    assert ("Summary 1." in rig.shown()) is (style is Style.FULL)
    assert ("Trade" in rig.shown()) is (style is not Style.TITLE)


async def test_a_digest_names_each_category_above_its_posts(drawing_rig: Rig) -> None:
    rig = drawing_rig
    await rig.adapter.start(QuietServices())
    chips = post(3, title="Chips", filing=Filing(("Chips", "Trade"), (), EvidenceRank.API))
    digest = Digest((chips, post(2), post(1, filing=Filing())), "Daily digest: 3 posts", number=1)
    await rig.adapter.send(rig.destination, digest, KEY)

    assert re.search("Trade.*Chips.*Title 2.*Other posts.*Title 1", rig.shown())


async def test_a_digest_shows_every_post(rig: Rig) -> None:
    await rig.adapter.start(QuietServices())
    await rig.adapter.send(rig.destination, MESSAGES[4], KEY)

    assert "3 posts since the last alert" in rig.shown()
    for number in (1, 2, 3):
        assert f"Title {number}" in rig.shown()
        assert f"https://blog.example/{number}/" in rig.shown()


async def test_a_notice_shows_its_text(rig: Rig) -> None:
    await rig.adapter.start(QuietServices())
    await rig.adapter.send(rig.destination, MESSAGES[6], KEY)

    assert "China Bystander can be read again." in rig.shown()


async def test_an_edit_shows_the_new_form_and_returns_a_reference(rig: Rig) -> None:
    await rig.adapter.start(QuietServices())
    reference = await rig.adapter.send(rig.destination, Alert(post()), KEY)
    changed = Alert(post(title="Better title"))

    if not rig.edits:
        with pytest.raises(PermanentError) as refused:
            await rig.adapter.edit(rig.destination, reference, changed, KEY)
        assert refused.value.scope is Scope.MESSAGE
        return
    assert isinstance(await rig.adapter.edit(rig.destination, reference, changed, KEY), str)
    assert "Better title" in rig.shown()


async def test_a_sent_message_is_found_by_its_key_where_the_platform_remembers(rig: Rig) -> None:
    await rig.adapter.start(QuietServices())
    assert await rig.adapter.find(rig.destination, KEY, BEFORE) is None
    reference = await rig.adapter.send(rig.destination, Alert(post()), KEY)
    elsewhere = Destination(2, f"{rig.adapter.name}:elsewhere")

    assert await rig.adapter.find(rig.destination, KEY, BEFORE) == (reference if rig.remembers else None)
    assert await rig.adapter.find(rig.destination, KEY[::-1], BEFORE) is None
    assert await rig.adapter.find(elsewhere, KEY, BEFORE) is None


async def test_a_platform_that_is_gone_raises_a_delivery_error_and_nothing_else(rig: Rig) -> None:
    await rig.adapter.start(QuietServices())
    reference = await rig.adapter.send(rig.destination, Alert(post()), KEY)
    rig.vanish()

    with pytest.raises(DeliveryError) as sending:
        await rig.adapter.send(rig.destination, Alert(post()), KEY)
    with pytest.raises(DeliveryError):
        await rig.adapter.edit(rig.destination, reference, Alert(post()), KEY)
    assert isinstance(sending.value, rig.gone)
    assert not isinstance(sending.value, PermanentError) or sending.value.scope is Scope.ADAPTER
    assert str(sending.value).endswith(".")


async def test_running_serves_until_it_is_cancelled(rig: Rig) -> None:
    await rig.adapter.start(QuietServices())
    running = asyncio.create_task(rig.adapter.run())
    if rig.types:
        await rig.say("/health")
    await asyncio.sleep(0)
    assert not running.done()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running

    assert running.cancelled()


async def test_it_closes_twice_and_without_start(rig: Rig) -> None:
    await rig.adapter.aclose()
    await rig.adapter.start(QuietServices())
    await rig.adapter.aclose()
    await rig.adapter.aclose()


@pytest.mark.parametrize(
    "message",
    [
        Alert(post(title=EVIL, summary=EVIL, author=EVIL, update=EVIL, filing=Filing((EVIL,), (EVIL,)))),
        Alert(post(title=EVIL), mention=EVIL, plain=True),
        Digest((post(title=EVIL), post(2)), EVIL),
        Notice(EVIL),
    ],
)
async def test_what_strangers_wrote_is_shown_as_text(rig: Rig, message: Message) -> None:
    await rig.adapter.start(QuietServices(answer=EVIL))
    with contextlib.suppress(PermanentError):  # there may be no such place
        await rig.adapter.send(Destination(7, f"{rig.adapter.name}:[/bold]\x1b[1m"), message, KEY)
    await rig.adapter.send(rig.destination, message, KEY)
    if rig.types:
        await rig.say("/find [red]x[/red] \x1b[31m")

    kinds = {unicodedata.category(char) for char in rig.raw().replace("\n", "")}
    assert kinds.isdisjoint({"Cc", "Cf", "Cs"})
    assert "[bold]b[/bold] [/] :bomb:" in rig.shown()
