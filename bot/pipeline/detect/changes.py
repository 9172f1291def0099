"""What of a feed's window is new, edited, moved or old. Titles and dates never make a post new.

| entry | is |
|---|---|
| id known | the same post; edited when title, text, labels or link differ |
| id known, but link and title differ and the date is more than 30 days later | new: the guid is re-used |
| guid or link known but for scheme and host, and one thing more agrees | the same post, moved |
| title and date known, and half of the window or more has new ids | the same posts, moved, and a warning |
| else, before the baseline | seen, silently |
| else, with an id above the baseline's, or a date later than 48 h before it, or no date | new |
| else | old, lifted into view by a deletion: seen, silently |

The whole window is looked at, in any order: scheduled posts have old ids and new dates, back-dated ones new
ids and old dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import Entry
from bot.pipeline.detect.identity import Identity, identify, text_hash
from bot.pipeline.detect.matching import Found, Known, Window, is_other_link, lookup_keys

__all__ = ["Found", "Identity", "Known", "Sifted", "identify", "lookup_keys", "sift", "text_hash"]

_BEFORE_BASELINE = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Sifted:
    """What a window holds, each part oldest first.

    `first`: there was no baseline, so that all that is unseen is silent. `gap`: there was one, and the window
    holds no known post: page back. `moved_ids`: (new id, known id) of posts in `changed` or `same` whose keys
    are to be recorded, guid and link included. `warning`: a sentence for the admins, or "".
    """

    new: tuple[Found, ...] = ()
    silent: tuple[Found, ...] = ()
    changed: tuple[Found, ...] = ()
    same: tuple[Found, ...] = ()
    moved_ids: tuple[tuple[str, str], ...] = ()
    first: bool = False
    gap: bool = False
    warning: str = ""


def sift(
    entries: Sequence[Entry],
    known: Iterable[Known],
    *,
    baseline_at: datetime | None,
    highest_wordpress_id: int,
    now: datetime,
) -> Sifted:
    """Tell what is new in a window; `known` is what the store has under its `lookup_keys`.

    `highest_wordpress_id` is that of the baseline, 0 for none.
    """
    window = Window(entries, known, now)
    window.match_ids()
    window.match_moved()
    seen = [found for found in window.found if found.known]
    unseen = [found for found in window.found if not found.known]

    def is_new(found: Found) -> bool:
        if baseline_at is None:
            return False
        later = found.identity.wordpress_id > highest_wordpress_id > 0
        return later or found.published > baseline_at - _BEFORE_BASELINE

    return Sifted(
        new=tuple(found for found in unseen if is_new(found)),
        silent=tuple(found for found in unseen if not is_new(found)),
        changed=tuple(found for found in seen if _is_edited(found)),
        same=tuple(found for found in seen if not _is_edited(found)),
        moved_ids=tuple(window.moved),
        first=baseline_at is None,
        gap=baseline_at is not None and bool(unseen) and not seen,
        warning=_warning(len(window.moved), len(window.found)),
    )


def _is_edited(found: Found) -> bool:
    entry, post = found.entry, found.known
    words = entry.title.split()  # U+00A0 comes and goes
    return post is not None and (
        (words != post.title.split() and words != [])
        or (post.text_hash != "" and text_hash(entry) != post.text_hash)
        or entry.labels != post.labels
        or is_other_link(entry.link, post.link)
    )


def _warning(moved: int, all_of_them: int) -> str:
    if moved == 0 or 2 * moved < all_of_them:
        return ""
    return (
        f"{moved} of {all_of_them} posts came under new ids; they are known otherwise, so none was announced."
    )
