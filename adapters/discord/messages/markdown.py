"""Plain text as Discord's Markdown, so that a reader sees the very text and nothing in it takes effect. Pure.

A backslash before a sign that is neither letter, digit nor space shows that sign as it is: in content, embed
titles, descriptions and fields; an embed's author and footer and a button's label are not read as Markdown.
(Source for this and for what takes effect: parse-discord, which found the desktop client's rules by trial.)
It parts an address or an invitation as well, which Discord looks for in the raw text to draw a preview of it.
Only @everyone and @here, which the server looks for, get an unseen word joiner: a second line of defence
behind `allowed_mentions`.
"""

from __future__ import annotations

import re
from datetime import datetime

from bot.text.truncate import units

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


def escape(text: str) -> str:
    """Return text, best passed through `bot.text.sanitize.visible` line by line, that shows as it is."""
    return _SPECIAL.sub(_inert, text)


def cost(text: str) -> int:
    """Return what an escaped text uses of one of Discord's limits."""
    return units(escape(text))


def link(text: str, url: str) -> str:
    """Return text that links to an address checked by `urls.web_link`; without one, the mere text.

    For embeds: in content, a label may have no emoji. Inside a label Discord reads no escapes, and shows
    the whole as raw text where it has a mention or an address: so text that needs escapes is followed by
    its link.
    """
    shown = escape(text)
    if not url:
        return shown
    target = url.replace("(", "%28").replace(")", "%29")
    return f"[{text}](<{target}>)" if shown == text else f"{shown} · [read](<{target}>)"


def day(moment: datetime) -> str:
    """Return a date that Discord shows in the reader's own zone and language."""
    return f"<t:{int(moment.timestamp())}:D>"


def with_names(text: str) -> str:
    """Return a rendered text of the bot with Discord's own signs for places, which show as names.

    They notify nobody: only an alert's own mention is allowed to.
    """
    text = _SHOWN.sub(lambda found: f"<{'#' if found[1] == 'channel' else '@'}{found[2]}>", text)
    return _MENTIONED.sub(r"<\1>", text)


def _inert(found: re.Match[str]) -> str:
    sign = found[0]
    if sign == "@":
        return _BEFORE_EVERYBODY
    return f"{sign[:-1]}\\{sign[-1]}"  # of "12." and "discord.gg/" the last sign is the one that matters
