"""Converts between rows of a store and the values of the model."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from bot.model import (
    Destination,
    EvidenceRank,
    Filing,
    Kind,
    Post,
    Silence,
)
from bot.ports import PostRow
from bot.text.normalize import link_key, term_key
from storage.shared.rows import Row

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_DAYS_LEFT = timedelta(days=400)  # margin to Python's first date, so that differences stay in range
_FIRST_MS = (datetime.min.replace(tzinfo=UTC) + _DAYS_LEFT - _EPOCH) // _MILLISECOND
_LAST_MS = (datetime(9999, 1, 1, tzinfo=UTC) - _EPOCH) // _MILLISECOND
NEVER = _LAST_MS  # the due time of what waits for a person: a feed that stopped, a paused channel


def to_ms(moment: datetime) -> int:
    """Return milliseconds since 1970 UTC."""
    return (moment - _EPOCH) // _MILLISECOND


def from_ms(value: int) -> datetime:
    """Return the moment of `to_ms`. A number out of range becomes the first or last allowed moment."""
    return _EPOCH + min(max(value, _FIRST_MS), _LAST_MS) * _MILLISECOND


def maybe_ms(moment: datetime | None) -> int | None:
    """Return `to_ms`, or None for None."""
    return None if moment is None else to_ms(moment)


def maybe_from_ms(value: int | None) -> datetime | None:
    """Return `from_ms`, or None for None."""
    return None if value is None else from_ms(value)


def until_from(due: int | None) -> datetime | None:
    """Return the due time of held rows; None for those of a paused channel, or if there are none."""
    return None if due is None or due >= NEVER else from_ms(due)


def destination_from(row: Row) -> Destination:
    """Return a destination from a row with `destination_id`, `address`, `parked_at`, `parked_reason`."""
    return Destination(
        id=row["destination_id"],
        address=row["address"],
        parked=row["parked_at"] is not None,
        parked_reason=row["parked_reason"],
    )


def post_from(row: Row) -> Post:
    """Return a post from a row of `posts` with `feed_name`."""
    return Post(
        id=row["key"],
        link=row["link"],
        title=row["title"],
        author=row["author"],
        published=from_ms(row["published_at"]),
        summary=row["summary"],
        filing=Filing(
            categories=tuple(json.loads(row["categories"])),
            tags=tuple(json.loads(row["tags"])),
            rank=EvidenceRank(row["rank"]),
            evidence=row["evidence"],
            ambiguous=bool(row["ambiguous"]),
        ),
        image=row["image"],
        update=row["update_text"],
        feed=row["feed_name"],
    )


def post_row_from(row: Row) -> PostRow:
    """Return a post with its internal values. `aliases` stays empty: stored aliases are never rewritten."""
    return PostRow(
        post=post_from(row),
        guid=row["guid"],
        wordpress_id=row["wordpress_id"],
        aliases=(),
        labels=tuple(json.loads(row["labels"])),
        text=row["text"],
        text_hash=row["text_hash"],
        printed=maybe_from_ms(row["printed_at"]),
        first_seen=from_ms(row["first_seen_at"]),
        silent=bool(row["silent"]),
        silence=Silence(row["silence"]),
        date_text=row["date_text"],
        edits=row["edits"],
        refile_at=maybe_from_ms(row["refile_at"]),
        refile_attempts=row["refile_attempts"],
        moved_at=maybe_from_ms(row["moved_at"]),
    )


def link_path(link: str) -> str:
    """Return `bot.text.normalize.link_key` of a link, also without a scheme, or of any other text."""
    text = link.strip().encode(errors="replace").decode()  # chat text may contain half a surrogate pair
    try:
        return link_key(text if "://" in text else f"//{text}")
    except ValueError:  # e.g. an unclosed "[" where a host should be
        return text


def post_parameters(row: PostRow) -> dict[str, object]:
    """Return a post as parameters of a statement on `posts`."""
    post, filing = row.post, row.post.filing
    return {
        "key": post.id,
        "wordpress_id": row.wordpress_id,
        "guid": row.guid,
        "link": post.link,
        "link_path": link_path(post.link),
        "title": post.title,
        "author": post.author,
        "published_at": to_ms(post.published),
        "printed_at": maybe_ms(row.printed),
        "first_seen_at": to_ms(row.first_seen),
        "summary": post.summary,
        "text": row.text,
        "text_hash": row.text_hash,
        "image": post.image,
        "update_text": post.update,
        "labels": json.dumps(row.labels, ensure_ascii=False),
        "categories": json.dumps(filing.categories, ensure_ascii=False),
        "tags": json.dumps(filing.tags, ensure_ascii=False),
        "rank": int(filing.rank),
        "evidence": filing.evidence,
        "ambiguous": int(filing.ambiguous),
        "silent": int(row.silent),
        "silence": row.silence.value,
        "date_text": row.date_text,
        "edits": row.edits,
        "refile_at": maybe_ms(row.refile_at),
        "refile_attempts": row.refile_attempts,
        "moved_at": maybe_ms(row.moved_at),
        "joins": int(row.story is not None),
    }


def filing_names(filing: Filing) -> dict[str, str]:
    """Return the names of a filing, as printed, by their term keys."""
    names = {term_key(Kind.TAG, name): name for name in filing.tags}
    return names | {term_key(Kind.CATEGORY, name): name for name in filing.categories}
