"""Words the parts of answers: names, lists, counts, times, destinations and posts. Pure.

All text from outside (titles, names, typed text, errors) must pass `show` or `quoted` before it is echoed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from bot.match import in_order
from bot.model import BYSTANDER, CONFIG, EVERYTHING, FORGOTTEN, IMPORT, Cadence, Change, Filing, Filter, Post
from bot.text.sanitize import visible
from bot.text.spelling import spelled_key
from bot.text.truncate import title_of

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
CADENCES = {Cadence.NOW: "at once", Cadence.DAILY: "once a day", Cadence.WEEKLY: "once a week"}
MAKERS = {
    CONFIG: "the config",
    IMPORT: "an import",
    BYSTANDER: "the bot",
    FORGOTTEN: "somebody who asked to be forgotten",
}
NOTHING_CHANGED = "Nothing was changed."
MOST_NAMES = 50  # of one list; a chat message has room for about that many


def show(text: str, limit: int = 80) -> str:
    """Return untrusted text for an answer: cleaned, and at most `limit` characters long."""
    line = visible(text)
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "\u2026"


def bare_url(typed: str) -> str:
    """Return the URL of a link as chats write it: "<https://blog.example/a|A post>"; other text as it is."""
    return typed[1:].rstrip(">").partition("|")[0].strip() if typed.startswith("<") else typed


_LONGEST_CHANGE = 300  # characters
_INNER = str.maketrans('\u201c\u201d\u201e"', "\u2018\u2019\u201a'")


def quoted(text: str, limit: int = 80) -> str:
    """Return untrusted text in quotation marks. Quotation marks inside it become single ones."""
    return f"\u201c{show(text, limit).translate(_INNER)}\u201d"


def sentence(text: str, limit: int = 200) -> str:
    """Return untrusted text (an error, a reason) with a full stop at its end; "" stays ""."""
    line = show(text, limit)
    return line if not line or line[-1] in ".!?\u2026" else line + "."


def capital(text: str) -> str:
    """Return a sentence with a capital, unless its first word is a host name or a code."""
    first, _, rest = text.partition(" ")
    return text[:1].upper() + text[1:] if rest and first.isalpha() else text


def ended(text: str) -> str:
    """Return the bot's own text with exactly one full stop at its end, also after "China-U.S."."""
    return text if text.endswith(".") else f"{text}."


def unchanged(text: str) -> str:
    """Return a refusal that says that nothing was changed, on a line of its own below a syntax."""
    return f"{text}{' ' if text.endswith(('.', '!', '?')) else chr(10)}{NOTHING_CHANGED}"


def listed(names: Sequence[str], most: int = MOST_NAMES, last: str = "and") -> str:
    """Return "a", "a and b", "a, b and c"; names beyond `most` are only counted."""
    if len(names) > most:
        names = [*names[:most], f"{len(names) - most} more"]
    if len(names) < 2:  # noqa: PLR2004 - an "and" needs two names
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def moment(time: datetime, zone: tzinfo) -> str:
    """Return "26 Nov 2022, 23:41 UTC", or "27 Nov 2022, 07:41 Asia/Shanghai", whatever the locale.

    The zone is named in full: abbreviations such as CST mean several zones.
    """
    time = time.astimezone(zone)
    return f"{time.day} {MONTHS[time.month - 1]} {time.year}, {time:%H:%M} {zone}"


def dated(time: datetime, zone: tzinfo) -> str:
    """Return the same with its weekday: "Sun, 27 Nov 2022, 07:41 Asia/Shanghai"."""
    return f"{DAYS[time.astimezone(zone).weekday()]}, {moment(time, zone)}"


def place_word(address: str) -> str:
    """Return in words how a person gets messages at their own address."""
    return "on the console" if address.startswith("console:") else "by DM"


def maker(by: str) -> str:
    """Return who made a change (see `bot.model.Change`): an address, which adapters show as a name."""
    return MAKERS.get(by) or show(by)


def change_line(change: Change, zone: tzinfo) -> str:
    """Return "26 Nov 2022, 23:41 UTC: added Trade, by console:root"; for an answer's line on a change."""
    feed = f" (from {show(change.feed)})" if change.feed else ""
    return f"{moment(change.at, zone)}: {show(change.what, _LONGEST_CHANGE)}{feed}, by {maker(change.by)}"


def term_word(key: str, name: str) -> str:
    """Return a category, a tag or everything in words that people can also type. `key`: a term key."""
    return "every post" if key == EVERYTHING else spelled_key(key, name)


def filter_words(wanted: Filter, mentions: Mapping[str, str] | None = None) -> str:
    """Return "China-U.S. and #TikTok, but not Taiwan"; `mentions`: what to add to a term, by its key."""
    called = {key: f" (mentioning {show(each)})" for key, each in (mentions or {}).items()}
    included = in_order(wanted.include)
    if EVERYTHING in wanted.include:
        included = [EVERYTHING, *(key for key in included if key in called and key != EVERYTHING)]
    text = listed([term_word(key, wanted.labels.get(key, key[2:])) + called.get(key, "") for key in included])
    if wanted.exclude:
        left_out = [term_word(key, wanted.labels.get(key, key[2:])) for key in in_order(wanted.exclude)]
        text += f", but not {listed(left_out, last='or')}"
    return text


def filing_words(filing: Filing) -> str:
    """Return "China-U.S., Trade", or "no category"; for an answer's one line on a post."""
    return ", ".join(show(name) for name in filing.categories) or "no category"


def also_words(post: Post) -> str:
    """Return "also in One Blog and Another", "" if no other feed has the story of a post."""
    return f"also in {listed([show(name, 60) for name in post.also])}" if post.also else ""


def title_words(post: Post, longest: int = 150) -> str:
    """Return what a post is called: its title, else its first sentence."""
    return show(title_of(visible(post.title), visible(post.summary), longest), longest)


def post_lines(posts: Sequence[Post], zone: tzinfo, first: int = 1) -> list[str]:
    """Return title, filing, date and link of each post, newest first as given, a paragraph each.

    `first`: the number of the first one.
    """
    several = len({post.feed for post in posts}) > 1
    lines = []
    for number, post in enumerate(posts, first):
        feed = f"{show(post.feed)} \u00b7 " if several else ""
        also = f"{also_words(post)} \u00b7 " if post.also else ""
        link = f"\n   {visible(post.link)}" if post.link else ""
        lines.append(
            f"{number}. {title_words(post)}\n"
            f"   {feed}{also}{filing_words(post.filing)} \u00b7 {moment(post.published, zone)}{link}"
        )
    return lines
