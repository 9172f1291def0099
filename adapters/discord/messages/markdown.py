"""Escapes plain text for Discord's Markdown, so that readers see it unchanged and none of it is markup. Pure.

A backslash escapes any character that is not a letter, digit or space. This holds in content and in embed
titles, descriptions and fields; Discord reads no Markdown in an embed's author and footer or in a button's
label. (Source of these rules: parse-discord, which found those of the desktop client by trial.) A backslash
also splits URLs and invitations, so that Discord draws no preview of them. The server looks for @everyone and
@here itself; they get an invisible word joiner, as a second line of defence behind `allowed_mentions`.
"""

from __future__ import annotations

import re
from datetime import datetime
from unicodedata import category

from bot.text.truncate import units
from bot.text.urls import MAX_URL

_SPECIAL = re.compile(
    r"""^ (?: [#+-] | \d+\. )         # headings, lists, small print; quotes are caught anywhere
      | [\\*_~`|<>\[\]]              # emphasis, code, spoilers, quotes, links, mentions, dates, custom emoji
      | : (?=//)                     # addresses
      | discord (?: app )? \.[a-z]+/ # invitations: .gg/, .com/invite/, .new/, .gift/
      | : (?= [^\s:]+: ) (?! (?: (?: channel | user ) | \d{15,20} ): )  # emoji, but not discord:channel:ID:
      | @ (?= everyone | here )""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_SHOWN = re.compile(r"(?:\b[Cc]hannel )?\b(?:discord:)?(channel|user):([0-9]{15,20})\b")
_MENTIONED = re.compile(r"(?<=\bmentioning )\\<(@&[0-9]{15,20})\\>")
_BEFORE_EVERYBODY = "@\u2060"
_PICTURED = frozenset({"So", "Sk", "Sm", "Me", "Cn"})  # Unicode categories of emoji and of what makes one
_PICTURES = "\u203c\u2049\u3030\u303d\ufe0f"  # emoji of other categories, and the sign that makes one


def escape(text: str) -> str:
    """Return text escaped, so that it shows as it is. Pass each line through `sanitize.visible` first."""
    return _SPECIAL.sub(_inert, text)


def cost(text: str) -> int:
    """Return the length of a text after escaping, as Discord's limits count it."""
    return units(escape(text))


def link(text: str, url: str, *, in_content: bool = False) -> str:
    """Return text as a link to a URL checked by `urls.web_link`; only the text if `url` is empty or too long.

    Discord reads no escapes inside a label, and a label with a mention or a URL shows as raw text, as does in
    content one with an emoji. The link therefore follows a text with escapes, and in content one with signs
    that may be emoji.
    """
    shown = escape(text)
    target = url.replace("(", "%28").replace(")", "%29")
    if not url or units(target) > MAX_URL:
        return shown
    is_label = shown == text and not (in_content and any(map(_may_be_emoji, text)))
    return f"[{text}](<{target}>)" if is_label else f"{shown} · [read](<{target}>)"


def day(moment: datetime) -> str:
    """Return a date that Discord shows in the reader's own time zone and language."""
    return f"<t:{int(moment.timestamp())}:D>"


def with_names(text: str) -> str:
    """Return a rendered text of the bot with its addresses as Discord mentions, which show as names.

    They notify nobody, because `allowed_mentions` permits only an alert's own mention.
    """
    text = _SHOWN.sub(lambda found: f"<{'#' if found[1] == 'channel' else '@'}{found[2]}>", text)
    return _MENTIONED.sub(r"<\1>", text)


def _may_be_emoji(character: str) -> bool:
    return character > "\x7f" and (category(character) in _PICTURED or character in _PICTURES)


def _inert(found: re.Match[str]) -> str:
    sign = found[0]
    if sign == "@":
        return _BEFORE_EVERYBODY
    return f"{sign[:-1]}\\{sign[-1]}"  # in "12." and "discord.gg/" only the last character needs the escape
