"""The same commands on every platform, answered alike: one script, said through every adapter, line by line.

What the console says, a JSON line an answer, is the measure. Elsewhere people read the same words and the
same posts, and the same is followed afterwards. Only what a platform writes in its own way is evened out, by
that platform's reader (`tests.contracts.*_platform`): its signs for channels and mentions, its escapes, its
pages, its lists of posts, and "by DM".
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from tests.commands.room import post_row
from tests.contracts.adapter_house import House, house
from tests.contracts.adapter_rig import Answer, Ask
from tests.contracts.adapter_script import IN_CHANNEL, LONG, SCRIPTS, Script
from tests.contracts.adapters import PLATFORMS
from tests.databases import Databases
from tests.fakes.blog import FaultyBlog

MEASURE, *OTHERS = PLATFORMS
BLOG = "http://blog"


@dataclass(frozen=True)
class Heard:
    """What came of one line: the answer, None where it cannot be asked, and what is followed then."""

    line: str
    answer: Answer | None
    followed: tuple[str, ...]


_measured: dict[str, list[Heard]] = {}


async def measured(script: str, databases: Databases) -> list[Heard]:
    """Return what the console says, which is the same beside every platform: its clock stands still."""
    if script not in _measured:
        async with FaultyBlog() as blog:
            _measured[script] = await played(MEASURE, SCRIPTS[script], databases, blog.url)
    return _measured[script]


async def played(name: str, script: Script, databases: Databases, blog: str = "") -> list[Heard]:
    """Say every line on a platform and deliver what comes of it. `blog`: the address of one that answers."""
    async with house(databases, name) as bot:
        return [await heard(bot, each, number, blog) for number, each in enumerate(script, 30)]


async def heard(bot: House, what: Ask | str, number: int, blog: str) -> Heard:
    """Say a line, or let a post come that bears this number. Every blog is called alike in what is heard."""
    answer, line = None, "a post comes"
    if isinstance(what, Ask):
        answer, line = await bot.platforms[0].ask(of_blog(what, blog)), f"{what.who}: {what.line}"
        if answer is not None and blog:
            answer = replace(answer, text=answer.text.replace(blog, BLOG))
    else:
        row = post_row(number, what, ("Trade", "Media"), ("TikTok",))
        await bot.room.publish(await bot.blog(), row)
    await bot.deliver()
    return Heard(line, answer, await bot.followed())


def of_blog(what: Ask, blog: str) -> Ask:
    """Return a line in which {blog} is the address of a blog."""
    options = {name: value.replace("{blog}", blog) for name, value in what.options.items() if name == "url"}
    return replace(what, line=what.line.replace("{blog}", blog), options={**what.options, **options})


def differences(measure: list[Heard], other: list[Heard], names: tuple[str, str]) -> str:
    """Return where two differ, line by line, "" for nowhere."""
    found = []
    for here, there in zip(measure, other, strict=True):
        pairs = [("is followed", "\n".join(here.followed), "\n".join(there.followed))]
        if here.answer is not None and there.answer is not None:
            pairs.append(("is read", here.answer.text, there.answer.text))
            pairs.append(("is listed", listed(here.answer), listed(there.answer)))
        for what, expected, actual in pairs:
            if expected != actual:
                found.append(f"{here.line}\n- {what} on {names[0]}:\n{expected}")
                found[-1] += f"\n- {what} on {names[1]}:\n{actual}"
    return "\n\n".join(found)


def listed(answer: Answer) -> str:
    """Return the posts of an answer, a line each."""
    return "\n".join(
        f"{each.number}. {each.title} | {each.link} | {each.filed} | {each.published:%Y-%m-%d %H:%M}"
        for each in answer.posts
    )


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("name", OTHERS)
async def test_every_line_is_answered_as_on_the_console(name: str, script: str, databases: Databases) -> None:
    measure = await measured(script, databases)
    async with FaultyBlog() as blog:
        other = await played(name, SCRIPTS[script], databases, blog.url)

    assert not (found := differences(measure, other, (MEASURE, name))), f"\n{found}"


async def test_what_is_said_of_a_channel_is_alike_where_there_are_channels(databases: Databases) -> None:
    names = ("discord", "slack")
    discord, slack = [await played(name, IN_CHANNEL, databases) for name in names]
    (why,) = [each.answer.text for each in discord if each.answer and each.line == "alice: /why"]

    assert not (found := differences(discord, slack, names)), f"\n{found}"
    assert "It was sent to you" in why
    assert "It was sent to this channel" in why


@pytest.mark.parametrize("name", [name for name in PLATFORMS if not name.startswith("console")])
async def test_an_answer_of_several_pages_can_be_turned_to_its_end(name: str, databases: Databases) -> None:
    (measure,) = await played(MEASURE, (LONG,), databases)
    (other,) = await played(name, (LONG,), databases)
    assert measure.answer is not None
    assert other.answer is not None

    assert other.answer.pages > 1
    assert other.answer.text == measure.answer.text


def without_zone(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Return the labels without the offer of the zone that Slack alone knows of a person."""
    return tuple(each for each in labels if each != "Use Europe/Amsterdam")


async def test_the_same_is_offered_below_an_answer_wherever_there_are_buttons(databases: Databases) -> None:
    discord = await played("discord", SCRIPTS["member"], databases)
    slack = await played("slack", SCRIPTS["member"], databases)
    offers = [
        [
            (each.line, labels)
            for each in found
            if each.answer is not None and (labels := without_zone(each.answer.buttons))
        ]
        for found in (discord, slack)
    ]

    assert offers[0] == offers[1]
    shown = [labels for _, labels in offers[0]]
    assert ("Unfollow China-U.S.",) in shown
    assert ("Use America/New_York", "Use Australia/Sydney") in shown
    assert ("Next page",) in shown
    assert ("Use Europe/Amsterdam",) in [each.answer.buttons for each in slack if each.answer is not None]
