"""Short ways to say what the contract tests of a store need: feeds, posts, followers, claims."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.model import (
    EVERYTHING,
    Alert,
    Cadence,
    Claim,
    Digest,
    EvidenceRank,
    Feed,
    FeedSettings,
    FeedState,
    Filing,
    Kind,
    Notice,
    Post,
)
from bot.ports import AdminNotice, PollCommit, PollRecord, PostRow, Sent, Store
from bot.text.normalize import term_key

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEASE = 60.0
ALICE, BOB, CAROL = "console:alice", "console:bob", "console:carol"


def later(seconds: float) -> datetime:
    """Return the moment so many seconds after T0."""
    return T0 + timedelta(seconds=seconds)


def settings(name: str = "Blog", url: str = "", **rest: Any) -> FeedSettings:
    """Return settings of a feed added in chat."""
    values: dict[str, Any] = {"origin": "chat", **rest}
    return FeedSettings(name, url or f"https://{name.lower()}.example/feed/", **values)


def row(
    post_id: str = "p1",
    *categories: str,
    tags: Sequence[str] = (),
    title: str = "",
    text: str = "",
    minutes: int = 0,
    author: str = "Ann",
    **rest: Any,
) -> PostRow:
    """Return a post filed under `categories`, published so many minutes after T0."""
    published = later(60 * minutes)
    post = Post(
        id=post_id,
        link=f"https://blog.example/2026/03/{post_id}/",
        title=title or f"Title of {post_id}",
        author=author,
        published=published,
        summary=f"Summary of {post_id}.",
        filing=Filing(tuple(categories), tuple(tags), EvidenceRank.API, "The API says so."),
    )
    values: dict[str, Any] = {
        "guid": f"https://blog.example/?p={post_id}",
        "wordpress_id": 7,
        "aliases": (f"link:{post_id}",),
        "labels": (*categories, *tags),
        "text": text or f"Text of {post_id}.",
        "text_hash": f"hash of {post_id}",
        "printed": published,
        "first_seen": published,
        **rest,
    }
    return PostRow(post, **values)


def broken(post_id: str = "broken") -> PostRow:
    """Return a post that no store can hold: its guid is missing."""
    return row(post_id, "Trade", guid=None)


async def add_feed(store: Store, name: str = "Blog") -> Feed:
    """Add a feed that has had its first poll."""
    return await store.add_feed(settings(name), T0, by=BOB)


def record(feed: Feed, *, notices: Sequence[AdminNotice] = (), etag: str = "") -> PollRecord:
    """Return a poll of the feed that went well; the next one is in 15 minutes."""
    return PollRecord(feed.id, feed.url, FeedState(etag=etag, baseline_at=T0), later(900), tuple(notices))


async def publish(store: Store, feed: Feed, *rows: PostRow, at: datetime = T0) -> int:
    """Commit a poll with new posts."""
    return await store.commit_poll(PollCommit(record(feed), new=rows, at=at))


async def with_posts(store: Store, *posts: str, followers: tuple[str, ...] = (ALICE,)) -> None:
    """Publish posts, one poll each, to some followers."""
    feed = await add_feed(store)
    for address in followers:
        await follow(store, address, "Trade")
    for post in posts:
        await publish(store, feed, row(post, "Trade"))


async def change(store: Store, feed: Feed, *rows: PostRow, at: datetime = T0) -> int:
    """Commit a poll with changed posts."""
    return await store.commit_poll(PollCommit(record(feed), changed=rows, at=at))


_KINDS = {"#": Kind.TAG, "text:": Kind.WORDS, "author:": Kind.AUTHOR}


def terms(*names: str) -> dict[str, str]:
    """Return what "Trade", "#TikTok", "text:export controls", "author:Ann" and "*" are in a filter."""
    found = {}
    for name in names:
        if name == EVERYTHING:
            found[EVERYTHING] = "everything"
        else:
            sign = next((each for each in _KINDS if name.startswith(each)), "")
            bare = name.removeprefix(sign)
            found[term_key(_KINDS.get(sign, Kind.CATEGORY), bare)] = bare
    return found


async def follow(
    store: Store,
    address: str,
    *names: str,
    feed: Feed | None = None,
    cadence: Cadence = Cadence.NOW,
    channel: bool = False,
    mention: str | None = None,
) -> None:
    """Follow "Trade", "#TikTok" (a tag), "*" (everything); "-Taiwan" leaves Taiwan out."""
    await store.follow(
        address,
        feed_id=feed.id if feed else None,
        include=terms(*(name for name in names if not name.startswith("-"))),
        exclude=terms(*(name.removeprefix("-") for name in names if name.startswith("-"))),
        cadence=cadence,
        channel=channel,
        mention=mention,
        by=address,
        now=T0,
    )


async def claim(
    store: Store,
    at: datetime = T0,
    *,
    owner: str = "one",
    limit: int = 100,
    catch_up_after: int = 5,
    platforms: Sequence[str] = ("console",),
) -> list[Claim]:
    """Claim for LEASE seconds."""
    return await store.claim(
        owner, at, lease=LEASE, limit=limit, platforms=platforms, catch_up_after=catch_up_after
    )


async def claim_one(store: Store, at: datetime = T0, *, owner: str = "one") -> Claim:
    """Claim the only message that is due."""
    claims = await claim(store, at, owner=owner)
    assert len(claims) == 1, claims
    return claims[0]


async def send_all(store: Store, at: datetime = T0) -> list[Claim]:
    """Deliver everything that is due, message by message; return it in order."""
    sent: list[Claim] = []
    while claims := await claim(store, at):
        await store.settle([Sent(each, f"reference of {each.key}", at) for each in claims])
        sent += claims
    return sent


def about(each: Claim) -> str | list[str]:
    """Return the post's id, the ids in a digest, or the text of a notice."""
    match each.message:
        case Alert(post=post):
            return post.id
        case Digest(posts=posts):
            return [post.id for post in posts]
        case Notice(text=text):
            return text


def seen(claims: Sequence[Claim]) -> list[tuple[str, str | list[str]]]:
    """Return who gets what."""
    return [(each.destination.address, about(each)) for each in claims]


async def states(store: Store, address: str = ALICE) -> list[str]:
    """Return the states of an address's deliveries, oldest first."""
    return [str(info.state) for info in reversed(await store.delivery_log(address, 100))]
