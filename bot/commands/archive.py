"""/categories, /latest, /digest and /find: the known categories and posts."""

from __future__ import annotations

from bot.commands.declaration import Call, RefusedError
from bot.commands.known import known_lines, vocabulary
from bot.commands.paging import numbered, page_of, page_offers
from bot.commands.resolve import resolve_one
from bot.commands.subscribe import chosen_feed
from bot.commands.when import since_start
from bot.commands.wording import moment, post_lines, quoted, term_word
from bot.errors import UsageError
from bot.model import EVERYTHING, Kind, Reply
from bot.text.counting import counted

LATEST = 5  # posts when no number is given
FOUND = 5
DIGEST = 10  # posts of a page of /digest


async def categories(call: Call) -> Reply:
    """List the categories (or the tags) of the feeds, those with most posts first."""
    feed = await chosen_feed(call)
    kind = Kind.TAG if call.text("show") == "tags" else Kind.CATEGORY
    return Reply("\n".join(await known_lines(call.store, kind, feed)))


async def latest(call: Call) -> Reply:
    """List the newest posts, of one category and since a time if they are named, page by page."""
    key, words = EVERYTHING, ""
    if typed := call.text("category"):
        key, name = resolve_one(typed, await vocabulary(call.store, typed), call.command.path)
        words = f" under {term_word(key, name)}" if key != EVERYTHING else ""
    since = since_start(call.text("since"), call.now, call.zone) if call.text("since") else None
    words += f" since {moment(since, call.zone)}" if since else ""
    number, page = int(call.text("count") or LATEST), page_of(call)
    skip = number * (page - 1)
    found = await call.store.latest(number + 1, None if key == EVERYTHING else key, since=since, skip=skip)
    posts = found[:number]
    offers = page_offers(call, more=len(found) > number, beyond=not posts)
    if not posts:
        none = (
            "No more posts are known"
            if skip
            else "No posts are known yet"
            if not since
            else "No posts are known"
        )
        return Reply(f"{none}{words}.", offers=offers)
    head = f"The newest {counted(len(posts), 'post') if len(posts) > 1 else 'post'}{words}:"
    if skip:
        head = f"{numbered(skip, len(posts))}{words}:"
    lines = post_lines(posts, call.zone, skip + 1)
    return Reply("\n".join([head, *lines]), posts=tuple(posts), offers=offers, first=skip + 1)


async def digest(call: Call) -> Reply:
    """List the posts of a message with several, page by page: the one of a number, else the newest."""
    number = int(call.text("number")) if call.text("number") else None
    sent = await call.store.sent_digest([call.caller.address, call.caller.place], number)
    if sent is None:
        raise UsageError(
            "There is no such message here." if number else "No message with several posts was sent here yet."
        )
    skip = DIGEST * (page_of(call) - 1)
    posts, known = sent.posts[skip : skip + DIGEST], {"number": str(sent.number)}
    offers = page_offers(call, more=len(sent.posts) > skip + DIGEST, values=known)
    if not posts:
        last = -(-len(sent.posts) // DIGEST)
        problem = f"That message has {counted(len(sent.posts), 'post')}. Nearest: page:{last}."
        raise RefusedError(problem, page_offers(call, more=False, beyond=True, values=known))
    head = f"{numbered(skip, len(posts))} of {len(sent.posts)} in that message, newest first:"
    lines = post_lines(posts, call.zone, skip + 1)
    return Reply("\n".join([head, *lines]), posts=posts, offers=offers, first=skip + 1)


async def find(call: Call) -> Reply:
    """Search the stored posts."""
    words = call.required("words")
    found = await call.store.find(words, FOUND + 1)
    posts = found.posts[:FOUND]
    if not posts:
        return Reply(f"No post has all of {quoted(words)}. Try fewer or shorter words.")
    if found.best_first and len(found.posts) > FOUND:
        head = f"The best {counted(len(posts), 'post')} for {quoted(words)}; more words find others:"
    elif found.best_first:
        head = f"{counted(len(posts), 'post')} for {quoted(words)}, best first:"
    else:
        head = f"The newest {counted(len(posts), 'post')} of very many for {quoted(words)}:"
    return Reply("\n".join([head, *post_lines(posts, call.zone)]), posts=posts)
