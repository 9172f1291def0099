"""`bystander preview`: shows the newest posts and the bot's replies; nothing is stored or sent."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from rich.console import Console, Group
from rich.panel import Panel
from rich.text import Text

from adapters.plugin import Payload
from bot.app import network_of
from bot.clock import SystemClock
from bot.config.load import Config
from bot.errors import BystanderError, UsageError
from bot.model import Alert, Digest, Feed, FeedSettings, FeedState, Post, Style
from bot.pipeline.assemble import assemble
from bot.pipeline.classification import classify_request
from bot.pipeline.collect_evidence import EvidenceCollector
from bot.pipeline.detect.changes import detect_changes
from bot.pipeline.detection import Detected
from bot.pipeline.feed_answer import read_answer
from bot.pipeline.fetch.client import Fetcher
from bot.pipeline.fetch.feed import refuse_status
from bot.pipeline.full_text import FullText, FullTextSettings
from bot.pipeline.inspector import FeedInspector
from bot.pipeline.texts import summarize
from bot.ports import Lexicon, PostRow
from bot.sandbox.sandbox import Sandbox
from bot.shell.answers import Reading, answers
from bot.shell.looks import Platform, page
from bot.shell.progress import progress
from bot.text.counting import counted
from bot.text.normalize import attempt_key

_MOST = 20


@dataclass(frozen=True, slots=True)
class Tools:
    """What reads a feed. `pages`: reads the pages of posts that it cuts short; None: nobody does.

    `posts`: how many of a feed are shown, so that no more pages are read.
    """

    fetcher: Fetcher
    sandbox: Sandbox
    pages: FullText | None = None
    posts: int = 0


async def preview(options: argparse.Namespace, config: Config) -> int:
    """Print the newest posts of a URL, or of the config's feeds; return 1 when a feed cannot be read."""
    if not 1 <= options.posts <= _MOST:
        raise UsageError(f"--posts {options.posts}: write a number from 1 to {_MOST}.")
    platforms = platforms_of(config)
    found: list[Reading] = []
    failed = 0
    async with AsyncExitStack() as stack:
        tools = _tools(*await network_of(config, stack), config, options.posts)
        for settings in await _wanted(options, config, tools):
            try:
                with progress(f"Reading {settings.name} ..."):
                    found.append(await read_feed(tools, settings))
                _tell_of_pages(found[-1])
            except BystanderError as error:
                failed += 1
                _say(f"{settings.name}: {error}")
        posts = [row.post for each in found for row in each.rows[: options.posts]]
        if options.html:
            shown = await answers(platforms, found, FeedInspector(tools.fetcher, tools.sandbox))
            others = {heading: _payloads(message, platforms) for heading, message in _others(found).items()}
            singles = [_payloads(Alert(post), platforms) for post in posts]
            _write(Path(options.html), page(platforms, singles, shown, others))
    if options.json:
        print(json.dumps({"posts": [_json(post, platforms) for post in posts]}, ensure_ascii=False, indent=2))
    elif options.html:
        where = " and ".join(each.label for each in platforms)
        number = counted(len(posts), "post")
        print(f"{options.html}: {number} and the bot's answers as readers on {where} would see them.")
    else:
        for post in posts:
            Console(highlight=False, markup=False, emoji=False).print(card(post, config.timezone))
    return 1 if failed else 0


def _tools(fetcher: Fetcher, sandbox: Sandbox, config: Config, posts: int) -> Tools:
    """Return what reads feeds as the bot would. Whatever their age, posts are taken for new ones."""
    settings = FullTextSettings(enabled=config.fetch.full_text, age=timedelta.max)
    return Tools(fetcher, sandbox, FullText(fetcher, sandbox, settings), posts)


def _tell_of_pages(found: Reading) -> None:
    if found.from_pages:
        posts = counted(found.from_pages, "post")
        _say(f"{found.settings.name}: the summaries of {posts} are made from their pages (full_text).")


def _say(text: str) -> None:
    Console(stderr=True, highlight=False, markup=False).print(text, soft_wrap=True)


def platforms_of(config: Config) -> list[Platform]:
    """Return the platforms that can show a preview, enabled or not."""
    return [
        Platform(each.name, each.label, each.preview) for each in config.plugins if each.preview is not None
    ]


async def _wanted(options: argparse.Namespace, config: Config, tools: Tools) -> Sequence[FeedSettings]:
    """Return the feeds to show: the one at the URL given, or those of the config."""
    configured = [feed.settings() for feed in config.feeds]
    if options.url is None:
        if not configured:
            raise UsageError("The config names no feed; give a URL: bystander preview URL")
        return configured
    inspection = await FeedInspector(tools.fetcher, tools.sandbox).inspect(options.url)
    if inspection.problem:
        raise BystanderError(f"{inspection.url}: {inspection.problem}")
    known = [feed for feed in configured if feed.url == inspection.url]
    return known or [FeedSettings(name=inspection.title or inspection.url, url=inspection.url)]


async def read_feed(tools: Tools, settings: FeedSettings) -> Reading:
    """Fetch a feed and run the pipeline up to the summary; return the feed with its posts."""
    now = SystemClock().now()
    answer = await tools.fetcher.get(settings.url)
    refuse_status(answer)
    parsed = await read_answer(tools.sandbox, answer)
    feed = Feed(id=0, settings=settings, url=settings.url, state=FeedState(), next_poll_at=now)
    changes = detect_changes(parsed.entries, (), baseline_at=None, highest_wordpress_id=0, now=now)
    detected = Detected(changes, known={}, announce_latest=settings.announce_latest)
    request = classify_request(feed, parsed, detected, Lexicon(), now)
    classified = await EvidenceCollector(tools.fetcher, tools.sandbox).classify(request)
    readings = await summarize(tools.sandbox, detected.to_read)
    better = readings
    if tools.pages is not None:
        better = await tools.pages.read(feed, replace(detected, announce_latest=tools.posts), readings, now)
    made = assemble(request, detected, classified, better)
    from_pages = sum(better[each] != readings[each] for each in readings)
    newest_first = sorted(made.new, key=_published)[::-1]  # of equal dates, what the feed has higher
    return Reading(settings, tuple(newest_first), from_pages)


def _published(row: PostRow) -> datetime:
    return _date(row.post)


def _date(post: Post) -> datetime:
    return post.published


def _json(post: Post, platforms: Sequence[Platform]) -> dict[str, Any]:
    """Return the data of a post, and under each platform's name the payload it would be sent."""
    return {
        "id": post.id,
        "title": post.title,
        "link": post.link,
        "published": post.published.isoformat().replace("+00:00", "Z"),
        "categories": list(post.filing.categories),
        "tags": list(post.filing.tags),
        "evidence": {
            "rank": post.filing.rank.name.lower(),
            "text": post.filing.evidence,
            "ambiguous": post.filing.ambiguous,
        },
        "summary": post.summary,
        **_payloads(Alert(post), platforms),
    }


def _others(found: Sequence[Reading]) -> dict[str, Alert | Digest]:
    """Return what else becomes of the newest posts: the other styles of an alert, and a digest."""
    posts = sorted((row.post for each in found for row in each.rows), key=_date, reverse=True)[:_MOST]
    if not posts:
        return {}
    return {
        f"In the style {Style.COMPACT}": Alert(posts[0], style=Style.COMPACT),
        f"In the style {Style.TITLE}": Alert(posts[0], style=Style.TITLE),
        "As a digest": Digest(tuple(posts), f"Daily digest: {counted(len(posts), 'post')}", number=1),
    }


def _payloads(message: Alert | Digest, platforms: Sequence[Platform]) -> dict[str, Payload]:
    post = message.post if isinstance(message, Alert) else message.posts[0]
    key = attempt_key("preview", post.id)
    return {each.name: each.preview.payload(message, key) for each in platforms}


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise BystanderError(f"{file} cannot be written: {error.strerror}.") from error


def card(post: Post, zone: tzinfo) -> Panel:
    """Return a post as the terminal shows it, with the evidence for its categories."""
    filing, published = post.filing, post.published.astimezone(zone)
    lines = [
        Text(
            f"{post.author}, {published:%d %b %Y, %H:%M} {zone}" if post.author else f"{published:%d %b %Y}"
        ),
        Text(f"Filed under {', '.join(filing.categories) or '(not known)'}", style="green"),
        Text(f"Tagged {', '.join(filing.tags)}", style="dim")
        if filing.tags
        else Text("No tags", style="dim"),
        Text(f"Evidence: {filing.evidence}", style="dim"),
        Text(),
        Text(post.summary or "(no text to summarize)"),
        Text(),
        Text(post.link, style="cyan"),
    ]
    return Panel(Group(*lines), title=Text(post.title, style="bold"), title_align="left")
