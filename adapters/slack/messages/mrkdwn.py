"""Escapes text where Slack interprets mrkdwn, so that it is shown literally and has no effect. Pure.

Blocks need no escaping: Slack shows plain_text objects and rich text elements as they are. That leaves the
`text` of a message, which is used for notifications, screen readers and plain messages.
Only & < > can be escaped there (documentation, formatting message text), which also disables mentions and
links. Formatting characters cannot be escaped, so look-alikes replace them. URLs are not turned into links
because every call sets `parse: none`.
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
        "|": "\u2223",  # divides; the original separates address and label of a link
    }
)
_EMOJI = re.compile(r":(?=[^\s:]+:)")
_QUOTE = re.compile(r"^&gt;", re.MULTILINE)  # Slack shows a quotation although it is escaped
_APART = "\u2060"  # word joiner: invisible, and prevents a line break


def escape(text: str) -> str:
    """Return text escaped; pass each line through `bot.text.sanitize.visible` first."""
    shown = _EMOJI.sub(f":{_APART}", text).translate(_SIGNS)
    return _QUOTE.sub(f"{_APART}&gt;", shown)


def cost(text: str) -> int:
    """Return the length of a text once escaped, in UTF-16 units, for Slack's limits."""
    return units(escape(text))


def link(text: str, url: str) -> str:
    """Return text as a link to a URL from `urls.web_link`, or as escaped text if that is ""."""
    return f"<{url.replace('&', '&amp;')}|{escape(text)}>" if url else escape(text)
