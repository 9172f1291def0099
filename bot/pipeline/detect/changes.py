"""Sorts a feed's window into new, edited, moved and old. A changed title or date never makes a post new.

| entry | is |
|---|---|
| id known | the same post; edited when title, text, labels or link (but for its query) differ |
| id known, but link and title differ and the date is more than 30 days later | new: the guid is re-used |
| guid or link known except for scheme and host, and one more property agrees | the same post, moved |
| text, title and date known, under another guid and link | the same post, moved |
| date known, and a text that no other post has | the same post, moved, with another title |
| the same, but the date is near or missing, and there is a hole where the post was | the same post, moved |
| title known, with its date, text or own link, in half of the window or more | moved, and a warning |
| otherwise, with the link, title, text and date of another entry of the window | passed over |
| otherwise, before the baseline exists | recorded silently |
| otherwise, with an id above the baseline's, a date later than 48 h before it, or no date | new |
| otherwise | old, back in the window because a post was deleted: recorded silently |

Every entry is checked, whatever its position: scheduled posts have old ids and new dates, back-dated posts
have new ids and old dates.

A known post that is in the window under its own id is never matched to a second entry. `likeness.py` and
`moves.py` define "near", "text that no other post has" and "a hole". A post dated more than a day away from
the known one stays new, whatever its text, because weekly threads repeat theirs. On blogs that number their
posts (WordPress), another number means another post unless half of the window has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.model import Entry
from bot.pipeline.detect.far_end import reaches_back
from bot.pipeline.detect.identity import Identity, identify, text_hash
from bot.pipeline.detect.likeness import Candidate, StoredPost, lookup_keys, lookup_texts
from bot.pipeline.detect.matching import Window
from bot.pipeline.detect.settings import DETECT

__all__ = [
    "Candidate",
    "Identity",
    "StoredPost",
    "WindowChanges",
    "detect_changes",
    "identify",
    "lookup_keys",
    "lookup_texts",
    "text_hash",
]


@dataclass(frozen=True, slots=True)
class WindowChanges:
    """The result of sorting a window; each part is ordered oldest first.

    `first`: there was no baseline, so every unseen post is silent. `gap`: there are new posts, and older
    unseen ones may have dropped out below them (see `far_end.py`), so older pages must be fetched.
    `moved_ids`: (new id, known id) of posts in `changed` or `same` whose new keys, guid and link included,
    must be stored. `warning`: a sentence for the admins, or "".
    """

    new: tuple[Candidate, ...] = ()
    silent: tuple[Candidate, ...] = ()
    changed: tuple[Candidate, ...] = ()
    same: tuple[Candidate, ...] = ()
    moved_ids: tuple[tuple[str, str], ...] = ()
    first: bool = False
    gap: bool = False
    warning: str = ""


def detect_changes(
    entries: Sequence[Entry],
    known: Iterable[StoredPost],
    *,
    baseline_at: datetime | None,
    highest_wordpress_id: int,
    now: datetime,
    looked_at: datetime | None = None,
) -> WindowChanges:
    """Sort a window; `known` holds the stored posts found under its `lookup_keys` and `lookup_texts`.

    `highest_wordpress_id` is the baseline's, 0 for none. `looked_at`: when the feed was last read; defaults
    to `now`.
    """
    # A baseline of the future means that the clock has been set back since.
    since = None if baseline_at is None else min(baseline_at, now) - DETECT.before_baseline
    window = Window(entries, known, now)
    window.match_ids()
    window.match_moved()
    window.pass_over_twins()
    seen = [found for found in window.found if found.known]
    unseen = [found for found in window.found if not found.known]

    def is_new(found: Candidate) -> bool:
        if since is None:
            return False
        later = found.identity.wordpress_id > highest_wordpress_id > 0
        return later or found.published > since

    new = tuple(found for found in unseen if is_new(found))
    return WindowChanges(
        new=new,
        silent=tuple(found for found in unseen if not is_new(found)),
        changed=tuple(found for found in seen if found.edited),
        same=tuple(found for found in seen if not found.edited),
        moved_ids=tuple(window.moved),
        first=baseline_at is None,
        gap=bool(new) and not reaches_back(window.found, is_new, looked_at or now),
        warning=_warning(len(window.moved), len(window.found)),
    )


def _warning(moved: int, all_of_them: int) -> str:
    if moved == 0 or 2 * moved < all_of_them:
        return ""
    return (
        f"{moved} of {all_of_them} posts came under new ids; they are known otherwise, so none was announced."
    )
