"""Holds end by themselves once their cause is mended, and not before."""

from __future__ import annotations

import pytest

from tests.adapters.discord.rig import Rig, to
from tests.fakes.discord.basics import Bits
from tests.fakes.discord.people import Tag
from tests.fakes.discord.world import Channel


def addresses(*channels: Channel) -> list[str]:
    return [to(each).address for each in channels]


async def test_a_locked_thread_in_the_archive_resumes_when_it_is_unlocked(rig: Rig) -> None:
    thread = rig.guild.add_thread(rig.news)
    await rig.known(thread)
    thread.archive(locked=True)
    await rig.until(lambda: not rig.heard_of(thread))
    assert rig.services.reached == []
    thread.locked = False
    rig.server.world.emit("THREAD_UPDATE", thread)
    await rig.until(lambda: rig.services.reached)

    assert rig.services.reached == addresses(thread)


async def test_an_archived_thread_resumes_when_its_channel_may_be_seen_again(rig: Rig) -> None:
    thread, other = rig.guild.add_thread(rig.news), rig.guild.add_text("other")
    await rig.known(thread, other)
    rig.services.known = addresses(thread, other)
    rig.services.memory[f"discord:home:{rig.guild.id}:{thread.id}"] = "1"
    thread.archive()
    rig.news.deny(Bits.VIEW_CHANNEL, rig.guild.everyone)
    await rig.until(lambda: not rig.heard_of(thread))
    assert rig.services.reached == []
    rig.news.allow(Bits.VIEW_CHANNEL, rig.guild.everyone)
    await rig.until(lambda: rig.services.reached)

    assert rig.services.reached == addresses(thread)


@pytest.mark.parametrize("how", ["no tag is demanded", "a tag is added"])
async def test_a_forum_resumes_when_its_tags_allow_it(rig: Rig, how: str) -> None:
    forum = rig.guild.add_forum("posts", ["Nothing"], demands_tag=True)
    other = rig.guild.add_text("other")
    await rig.known(forum, other)
    rig.services.known = addresses(forum, other)
    if how == "a tag is added":
        forum.tags.append(Tag(rig.server.world.ids.place(), "Other"))
    else:
        forum.demands_tag = False
    rig.server.world.emit("CHANNEL_UPDATE", forum)
    await rig.until(lambda: rig.services.reached)

    assert rig.services.reached == addresses(forum)


async def test_a_channel_that_is_only_renamed_or_closed_resumes_nothing(rig: Rig) -> None:
    thread = rig.guild.add_thread(rig.news)
    await rig.known(thread)
    rig.services.known = addresses(rig.news, thread)
    rig.news.deny(Bits.EMBED_LINKS)
    rig.news.name = "renamed"
    rig.server.world.emit("CHANNEL_UPDATE", rig.news)
    await rig.until(lambda: (place := rig.heard_of(rig.news)) and place.name == "renamed")
    await (await rig.server.interact(rig.alice, rig.news, "health")).answer()

    assert rig.services.reached == []
