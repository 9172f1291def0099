"""/export and /alerts export: what a person follows, or a channel gets, as a file."""

from __future__ import annotations

from bot.commands.address import chosen_channel
from bot.commands.declaration import Call
from bot.commands.document import brief_feed_table, has_set, outlines, toml, watched_only
from bot.commands.state import Target
from bot.model import Attachment, Feed, Reply, Subscription
from bot.text.counting import counted

TOML, OPML = "toml", "opml"
FORMATS = (TOML, OPML)
_HEADING = "What Bystander has of {}; whoever runs a bot reads it back by `bystander import`."


async def export(call: Call) -> Reply:
    """Give the person who asks a file of what they follow and have set."""
    return await exported(call, Target(call.caller.address), call.text("format"))


async def channel_export(call: Call) -> Reply:
    """Give an admin a file of what a channel gets and what is set for it."""
    return await exported(call, chosen_channel(call), call.text("format"))


async def exported(call: Call, target: Target, form: str) -> Reply:
    """Return the answer with the file. `form`: one of FORMATS, "" for the first."""
    form = form or TOML
    feeds = await call.store.feeds()
    found = await call.store.subscriptions(target.address, channel=target.is_channel)
    subscriptions, others = watched_only(found, feeds)
    preferences = await call.store.preferences(target.address)
    if not subscriptions and (form == OPML or not has_set(preferences)):
        return Reply(f"There is nothing to export: {target.object} follow{target.ending} nothing.")
    if form == OPML:
        text, what = _opml(subscriptions, feeds), "feeds, with the names that are followed as categories"
    else:
        reached = [feed for feed in feeds if any(each.feed_id in (None, feed.id) for each in subscriptions)]
        tables = [brief_feed_table(feed.settings) for feed in reached]
        text = toml(_HEADING.format(target.address), tables, subscriptions, {target.address: preferences})
        what = f"{counted(len(subscriptions), 'subscription')} and the settings"
    name = f"bystander.{form}"
    words = f"{name} has what {target.object} follow{target.ending}: {what}."
    if others:
        words += f" {counted(others, 'subscription')} of feeds that are no longer watched cannot be in it."
    return Reply(words, attachment=Attachment(name, text))


def _opml(subscriptions: list[Subscription], feeds: list[Feed]) -> str:
    from bot.text.opml import write_opml  # noqa: PLC0415 -- brings lxml

    return write_opml(outlines(subscriptions, feeds))
