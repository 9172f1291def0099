"""/alerts style: the form of the alerts for a channel."""

from __future__ import annotations

from dataclasses import replace

from bot.commands.address import chosen_channel
from bot.commands.declaration import Call
from bot.commands.timing import nothing_yet
from bot.commands.wording import ended, filing_words, quoted, title_words
from bot.model import Post, Preferences, Reply, Style

FORMS = {
    Style.FULL: "a card with summary, picture and buttons",
    Style.COMPACT: "one line, the linked title and its categories",
    Style.TITLE: "the linked title alone",
}
PLACES = ("above", "below")  # where a mention stands


async def style(call: Call) -> Reply:
    """Set the form of the alerts for a channel, and where a mention stands."""
    chosen = Style(call.required("style"))
    target = chosen_channel(call)
    before = await call.store.preferences(target.address)
    place = call.text("place")
    after = replace(before, style=chosen, mention_last=place == "below" if place else before.mention_last)
    if after != before:
        await call.store.set_preferences(target.address, after, call.now, by=call.caller.address)
    newest = await call.store.latest(1)
    newest_words = [_preview(post, after.style) for post in newest]
    words = [f"{target.subject} {_form(after)}.", *newest_words]
    if not await call.store.subscriptions(target.address, channel=True):
        words.append(nothing_yet(target))
    return Reply("\n".join(words))


def _form(preferences: Preferences) -> str:
    words = f"has the style {preferences.style} for its alerts: {FORMS[preferences.style]}. Mentions stand "
    if preferences.mention_last and preferences.style is Style.FULL:
        return f"{words}below them, or above where the platform shows no text below a card"
    return f"{words}{PLACES[preferences.mention_last]} them"


def _preview(post: Post, chosen: Style) -> str:
    """Return in words how the next alert looks, by the example of a post."""
    title, filed = title_words(post), filing_words(post.filing)
    shown = {
        Style.FULL: f"{title}, filed under {filed}, with its summary",
        Style.COMPACT: f"{title} \u00b7 {filed}",
        Style.TITLE: title,
    }[chosen]
    return ended(f"The next alert looks so: {quoted(shown, 300)}")
