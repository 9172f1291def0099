"""Makes the keys by which the copies of a story are found in other feeds. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from bot.model import Entry, Feed
from bot.pipeline.detect.identity import digest, host_and_rest
from bot.story import LINK, STORY, TEXT, has_telling_text, marks_of
from bot.text.normalize import fold
from bot.text.tokens import tokens


def story_keys(
    entry: Entry, text: str, published: datetime, *, feed: Feed, site: str, now: datetime
) -> tuple[str, ...] | None:
    """Return the keys of `bot.ports.PostRow.story`. `text`: of the post; `site`: the feed's own address."""
    cluster = feed.settings.cluster
    if cluster == "off":
        return None
    if published < now - STORY.keep:
        return ()
    words = tokens(text)
    keys = [_link_key(entry.link, {_host(site), _host(feed.url), _host(feed.settings.url)})]
    if has_telling_text(entry.title, text, words):
        keys.append(TEXT + digest(fold(entry.title), " ".join(words)))
    if cluster == "near" and len(text) <= STORY.characters:
        keys += marks_of(words)
    return tuple(key for key in keys if key)


def _link_key(link: str, own: Collection[str]) -> str:
    """Return the key of a link to a page of the feed's own site, "" for any other."""
    host, rest = host_and_rest(link)
    return LINK + digest(host, rest) if host and host in own and rest.lstrip("/") else ""


def _host(address: str) -> str:
    return host_and_rest(address)[0]
