"""What goes wrong between the real bot and Slack: every alert is there once, and recorded as sent."""

from __future__ import annotations

import pytest

from tests.acceptance.publishing import draft, publish, publish_all
from tests.acceptance.slack_place import MODES, SlackPlace
from tests.fakes.slack.world import Channel

POST = "chat.postMessage"


def check_once(place: SlackPlace, spots: list[Channel], *titles: str) -> None:
    """Every place has every title once, and it is that very message of which the bot keeps the reference."""
    references = {reference for (reference,) in place.home.rows("SELECT reference FROM deliveries")}
    alerts = [message for spot in spots for message in place.alerts(spot)]

    assert [place.titles(spot) for spot in spots] == [list(titles)] * len(spots)
    assert {f"{message.channel_id}/{message.ts}" for message in alerts} <= references
    assert place.slack.faults.pending == 0


@pytest.mark.slow
async def test_a_message_whose_answer_was_lost_comes_once(slack_place: SlackPlace) -> None:
    place = slack_place
    async with place.running() as bot:
        await place.connected(bot)
        spots = await place.everywhere()
        place.slack.faults.lose_answer(POST, times=len(spots))
        publish(place.blog, draft(1, "Soy Is Back", "Trade"))
        await bot.until(lambda: place.all_sent(len(spots)))

    check_once(place, spots, "Soy Is Back")
    asked = [each for each in place.slack.calls_to(POST) if "Soy Is Back" in str(each.arguments)]
    assert len(asked) == len(spots)


@pytest.mark.slow
async def test_a_lost_message_is_looked_for_until_the_search_was_answered(slack_place: SlackPlace) -> None:
    place = slack_place
    async with place.running() as bot:
        await place.connected(bot)
        await place.add_alerts(place.vault)
        place.slack.faults.lose_answer(POST)
        place.slack.faults.status("conversations.history", 503)
        publish(place.blog, draft(1, "Soy Is Back", "Trade"))
        await bot.until(lambda: place.all_sent(1))

    check_once(place, [place.vault], "Soy Is Back")


@pytest.mark.slow
async def test_where_the_bot_is_no_member_a_lost_message_waits_for_its_invitation(
    slack_place: SlackPlace,
) -> None:
    place = slack_place
    place.home.settings["admins"] = {"slack": [place.boss.id]}
    square = place.team.add_channel("square")
    async with place.running() as bot:
        await place.connected(bot)
        await place.add_alerts(square)
        place.slack.faults.lose_answer(POST)
        titles = publish_all(place.blog, ["One", "Two"], "Trade")
        await bot.until(lambda: place.slack.messages(place.boss))
        told = place.slack.messages(place.boss)[0].text
        square.invite_bot()
        event = {"type": "member_joined_channel", "user": place.team.bot_user_id, "channel": square.id}
        await (await place.slack.event(place.team, event)).acked()
        await bot.until(lambda: place.all_sent(2))

    assert "/invite @bystander" in told
    check_once(place, [square], *titles)


@pytest.mark.slow
async def test_faults_of_slack_are_tried_again(slack_place: SlackPlace) -> None:
    place = slack_place
    async with place.running() as bot:
        await place.connected(bot)
        spots = await place.everywhere()
        place.slack.faults.status(POST, 500)
        place.slack.faults.status(POST, 503)
        place.slack.faults.drop(POST)
        place.slack.faults.error(POST, "fatal_error")
        publish(place.blog, draft(1, "Soy Is Back", "Trade"))
        await bot.until(lambda: place.all_sent(len(spots)))

    check_once(place, spots, "Soy Is Back")


@pytest.mark.slow
async def test_a_storm_of_429_delays_and_loses_nothing(slack_place: SlackPlace) -> None:
    place = slack_place
    async with place.running() as bot:
        await place.connected(bot)
        spots = await place.everywhere()
        place.slack.faults.ratelimit(POST, 1, times=4)
        titles = publish_all(place.blog, ["One", "Two"], "Trade")
        await bot.until(lambda: place.all_sent(len(spots) * len(titles)))
    refused = [each for each in place.slack.calls_to(POST) if each.status == 429]

    check_once(place, spots, *titles)
    assert len(refused) <= 4


async def test_a_message_that_slack_refuses_comes_as_title_and_link_and_holds_up_nobody(
    slack_place: SlackPlace,
) -> None:
    place = slack_place
    async with place.running() as bot:
        await place.connected(bot)
        await place.add_alerts(place.news)
        place.slack.faults.error(POST, "invalid_blocks")
        publish_all(place.blog, ["One", "Two"], "Trade")
        await bot.until(lambda: place.all_sent(2))
    first, second = place.slack.messages(place.news)

    assert (first.blocks, "One" in first.text, "<http" in first.text) == ([], True, True)
    assert place.titles(place.news) == ["Two"]
    assert second.blocks


@pytest.mark.parametrize("slack_place", MODES, indirect=True)
async def test_an_archived_channel_is_parked_told_once_and_resumes(slack_place: SlackPlace) -> None:
    place = slack_place
    place.home.settings["admins"] = {"slack": [place.boss.id]}
    async with place.running() as bot:
        await place.connected(bot)
        await place.add_alerts(place.news)
        place.news.archived = True
        titles = publish_all(place.blog, ["One", "Two"], "Trade")
        await bot.until(lambda: place.home.states() == ["parked", "parked"])
        told = place.slack.messages(place.boss)
        await bot.until(lambda: place.slack.messages(place.boss))
        place.news.archived = False
        answer = await place.say(place.boss, place.news, "/alerts resume")
        await bot.until(lambda: place.titles(place.news) == titles)
        told = place.slack.messages(place.boss)

    assert "Resumed" in answer
    assert len([each for each in told if "archived" in each.text]) == 1


async def test_a_deleted_channel_ends_its_alerts_and_an_admin_is_told(slack_place: SlackPlace) -> None:
    place = slack_place
    place.home.settings["admins"] = {"slack": [place.boss.id]}
    async with place.running() as bot:
        await place.connected(bot)
        await place.add_alerts(place.news)
        event = {"type": "channel_deleted", "channel": place.news.id}
        place.news.delete()
        await (await place.slack.event(place.team, event)).acked()
        await bot.until(lambda: place.slack.messages(place.boss))
        await bot.until(lambda: not place.home.rows("SELECT 1 FROM subscriptions"))  # told first, then done

    assert "ended" in place.slack.messages(place.boss)[0].text


@pytest.mark.slow
async def test_no_command_is_lost_while_connections_come_and_go(slack_place: SlackPlace) -> None:
    place, slack = slack_place, slack_place.slack
    async with place.running() as bot:
        await place.connected(bot)
        for round_number in range(4):
            await slack.wait_for_connections(2)
            if round_number % 2:
                await slack.sockets.reset()
                await slack.wait_for_connections()
            else:
                await slack.sockets.refresh()
            assert "You now get: Trade" in await place.say(place.alice, place.news, "/follow Trade")
            assert "You follow nothing" in await place.say(place.alice, place.news, "/unfollow Trade")
        slack.sockets.duplicate_next()
        await place.say(place.alice, place.news, "/follow Trade")

    assert len([each for each in slack.ephemerals(place.alice) if "Trade" in each.text]) == 5


async def test_a_wrong_token_is_one_sentence_and_exit_1(slack_place: SlackPlace) -> None:
    place = slack_place
    place.home.settings["console"]["enabled"] = False
    for name, token in {"SLACK_BOT_TOKEN": "xoxb-1-wrong", "SLACK_APP_TOKEN": "xapp-1-wrong"}.items():
        ended = await place.home.call("run", env=place.env | {name: token})

        assert ended.code == 1
        assert name in ended.err
        assert token not in ended.err
    place.slack.take_violations()


async def test_swapped_tokens_are_told_before_anything_is_written(slack_place: SlackPlace) -> None:
    place = slack_place
    swapped = {"SLACK_BOT_TOKEN": place.slack.app_token, "SLACK_APP_TOKEN": place.team.bot_token}
    for command in ("run", "check"):
        ended = await place.home.call(command, env=place.env | swapped)

        assert ended.code == 2
        assert "SLACK_APP_TOKEN: holds the token for SLACK_BOT_TOKEN" in ended.err
        assert "SLACK_BOT_TOKEN: holds the token for SLACK_APP_TOKEN" in ended.err
    assert place.home.database.untouched()


async def test_missing_tokens_are_told_together_and_nothing_is_written(slack_place: SlackPlace) -> None:
    place = slack_place
    ended = await place.home.call("run")

    assert ended.code == 2
    assert "SLACK_APP_TOKEN" in ended.err
    assert "SLACK_BOT_TOKEN" in ended.err
    assert place.home.database.untouched()


async def test_a_token_that_is_revoked_later_shuts_slack_and_nothing_else(slack_place: SlackPlace) -> None:
    place = slack_place
    async with place.running() as bot:
        await place.connected(bot)
        await place.add_alerts(place.news)
        await bot.follow("ann Trade")
        place.team.revoke()
        publish(place.blog, draft(1, "Soy Is Back", "Trade"))
        await bot.alerted(1, "ann")
        await bot.until(lambda: bot.of("notice", "boss"))
        health = await bot.say("/health")
        told = bot.of("notice", "boss")
    states = sorted(place.home.states())

    assert "SLACK_BOT_TOKEN" in bot.log
    assert health.startswith("Nothing goes out on slack.")
    assert [each["text"].partition(":")[0] for each in told] == ["Nothing goes out on slack"]
    assert states in (["parked", "sent"], ["pending", "sent"])
    place.slack.take_violations()


async def test_slack_out_of_reach_holds_up_no_other_platform_and_comes_back(slack_place: SlackPlace) -> None:
    place, slack = slack_place, slack_place.slack
    async with place.running() as bot:
        await place.connected(bot)
        await place.add_alerts(place.news)
    port = slack.port
    await slack.stop()
    async with place.running() as bot:
        await bot.ready()
        await bot.polls(place.blog, 2)
        await bot.follow("ann Trade")
        publish(place.blog, draft(1, "Soy Is Back", "Trade"))
        await bot.alerted(1, "ann")
        assert place.titles(place.news) == []
        await slack.start(port)
        await bot.until(lambda: place.titles(place.news) == ["Soy Is Back"])
        await slack.wait_for_connections()
        await place.say(place.alice, place.news, "/following")

    assert place.titles(place.news) == ["Soy Is Back"]
