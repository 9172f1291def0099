"""The App Home is in step with what commands did, and holds up nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import pytest

from bot.model import Caller, CommandSpec, Reply, SuggestedAction
from tests.adapters.discord.rig import post
from tests.adapters.slack.talk_rig import Talk, buttons, talk, texts


class Follows:
    """A desk's answers of somebody who follows names."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)

    def answer(self, _caller: Caller, path: str, values: Mapping[str, str]) -> Reply:
        if path == "following":
            offers = [
                SuggestedAction(f"Unfollow {each}", "unfollow", (("categories", each),))
                for each in self.names
            ]
            return Reply(f"You get: {', '.join(self.names) or 'nothing'}.", offers=tuple(offers))
        if path == "unfollow":
            self.names.remove(values["categories"])
        elif path == "follow":
            self.names.append(values.get("line", values.get("categories", "")).removeprefix("/follow "))
        elif path == "latest":
            return Reply("The newest post:", (post(1),))
        return Reply(f"/{path} is done.")


@pytest.fixture
async def rig() -> AsyncIterator[Talk]:
    async with talk() as each:
        each.services.answer = Follows("Trade").answer
        yield each


async def test_the_home_shows_what_is_followed_and_the_newest_posts(rig: Talk) -> None:
    view = await rig.home()

    assert "You get: Trade." in texts(view)
    assert "Title 1" in texts(view)
    assert list(buttons(view)) == ["Follow more", "Unfollow Trade", "Settings", "Snooze"]
    assert "Health" not in texts(view)


@pytest.mark.parametrize("names", [("settings",), ("settings", "snooze"), ("snooze",)])
async def test_where_there_are_settings_the_home_shows_them_with_their_buttons(
    rig: Talk, names: tuple[str, ...]
) -> None:
    others = tuple(each for each in rig.services.commands if each.path not in ("settings", "snooze"))
    rig.services.commands = (*others, *(CommandSpec(name, "Yours") for name in names))
    view = await rig.home()
    labels = list(buttons(view))

    assert ("/settings is done." in texts(view)) is ("settings" in names)
    assert labels[2:] == [name.title() for name in names if "settings" in names]


async def test_a_button_of_the_settings_runs_its_command_and_shows_the_answer_on_top(rig: Talk) -> None:
    new = (CommandSpec("settings", "Yours"), CommandSpec("snooze", "Rest", changes=True))
    others = tuple(each for each in rig.services.commands if each.path not in ("settings", "snooze"))
    rig.services.commands = (*others, *new)
    await rig.restart()
    follows = rig.services.answer
    hour = SuggestedAction("Snooze an hour", "snooze", (("duration", "1h"),))
    rig.services.answer = lambda caller, path, values: (
        Reply("Quiet hours: none.", offers=(hour,)) if path == "settings" else follows(caller, path, values)
    )
    await rig.click(await rig.home(), "Snooze an hour")
    await rig.drain()

    assert rig.services.asked == [("snooze", {"duration": "1h"})]
    assert texts(rig.home_now()).startswith("/snooze is done.")


async def test_admins_also_see_the_channels_alerts_and_the_feeds_health(rig: Talk) -> None:
    view = await rig.home(rig.boss)

    assert "/alerts list is done." in texts(view)
    assert "/health is done." in texts(view)
    assert "Add alerts to a channel" in buttons(view)
    assert "/alerts list is done." not in texts(await rig.home(rig.alice))


async def test_an_admins_button_says_so_when_slack_does_not_tell_who_is_one(rig: Talk) -> None:
    view = await rig.home(rig.boss)
    await rig.restart()
    rig.server.faults.status("users.info", 503)
    await rig.click(view, "Add alerts to a channel", rig.boss)
    await rig.drain()

    assert "Slack does not tell at present who is an admin" in texts(rig.home_now(rig.boss))
    assert rig.server.calls_to("views.open") == []


async def test_after_a_command_the_home_is_in_step(rig: Talk) -> None:
    await rig.home()
    await rig.answer("/follow Media")
    await rig.drain()

    assert "You get: Trade, Media." in texts(rig.home_now())


async def test_a_command_that_changes_nothing_publishes_nothing(rig: Talk) -> None:
    await rig.answer("/latest")
    await rig.drain()

    assert rig.server.calls_to("views.publish") == []


@pytest.mark.parametrize("name", ["Trade", 'text:"export controls"', "author:Bo"])
async def test_a_button_of_the_home_takes_a_name_off_and_the_home_says_so(rig: Talk, name: str) -> None:
    rig.services.answer = Follows(name).answer
    view = await rig.home()
    await rig.restart()
    await rig.click(view, f"Unfollow {name}")
    await rig.drain()

    assert "/unfollow is done." in texts(view)
    assert "You get: nothing." in texts(view)
    assert list(buttons(view)) == ["Follow more", "Settings", "Snooze"]


async def test_changes_while_a_home_is_published_are_in_the_next_one(rig: Talk) -> None:
    rig.server.faults.delay("views.publish", 60)
    await rig.answer("/follow Media")
    await rig.until(lambda: rig.server.calls_to("views.publish"))
    for name in ("Energy", "Ports"):
        await rig.answer(f"/follow {name}")
    rig.server.faults.heal()
    await rig.drain()

    assert "You get: Trade, Media, Energy, Ports." in texts(rig.home_now())
    assert len(rig.server.calls_to("views.publish")) <= 3


async def test_a_home_that_slack_does_not_take_is_tried_again_and_holds_up_no_answer(rig: Talk) -> None:
    rig.conversation._home._sleep = _at_once
    rig.server.faults.ratelimit("views.publish", 1)
    rig.server.faults.status("views.publish", 503)
    answer = await rig.answer("/follow Media")
    await rig.drain()

    assert "/follow is done." in texts(answer)
    assert "You get: Trade, Media." in texts(rig.home_now())


async def test_a_home_that_cannot_be_published_ends_in_the_log(
    rig: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    rig.server.faults.error("views.publish", "not_enabled")
    await rig.answer("/follow Media")
    await rig.drain()
    await rig.answer("/follow Ports")
    await rig.drain()

    assert "An App Home is not up to date: The app has no Home tab" in caplog.text
    assert "Ports" in texts(rig.home_now())


async def test_the_tab_of_messages_publishes_nothing(rig: Talk) -> None:
    event = {"type": "app_home_opened", "user": rig.alice.id, "channel": "D0AAAAAAA", "tab": "messages"}
    await (await rig.server.event(rig.team, event)).acked()
    await rig.drain()

    assert rig.server.calls_to("views.publish") == []


async def _at_once(_seconds: float) -> None:
    return None
