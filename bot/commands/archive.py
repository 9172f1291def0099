"""/categories, /latest and /find: the known categories and posts."""

from __future__ import annotations

from bot.commands.declaration import Call
from bot.commands.known import known_lines, vocabulary
from bot.commands.resolve import resolve_one
from bot.commands.subscribe import chosen_feed
from bot.commands.wording import counted, post_lines, quoted, term_word
from bot.model import EVERYTHING, Kind, Reply

LATEST = 5  # posts when no number is given
FOUND = 5


async def categories(call: Call) -> Reply:
    """List the categories (or the tags) of the feeds, those with most posts first."""
    feed = await chosen_feed(call)
    kind = Kind.TAG if call.text("show") == "tags" else Kind.CATEGORY
    return Reply("\n".join(await known_lines(call.store, kind, feed)))


async def latest(call: Call) -> Reply:
    """List the newest posts, of one category if one is named."""
    key, words = EVERYTHING, ""
    if typed := call.text("category"):
        key, name = resolve_one(typed, await vocabulary(call.store, typed), call.command.path)
        words = f" under {term_word(key, name)}" if key != EVERYTHING else ""
    number = int(call.text("count") or LATEST)
    posts = await call.store.latest(number, None if key == EVERYTHING else key)
    if not posts:
        return Reply(f"No posts are known yet{words}.")
    head = (
        f"The newest {counted(len(posts), 'post')}{words}:" if len(posts) > 1 else f"The newest post{words}:"
    )
    return Reply("\n".join([head, *post_lines(posts, call.zone)]), posts=tuple(posts))


async def find(call: Call) -> Reply:
    """Search the stored posts."""
    words = call.required("words")
    found = await call.store.find(words, FOUND)
    posts = found.posts
    if not posts:
        return Reply(f"No post has all of {quoted(words)}. Try fewer or shorter words.")
    if found.best_first:
        head = f"{counted(len(posts), 'post')} for {quoted(words)}, best first:"
    else:
        head = f"The newest {counted(len(posts), 'post')} of very many for {quoted(words)}:"
    return Reply("\n".join([head, *post_lines(posts, call.zone)]), posts=posts)
