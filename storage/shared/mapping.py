"""Converts between rows of a store and the values of the model."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any, get_type_hints

from bot.model import (
    BlogApi,
    Destination,
    EvidenceRank,
    Feed,
    FeedSettings,
    FeedState,
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
_STATE_NAMES = tuple(FeedState.__dataclass_fields__)
_STATE_DATES = frozenset(name for name, kind in get_type_hints(FeedState).items() if kind == datetime | None)
_values_of = attrgetter(*_STATE_NAMES)
_NEW_STATE = _values_of(FeedState())
_settings_of = itemgetter(
    *("name", "settings_url", "every", "announce_latest", "categories", "aliases", "api_base", "origin"),
    *("quiet_notice", "children", "full_text", "cluster"),
)
_to_json = json.JSONEncoder(ensure_ascii=False).encode


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


def state_to_text(state: FeedState) -> str:
    """Return a feed's state as JSON, without values that equal the default."""
    return _to_json(
        {
            name: _stored(value)
            for name, value, default in zip(_STATE_NAMES, _values_of(state), _NEW_STATE, strict=True)
            if value != default
        }
    )


def state_from_text(text: str) -> FeedState:
    """Return the state of `state_to_text`. Names that this version does not know are ignored."""
    values: dict[str, Any] = {
        name: from_ms(value) if name in _STATE_DATES else _api_from(value) if name == "api" else value
        for name, value in json.loads(text).items()
        if name in _STATE_NAMES
    }
    return FeedState(**values)


def _stored(value: object) -> object:
    """Return a value of a feed's state for JSON: a moment as milliseconds, an API as "kind url".

    Texts are without null characters, with which PostgreSQL would read nothing of the JSON.
    """
    if isinstance(value, datetime):
        return to_ms(value)
    if isinstance(value, str):
        return value.replace("\0", "")
    return f"{value.kind} {value.url}" if isinstance(value, BlogApi) else value


def _api_from(text: str) -> BlogApi | None:
    """Return the API of `_stored`; None for a kind that this version does not know."""
    kind, _, url = text.partition(" ")
    if kind == "wpcom" and url:
        return BlogApi("wpcom", url)
    return BlogApi("wpjson", url) if kind == "wpjson" and url else None


def shifted_state(text: str, by: int) -> str:
    """Return a state with all its times shifted but `baseline_at`, which is compared with dates of posts."""
    values = json.loads(text)
    for name in _STATE_DATES - {"baseline_at"}:
        if name in values:
            values[name] += by
    return _to_json(values)


def without_server(state: FeedState) -> FeedState:
    """Return the state for a new URL, without what the old URL's server answered."""
    return replace(
        state,
        etag="",
        last_modified="",
        body_hash="",
        unchanged_bodies=0,
        last_full_at=None,
        ttl=0.0,
        moved_to="",
        moved_polls=0,
        moved_since=None,
        gone_since=None,
        stopped=False,
        api=None,
        api_retry_at=None,
        hub="",
        topic="",
        categories_at=None,
    )


def settings_parameters(settings: FeedSettings) -> dict[str, object]:
    """Return a feed's settings as parameters of a statement."""
    return {
        "name": settings.name,
        "settings_url": settings.url,
        "every": settings.every,
        "announce_latest": settings.announce_latest,
        "categories": json.dumps(settings.categories, ensure_ascii=False),
        "aliases": json.dumps(settings.aliases, ensure_ascii=False),
        "api_base": settings.api_base,
        "origin": settings.origin,
        "quiet_notice": int(settings.quiet_notice),
        "children": settings.children,
        "full_text": settings.full_text,
        "cluster": settings.cluster,
    }


def feed_from(row: Row) -> Feed:
    """Return a feed from a row of `feeds`."""
    return Feed(
        id=row["id"],
        settings=_settings_from(_settings_of(row)),
        url=row["url"],
        state=state_from_text(row["state"]),
        next_poll_at=from_ms(row["next_poll_at"]),
        push_due=maybe_from_ms(row["push_due"]),
        hub_since=maybe_from_ms(row["hub_since"]),
        hub_until=maybe_from_ms(row["hub_until"]),
    )


@lru_cache(maxsize=4096)  # the same at every poll
def _settings_from(columns: tuple[Any, ...]) -> FeedSettings:
    """Return settings from the columns of `_settings_of`."""
    name, url, every, announce_latest, categories, aliases, api_base, origin, *switches = columns
    quiet_notice, children, full_text, cluster = switches
    return FeedSettings(
        name=name,
        url=url,
        every=float(every),  # SQLite's RETURNING returns whole reals as integers
        announce_latest=announce_latest,
        categories=tuple(json.loads(categories)),
        aliases=json.loads(aliases),
        api_base=api_base,
        origin=origin,
        quiet_notice=bool(quiet_notice),
        children=children,
        full_text=full_text,
        cluster=cluster,
    )


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
