"""How the parts of the bot do: whatever is wrong has its sentence, and what is well has none."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from bot.errors import StoreError
from bot.vitals import LONGEST_SILENCE, Vitals
from tests.contracts.adapters import Pinboard, QuietServices


@dataclass
class Part:
    """Platform health, outbox, poller, sandbox and web port in one, as the vitals see them."""

    closed: list[str] = field(default_factory=list)
    failing: list[str] = field(default_factory=list)
    refused: bool = False
    struggles: bool = False
    too_many: bool = False


class Mute(Pinboard):
    """An adapter that cannot even say whether it is connected."""

    @property
    def connected(self) -> bool:
        raise RuntimeError("a bug")

    @property
    def trouble(self) -> str:
        raise RuntimeError("another bug")


class Reserve(Pinboard):
    """An adapter that stands by; while `stands_by` is None, it cannot say whether it does."""

    state: bool | None = True

    @property
    def stands_by(self) -> bool:
        if self.state is None:
            raise RuntimeError("a bug")
        return self.state


class Talkative(Pinboard):
    """An adapter whose reason is of many lines."""

    @property
    def trouble(self) -> str:
        return "The token\nis refused. " + "x" * 1000


@dataclass
class Body:
    """Vitals of a bot with one chat, and the seconds that have passed."""

    board: Pinboard
    part: Part = field(default_factory=Part)
    at: float = 0.0

    def __post_init__(self) -> None:
        part = self.part
        self.vitals = Vitals(
            {"slack": self.board}, part, part, part, part, visitors=part, seconds=lambda: self.at
        )
        self.vitals.beat()

    @property
    def troubles(self) -> list[str]:
        return [each.trouble for each in self.vitals.parts() if each.trouble]


@pytest.fixture
async def body() -> Body:
    board = Pinboard("slack")
    await board.start(QuietServices())
    return Body(board)


async def test_what_is_well_has_no_trouble(body: Body) -> None:
    assert body.troubles == []


async def test_a_chat_that_is_not_connected_is_told_and_for_how_long(body: Body) -> None:
    await body.board.aclose()
    body.vitals.beat()
    assert body.troubles == [
        "Slack is not connected: no alert goes out there, and no command is heard. The board is not up."
    ]
    for _ in range(10):
        body.at += 50
        body.vitals.beat()
    assert body.troubles[0].startswith("Slack is not connected for 8 min: ")
    await body.board.start(QuietServices())
    body.vitals.beat()

    assert body.troubles == []


async def test_a_bot_that_does_not_run_has_no_parts_and_one_that_just_began_names_no_length_of_time() -> None:
    part, ticks = Part(), itertools.count()
    vitals = Vitals(
        {"slack": Pinboard("slack")},
        part,
        part,
        part,
        part,
        visitors=part,
        seconds=lambda: float(next(ticks)),
    )

    assert vitals.parts() == []  # `bystander command` runs no bot, and so has no trouble
    vitals.beat()
    assert [each.trouble for each in vitals.parts() if each.trouble] == [
        "Slack is not connected: no alert goes out there, and no command is heard. The board is not up."
    ]


async def test_an_adapter_that_cannot_say_whether_it_is_connected_is_not() -> None:
    (told,) = Body(Mute("slack")).troubles

    assert told == "Slack is not connected: no alert goes out there, and no command is heard."


async def test_the_reason_of_the_adapter_is_told_with_it_on_one_line() -> None:
    (told,) = Body(Talkative("slack")).troubles

    assert "no command is heard. The token is refused. xxx" in told
    assert len(told) < 400


async def test_a_chat_that_shut_us_out_is_told_of_elsewhere(body: Body) -> None:
    await body.board.aclose()
    body.part.closed.append("slack")

    assert body.troubles == []


async def test_a_chat_is_ready_while_it_is_connected_and_has_not_shut_us_out(body: Body) -> None:
    ready = body.vitals.readiness()
    body.part.closed.append("slack")
    shut = body.vitals.readiness()
    body.part.closed.clear()
    await body.board.aclose()

    assert (ready, shut, body.vitals.readiness()) == ({"slack": True}, {"slack": False}, {"slack": False})


def _failing(body: Body) -> None:
    body.part.failing.append("slack")


def _refused(body: Body) -> None:
    body.part.refused = True


def _struggles(body: Body) -> None:
    body.part.struggles = True


def _crowded(body: Body) -> None:
    body.part.too_many = True


def _house(body: Body) -> None:
    body.vitals.kept_house(StoreError("The disk is full."))


def _hangs(body: Body) -> None:
    body.at += LONGEST_SILENCE + 1


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (_failing, "Slack takes no messages for now"),
        (_refused, "The database refuses what is to be stored"),
        (_struggles, "The process that reads feeds was stopped several times"),
        (_house, "Housekeeping fails"),
        (_crowded, "The web port has more visitors than it can take"),
        (_hangs, "The loop that polls is dead"),
    ],
)
async def test_each_part_has_its_sentence(body: Body, happens: Callable[[Body], None], words: str) -> None:
    happens(body)

    assert len(body.troubles) == 1
    assert body.troubles[0].startswith(words)


async def test_housekeeping_that_fails_is_a_line_and_one_more_when_it_works(
    body: Body, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(5):
        body.vitals.kept_house(StoreError("The disk is full."))
    body.vitals.kept_house(None)
    body.vitals.kept_house(None)

    assert [line.partition(" after")[0] for line in caplog.messages] == [
        "Housekeeping does not work: The disk is full.",
        "Housekeeping works again",
    ]
    assert body.troubles == []


@pytest.mark.parametrize(("state", "told"), [(True, True), (False, False), (None, False)])
async def test_an_adapter_that_stands_by_is_told(state: bool | None, told: bool) -> None:  # noqa: FBT001
    board = Reserve("slack")
    board.state = state
    await board.start(QuietServices())
    body = Body(board)
    (chat, *_) = body.vitals.parts()

    assert (chat.stands_by, chat.trouble) == (told, "")
    assert body.vitals.readiness() == {"slack": True}
