"""Renders messages and answers as cards within Discord's limits; texts of others are escaped. Pure.

Limits: documentation, resources/message (Create Message, Embed Limits), components/reference, and
resources/channel for names of threads. Lengths are counted in UTF-16 units, the largest of the usual counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC
from itertools import accumulate
from typing import Any

from adapters.discord.messages.markdown import cost, day, escape, link
from bot.model import Alert, Digest, Kind, Message, Notice, Post, Reply
from bot.text.normalize import term_key
from bot.text.sanitize import visible
from bot.text.spelling import spelled
from bot.text.truncate import clip, clip_sentences, headline, joined, packed, pages, units
from bot.text.urls import web_link

CONTENT, THREAD = 2000, 100
TITLE, DESCRIPTION, VALUE, AUTHOR = 256, 4096, 1024, 256
FOOTER = 200  # Discord allows 2048, but all parts of an embed together must stay below 6000
LABEL, CUSTOM_ID = 80, 100
COLOUR = 0x3B6EA5
_MOST_ROLES = 10  # of one message
EVERYONE = "@everyone"  # how a subscription's mention names the role that everybody has

_UPDATE = 1000  # of the description
_NAME = 100  # of one category
_UNTITLED = "Untitled post"
_LISTED = 150  # of a title in a list
_PLAIN = 700  # of a title that stands alone
_LONGEST_LINK = 1000  # in content, which has little room
_FOLLOWED = 2  # categories of a post that get a button
_ROW, _BUTTON, _MENU = 1, 2, 3  # types of components
_SECONDARY, _LINK_STYLE = 2, 5
_PER_ROW = 5
MOST_OPTIONS, _LONGEST_OPTION = 25, 100  # of a menu
_LONGEST_CHOICE = 1000  # most characters of one value of a command
_NEW = "New posts"
_ROLE = re.compile(r"<@&([1-9][0-9]{0,18})>")


@dataclass(frozen=True, slots=True)
class Button:
    """A button. With `url` it opens a page; otherwise Discord sends its `custom_id` on a click."""

    label: str
    url: str = ""
    custom_id: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu with any number of choices; Discord sends them with `custom_id`."""

    custom_id: str
    prompt: str
    options: tuple[str, ...]

    @property
    def choices(self) -> list[str]:
        """The options that are short enough, up to the most that Discord shows."""
        return [each for each in self.options if 0 < units(each) <= _LONGEST_OPTION][:MOST_OPTIONS]

    @property
    def most(self) -> int:
        """How many may be chosen so that even the longest names, joined by commas, fit one value."""
        longest = sorted((len(each) + len(", ") for each in self.choices), reverse=True)
        return sum(total <= _LONGEST_CHOICE for total in accumulate(longest))


@dataclass(frozen=True, slots=True)
class Card:
    """The contents of one message. `mention_roles`: the roles that a mention in `content` may notify."""

    content: str = ""
    embeds: tuple[dict[str, Any], ...] = ()
    buttons: tuple[Button, ...] = ()
    mention_roles: tuple[int, ...] = ()
    menu: Menu | None = None


def card(message: Message, *, key: str = "") -> Card:
    """Return a message as a card.

    `key`, the attempt key, ends the custom id of an alert's "Why me?" button. Other cards have no button.
    """
    if isinstance(message, Notice):
        return Card(_lines(clip(_visible_lines(message.text), CONTENT, _cost_of_lines)) or "…")
    mention, roles = _mention(message.mention)
    if isinstance(message, Digest):
        if message.plain:
            return Card(_plain_digest(message, mention), mention_roles=roles)
        return Card(mention, (_digest(message),), mention_roles=roles)
    why = Button("Why me?", custom_id=f"w:{key}")
    if message.plain:
        return Card(_stacked(mention, _plain(message.post, _PLAIN)), (), (why,), roles)
    return Card(mention, (_embed(message.post),), (*_follow_buttons(message.post), why), roles)


def reply_pages(reply: Reply) -> tuple[Card, ...]:
    """Return an answer in pages, at least one.

    Posts are rendered from `reply.posts` below the text's first line. Other lines of the text, which list
    the posts for other platforms, are left out.
    """
    if not reply.posts:
        text = _visible_lines(reply.text)
        return tuple(Card(_lines(page) or "…") for page in pages(text, CONTENT, _cost_of_lines))
    several = len({post.feed for post in reply.posts}) > 1
    entries = [
        f"**{number}.** {_entry(post, with_feed=several)}" for number, post in enumerate(reply.posts, 1)
    ]
    heading = _text(reply.text.partition("\n")[0], CONTENT)
    return tuple(
        Card(heading, ({"description": page, "color": COLOUR},))
        for page in packed(entries, DESCRIPTION, units, gap="\n\n")
    )


def thread_name(what: Post | Message) -> str:
    """Return the name of the thread or forum post that a message opens."""
    if isinstance(what, Notice):
        return _bare(what.text, THREAD) or "Notice"
    if isinstance(what, Digest):
        return _bare(what.heading, THREAD) or _NEW
    return clip(_title(what.post if isinstance(what, Alert) else what), THREAD, units)


def follow_id(name: str, kind: Kind = Kind.CATEGORY) -> str:
    """Return the custom id of a button that follows a category or tag; "" for an empty or too long name."""
    key = term_key(kind, visible(name))
    return f"f:{key}" if len(key) > len("c:") and units(key) <= CUSTOM_ID - len("f:") else ""


def followed(custom_id: str) -> str:
    """Return the value for /follow after a click on such a button, spelled to mean exactly that name."""
    _, kind, folded = [*custom_id.split(":", 2), "", ""][:3]
    return spelled(Kind.TAG if kind == "t" else Kind.CATEGORY, folded)


def payload(made: Card) -> dict[str, Any]:
    """Return the body of Create Message, without a nonce."""
    body: dict[str, Any] = {"content": made.content} if made.content else {}
    if made.embeds:
        body["embeds"] = list(made.embeds)
    shown = [_component(button) for button in made.buttons]
    rows = [shown[start : start + _PER_ROW] for start in range(0, len(shown), _PER_ROW)]
    rows = [*([[_menu(made.menu)]] if made.menu else []), *rows]
    if rows:
        body["components"] = [{"type": _ROW, "components": row} for row in rows]
    everyone = mentions_everyone(made)
    roles = {"roles": [str(role) for role in made.mention_roles]} if made.mention_roles else {}
    return body | {"allowed_mentions": {"parse": ["everyone"] if everyone else [], **roles}}


def mentions_everyone(made: Card) -> bool:
    """Whether a card mentions everyone. Texts of others cannot: `escape` splits the mention."""
    return EVERYONE in made.content.partition("\n")[0].split(" ")


def preview(message: Message, key: str) -> dict[str, Any]:
    """Return the JSON body that would be sent for a message."""
    return payload(card(message, key=key))


# --- cards -------------------------------------------------------------------------------------------------


def _embed(post: Post) -> dict[str, Any]:
    update = _prose(post.update, _UPDATE)
    title, below = headline(visible(post.title), visible(post.summary), TITLE, units)
    summary = _prose(below, DESCRIPTION - _UPDATE - len("\n\n"))
    names = joined([_text(name, _NAME) for name in post.filing.categories if visible(name)], VALUE)
    author, feed, picture = _bare(post.author, AUTHOR), _bare(post.feed, FOOTER), web_link(post.image)
    parts = {
        "title": escape(clip(title or _UNTITLED, TITLE, cost)),
        "url": web_link(post.link),
        "description": "\n\n".join(filter(None, (summary, update))),
        "color": COLOUR,
        "timestamp": post.published.astimezone(UTC).isoformat(),
        "author": {"name": author} if author not in ("", feed) else None,
        "fields": [{"name": "Filed under", "value": names}] if names else None,
        "image": {"url": picture} if picture.startswith("https://") else None,
        "footer": {"text": feed} if feed else None,
    }
    return {name: value for name, value in parts.items() if value}


def _follow_buttons(post: Post) -> list[Button]:
    found: dict[str, str] = {}
    for name in post.filing.categories:
        if custom_id := follow_id(name):
            found.setdefault(custom_id, clip(f"Follow {visible(name)}", LABEL, units))
    return [Button(label, custom_id=custom_id) for custom_id, label in list(found.items())[:_FOLLOWED]]


def _digest(digest: Digest) -> dict[str, Any]:
    feeds = {post.feed for post in digest.posts}
    entries = [_entry(post, with_feed=len(feeds) > 1) for post in digest.posts]
    embed: dict[str, Any] = {"title": _text(digest.heading, TITLE) or _NEW, "color": COLOUR}
    if entries:
        embed["description"] = joined(entries, DESCRIPTION, gap="\n\n")
    if len(feeds) == 1 and (feed := _bare(feeds.pop(), FOOTER)):
        embed["footer"] = {"text": feed}
    return embed


def _plain_digest(digest: Digest, mention: str) -> str:
    head = _stacked(mention, _text(digest.heading, _LISTED) or _NEW)
    entries = [_plain(post, _LISTED) for post in digest.posts]
    return _stacked(head, joined(entries, CONTENT - units(head) - 1, gap="\n"))


def _entry(post: Post, *, with_feed: bool) -> str:
    """Return a post of a list: its linked title, and in small print its date, feed and categories."""
    names = joined([_text(name, _NAME) for name in post.filing.categories if visible(name)], 4 * _NAME)
    feed = _text(post.feed, _NAME) if with_feed else ""
    below = " · ".join(filter(None, (day(post.published), feed, names)))  # else Hebrew reorders the date
    return f"{link(clip(_title(post), _LISTED, cost), web_link(post.link))}\n-# {below}"


def _plain(post: Post, limit: int) -> str:
    """Return title and link. The link is in angle brackets, so that Discord draws no preview of it."""
    return _stacked(escape(clip(_title(post), limit, cost)), _address(post.link))


# --- parts -------------------------------------------------------------------------------------------------


def _title(post: Post) -> str:
    return headline(visible(post.title), visible(post.summary), _LISTED)[0] or _UNTITLED


def _mention(mention: str) -> tuple[str, tuple[int, ...]]:
    """Return the text of a mention that admins chose ("" for none), and the ids of the roles in it."""
    everyone = [EVERYONE] if EVERYONE in mention.split() else []
    roles = {role[0]: int(role[1]) for role in _ROLE.finditer(mention)}
    named = list(roles)[:_MOST_ROLES]
    return " ".join([*everyone, *named]), tuple(roles[each] for each in named)


def _text(text: str, limit: int) -> str:
    return escape(clip(visible(text), limit, cost))


def _prose(text: str, limit: int) -> str:
    return escape(clip_sentences(visible(text), limit, cost))


def _bare(text: str, limit: int) -> str:
    """Return text for fields in which Discord reads no Markdown and would show a backslash."""
    return clip(visible(text), limit, units)


def _visible_lines(text: str) -> str:
    return "\n".join(visible(line) for line in text.split("\n")).strip("\n")


def _lines(text: str) -> str:
    """Return lines escaped; a line that is only a URL becomes a link, because only the bot writes such."""
    return "\n".join(_address(line) or escape(line) for line in text.split("\n"))


def _cost_of_lines(text: str) -> int:
    return units(_lines(text))


def _stacked(*lines: str) -> str:
    return "\n".join(filter(None, lines))


def _address(text: str) -> str:
    url = "" if " " in text or text.endswith("…") else web_link(text)  # a truncated URL leads elsewhere
    return f"<{url}>" if url and units(url) <= _LONGEST_LINK else ""


def _component(button: Button) -> dict[str, Any]:
    if button.url:
        return {"type": _BUTTON, "style": _LINK_STYLE, "label": button.label, "url": button.url}
    return {"type": _BUTTON, "style": _SECONDARY, "label": button.label, "custom_id": button.custom_id}


def _menu(menu: Menu) -> dict[str, Any]:
    options = [{"label": each, "value": each} for each in menu.choices]
    return {
        "type": _MENU,
        "custom_id": menu.custom_id,
        "placeholder": menu.prompt,
        "min_values": 1,
        "max_values": menu.most,
        "options": options,
    }
