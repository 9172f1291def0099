"""/follow, /unfollow and /following: the subscriptions of a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.commands.declaration import Call
from bot.commands.export import exported
from bot.commands.known import known_lines, vocabulary
from bot.commands.resolve import resolve
from bot.commands.state import Target
from bot.commands.subscribe import add, chosen_cadence, chosen_feed, take_off
from bot.commands.timing import state_of, zone_offers
from bot.commands.wording import show, term_word
from bot.match import in_order
from bot.model import EVERYTHING, Cadence, Kind, Reply, Subscription, SuggestedAction
from bot.text.spelling import spelled_key


async def follow(call: Call) -> Reply:
    """Send posts of some categories to the person who asks."""
    if "categories" not in call.values:
        lines = await known_lines(call.store, Kind.CATEGORY)
        return Reply("\n".join([f"Usage: {call.command.usage}", *lines]), ok=False)
    feed = await chosen_feed(call)
    typed = call.text("categories")
    known = await vocabulary(call.store, typed, feed)
    wanted = resolve(typed, known, call.command.path, new=bool(call.text("new")), may_be_new=True)
    cadence = chosen_cadence(call)
    reply = await add(call, Target(call.caller.address), wanted, feed, cadence=cadence)
    if cadence in (None, Cadence.NOW):
        return reply
    return replace(reply, offers=zone_offers(call, await call.store.preferences(call.caller.address)))


async def unfollow(call: Call) -> Reply:
    """Stop sending posts of some categories, or of all."""
    if "categories" not in call.values:
        return Reply(f"Usage: {call.command.usage}\n{(await following(call)).text}", ok=False)
    feed = await chosen_feed(call)
    return await take_off(call, Target(call.caller.address), call.text("categories"), feed)


async def following(call: Call) -> Reply:
    """List the subscriptions of the person who asks, or give them as a file."""
    if call.text("export"):
        return await exported(call, Target(call.caller.address), call.text("export"))
    subscriptions = await call.store.subscriptions(call.caller.address, channel=False)
    words = await state_of(call, Target(call.caller.address), subscriptions)
    if not subscriptions:
        return Reply(f"{words} To begin: /follow CATEGORIES; /categories lists them.")
    return Reply(words, offers=unfollow_offers(subscriptions))


def unfollow_offers(subscriptions: Sequence[Subscription]) -> tuple[SuggestedAction, ...]:
    """Return an offer to unfollow each followed name, limited to the feed of its subscription."""
    found: dict[SuggestedAction, None] = {}
    for each in subscriptions:
        for key in in_order(each.filter.include):
            name = each.filter.labels.get(key, key[2:])
            word = "everything" if key == EVERYTHING else term_word(key, name)
            feed = (("feed", each.feed),) if each.feed else ()
            of_feed = f" ({show(each.feed)})" if each.feed else ""
            values = (("categories", spelled_key(key, name)), *feed)
            found[SuggestedAction(f"Unfollow {word}{of_feed}", "unfollow", values)] = None
    return tuple(found)
