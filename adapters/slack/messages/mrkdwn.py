"""Plain text for where Slack reads mrkdwn, so that readers see the text and nothing in it takes effect. Pure.

Blocks need none of this: text objects of type plain_text and elements of rich text are shown as they are.
What is left is the `text` of a message: its notification, what a screen reader says, all of its plain form.
Only & < > can be escaped there (documentation, formatting message text), which also disarms mentions and
links. No backslash disarms the signs of formatting, so their twins stand in for them. Addresses stay text
with `parse: none`, which belongs to every call.
"""

from __future__ import annotations

import re

from bot.text.truncate import units

_SIGNS = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        "*": "\u2217",  # asterisk operator
        "_": "\u02cd",  # low macron
        "~": "\u223c",  # tilde operator
        "`": "\u02cb",  # modifier grave accent
        "|": "\u2223",  # divides; parts address and label of a link
    }
)
_EMOJI = re.compile(r":(?=[^\s:]+:)")
_QUOTE = re.compile(r"^&gt;", re.MULTILINE)  # taken for a quotation although it is escaped
_APART = "\u2060"  # a word joiner: unseen, and no place for a line break


def escape(text: str) -> str:
    """Return text, best passed through `bot.text.sanitize.visible` line by line, that shows as it is."""
    shown = _EMOJI.sub(f":{_APART}", text).translate(_SIGNS)
    return _QUOTE.sub(f"{_APART}&gt;", shown)


def cost(text: str) -> int:
    """Return what an escaped text uses of one of Slack's limits."""
    return units(escape(text))


def link(text: str, url: str) -> str:
    """Return text that links to an address checked by `urls.web_link`; without one, the mere text."""
    return f"<{url.replace('&', '&amp;')}|{escape(text)}>" if url else escape(text)
