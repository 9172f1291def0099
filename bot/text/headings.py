"""The heading of a message with several posts."""

from __future__ import annotations

from collections.abc import Collection

from bot.model import HeldFor
from bot.text.counting import counted

_DIGESTS = {
    frozenset({HeldFor.DAILY}): "Daily digest",
    frozenset({HeldFor.WEEKLY}): "Weekly digest",
    frozenset({HeldFor.DAILY, HeldFor.WEEKLY}): "Daily and weekly digest",
}
_SINCE = {
    frozenset({HeldFor.QUIET}): "from your quiet hours",
    frozenset({HeldFor.SNOOZE}): "that came during the snooze",
    frozenset({HeldFor.PAUSE}): "that came during the pause",
}


def digest_heading(held_for: Collection[HeldFor], posts: int) -> str:
    """Return "Daily digest: 3 posts", "3 posts from your quiet hours" or "3 posts since the last alert".

    `held_for`: why each of the posts was held.
    """
    number = counted(posts, "post")
    reasons = frozenset(held_for)
    if reasons in _DIGESTS:
        return f"{_DIGESTS[reasons]}: {number}"
    return f"{number} {_SINCE.get(reasons, 'since the last alert')}"
