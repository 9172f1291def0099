"""Names the other feeds that tell the story of an alert. Pure."""

from __future__ import annotations

from bot.model import Post
from bot.text.sanitize import visible
from bot.text.truncate import clip, joined, units

_NAME, _NAMES = 60, 150  # units of one name, and of all


def also_in(post: Post) -> str:
    """Return "also in One Blog, Another", not escaped; "" if no other feed has the story."""
    names = [clip(visible(name), _NAME, units) for name in post.also if visible(name)]
    return f"also in {joined(names, _NAMES)}" if names else ""
