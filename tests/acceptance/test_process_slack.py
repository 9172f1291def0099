"""The real bot on Slack, by socket and by HTTP: commands, alerts, the modal, the App Home."""

from __future__ import annotations

import pytest

from tests.acceptance.publishing import draft, publish
from tests.acceptance.slack_place import MODES, SlackPlace, words_of

pytestmark = pytest.mark.parametrize("slack_place", MODES, indirect=True)


@pytest.mark.cold
async def test_follow_publish_alert(slack_place: SlackPlace) -> None:
    place = slack_place
    async with place.running() as bot:
        await place.connected(bot)
        answer = await place.say(place.alice, place.news, "/follow China-U.S.")
        publish(place.blog, draft(1, "Soy Is Back", "China-U.S.", "Trade", tags=["Brazil"]))
        publish(place.blog, draft(2, "Box Office", "Media", tags=["China-U.S."]))
        await bot.until(lambda: place.titles(place.dm(place.alice)))
        (message,) = place.alerts(place.dm(place.alice))

    assert answer.startswith("You now get: China-U.S.; at once, by DM.")
    assert message.blocks[0]["text"]["text"] == "Soy Is Back"
    assert "Filed under China-U.S., Trade" in words_of(message.blocks)
    assert "Follow China-U.S." in words_of(message.blocks)
    assert message.arguments["unfurl_links"] is False
    assert place.titles(place.dm(place.alice)) == ["Soy Is Back"]


async def test_a_channel_gets_alerts_by_an_admins_word_only(slack_place: SlackPlace) -> None:
    place = slack_place
    async with place.running() as bot:
        await place.connected(bot)
        refused = await place.say(place.alice, place.news, "/alerts add Trade")
        done = await place.say(place.boss, place.news, "/bystander alerts add Trade")
        publish(place.blog, draft(1, "Soy Is Back", "Trade"))
        await bot.until(lambda: place.titles(place.news))

    assert "Only admins may use /alerts add" in refused
    assert "This channel now gets: Trade" in done
    assert place.titles(place.news) == ["Soy Is Back"]


async def test_a_private_channel_asks_for_an_invitation_first(slack_place: SlackPlace) -> None:
    place = slack_place
    attic = place.team.add_channel("attic", private=True)
    async with place.running() as bot:
        await place.connected(bot)
        before = await place.say(place.boss, attic, "/alerts add Trade")
        attic.invite_bot()
        after = await place.say(place.boss, attic, "/alerts add Trade")

    assert "/invite @" in before
    assert "This channel now gets: Trade" in after


async def test_a_bare_follow_opens_a_modal_that_follows(slack_place: SlackPlace) -> None:
    place, slack = slack_place, slack_place.slack
    async with place.running() as bot:
        await place.connected(bot)
        publish(place.blog, draft(1, "Rare Earths", "Rare Earths"))
        await bot.until(lambda: "Rare Earths" in place.home.titles())
        deed = await slack.command(place.alice, place.news, "/follow", "")
        await deed.acked()
        modal = await slack.wait_for_modal(place.alice)
        menu = next(
            each["element"]["action_id"]
            for each in modal.blocks
            if each.get("element", {}).get("type") == "multi_external_select"
        )
        offered = await slack.options(place.alice, modal, menu, "rare")
        submitted = await slack.submit(place.alice, modal, {menu: offered[:1]})
        await submitted.acked()
        await bot.until(lambda: place.home.rows("SELECT 1 FROM subscriptions"))
        state = await place.say(place.alice, place.news, "/following")

    assert [str(each) for each in offered[:1]] == ["Rare Earths"]
    assert slack.modal(place.alice) is None
    assert "Rare Earths; at once, by DM" in state


async def test_the_app_home_is_in_step_with_what_commands_did(slack_place: SlackPlace) -> None:
    place, slack = slack_place, slack_place.slack

    def home() -> str:
        view = slack.home(place.alice)
        return words_of(view.blocks) if view else ""

    async with place.running() as bot:
        await place.connected(bot)
        await (await slack.open_home(place.alice)).acked()
        await bot.until(lambda: "You follow nothing" in home())
        await place.say(place.alice, place.news, "/follow Trade")
        await bot.until(lambda: "Unfollow Trade" in home())
        view = slack.home(place.alice)
        assert view is not None
        button = next(
            each
            for block in view.shown_blocks
            for each in [block.get("accessory"), *block.get("elements", ())]
            if each and "Unfollow Trade" in words_of(each)
        )
        deed = await slack.click(place.alice, view, button["action_id"], value=button.get("value"))
        await deed.acked()
        await bot.until(lambda: "You follow nothing" in home())
        state = await place.say(place.alice, place.news, "/following")

    assert "You follow nothing" in state


async def test_an_edit_of_a_post_changes_the_message(slack_place: SlackPlace) -> None:
    place = slack_place
    async with place.running() as bot:
        await place.connected(bot)
        spots = await place.everywhere()
        publish(place.blog, draft(1, "Soy Is Back", "Trade"))
        await bot.until(lambda: all(place.titles(spot) for spot in spots))
        place.blog.blog.edit(2001, title="Soy Is Gone")
        await bot.until(lambda: all(place.titles(spot) == ["Soy Is Gone"] for spot in spots))

    assert all(each.edited for spot in spots for each in place.alerts(spot))
