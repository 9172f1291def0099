"""`/export` and `/forget me` on each platform: a file, then a click on a button, and no trace is left."""

from __future__ import annotations

import tomllib

from bot.text.opml import read_opml
from tests.acceptance.discord_place import Place
from tests.acceptance.process import FEED, Home
from tests.acceptance.publishing import draft, publish
from tests.acceptance.slack_place import SlackPlace, words_of
from tests.contracts.test_store_forgetting import cells


async def test_a_person_on_discord_leaves_no_trace(place: Place) -> None:
    alice, url = place.alice, place.home.database.url
    async with place.running() as bot:
        await place.connected(bot)
        await place.say(alice, place.news, "follow", categories="Trade")
        await place.say(place.boss, place.news, "alerts add", categories="Trade")
        publish(place.blog, draft(1, "Soy Is Back", "Trade"))
        await bot.until(lambda: place.all_sent(2))
        file = await (await place.discord.interact(alice, place.news, "export")).answer()
        (sent,) = [each.uploads["bystander.toml"] for each in place.discord.requests if each.uploads]
        before = [cell for cell in cells(url) if str(alice.id) in cell]
        asked = await (await place.discord.interact(alice, place.news, "forget", who="me")).answer()
        (button,) = [each for row in asked.components for each in row["components"]]
        done = await (await place.discord.click(alice, asked, button["custom_id"])).answer()
        after = [cell for cell in cells(url) if str(alice.id) in cell]

    assert {cell.partition(":")[0] for cell in before} >= {"destinations.address", "memory.key"}
    assert file.attachments[0]["filename"] == "bystander.toml"
    assert tomllib.loads(sent.decode())["subscriptions"][0]["include"] == ["Trade"]
    assert button["label"] == "Forget me"
    assert done.content.startswith("You are forgotten. Deleted: 1 subscription and 1 message on record.")
    assert after == []


async def test_a_person_on_slack_leaves_no_trace(slack_place: SlackPlace) -> None:
    place, alice, url = slack_place, slack_place.alice, slack_place.home.database.url
    async with place.running() as bot:
        await place.connected(bot)
        await place.say(alice, place.news, "/follow Trade")
        publish(place.blog, draft(1, "Soy Is Back", "Trade"))
        await bot.until(lambda: place.all_sent(1))
        await place.say(alice, place.news, "/export opml")
        (sent,) = place.slack.uploads.shared
        before = [cell for cell in cells(url) if alice.id in cell]
        asked = await place.type(alice, place.news, "/forget me")
        (row,) = [each for each in asked.answers[-1]["blocks"] if each["type"] == "actions"]
        (button,) = row["elements"]
        clicked = await place.slack.click(alice, asked.shown[-1], button["action_id"], value=button["value"])
        (answer,) = await clicked.answered()
        after = [cell for cell in cells(url) if alice.id in cell]

    assert {cell.partition(":")[0] for cell in before} >= {"destinations.address", "memory.key"}
    assert sent.data is not None
    assert [each.name for each in read_opml(sent.data)] == [FEED]
    assert "You are forgotten. Deleted: 1 subscription and 1 message on record." in words_of(answer)
    assert after == []


async def test_an_operator_forgets_somebody_who_asked_outside_of_chat(home: Home) -> None:
    await home.call("once")
    await home.call("command", "--as", "console:alice", "/follow Trade")
    told = await home.call("forget", "console:alice")
    kept = await home.call("export")
    done = await home.call("forget", "console:alice", "--yes")
    wrong = await home.call("forget", "alice")

    assert told.out.startswith("console:alice: It gets: Trade; at once, on the console.")
    assert "Nothing was deleted yet" in told.out
    assert "console:alice" in kept.out
    assert done.out == "console:alice is forgotten. Deleted: 1 subscription.\n"
    assert [cell for cell in cells(home.database.url) if "alice" in cell] == []
    assert (wrong.code, wrong.err.partition(";")[0]) == (2, "alice is no address such as console:alice")
