"""Whole histories of a blog: each post is announced once, whatever becomes of it, as a person would say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.model import Entry
from bot.pipeline.detect.changes import identify
from tests.pipeline.detect.windows import BASELINE, Memory

WINDOW = 6  # posts a page
PAGES = 99  # how far is read back is bounded elsewhere
HOUR = timedelta(hours=1)
WEEKLY = "What have you been reading? Tell us below."
STOCK = "Read more on the site."


@dataclass
class TruePost:
    """A post as its author knows it: the same one whatever its feed prints."""

    number: int
    entry: Entry
    kind: str
    deleted: bool = False
    changed: bool = False  # since the last poll
    announced: int = 0
    read_as: str = ""  # its guid when the bot last read it


@dataclass
class Blog:
    """A blog with its history, and the bot's memory of it."""

    memory: Memory = field(default_factory=Memory)
    posts: list[TruePost] = field(default_factory=list)
    now: datetime = BASELINE - timedelta(days=3)
    serial: int = 0
    since_poll: int = 0

    # --- what an author does ---------------------------------------------------------------------------

    def publish(self, kind: str = "story") -> None:
        """Publish a post: a story, the weekly thread, a stock excerpt, an untitled note."""
        self.now += timedelta(days=7) if kind == "weekly" else HOUR
        number = len(self.posts)
        title = {"weekly": "Open thread", "note": ""}.get(kind, f"{kind.title()} {number}")
        text = {"weekly": WEEKLY, "stock": STOCK}.get(kind, f"The {kind} of {number} words. " * 12)
        entry = self._with_keys(Entry("", "", title, published=self.now, html=text))
        self.posts.append(TruePost(number, entry, kind, changed=True))
        self.since_poll += 1

    def reuse(self, post: TruePost) -> None:
        """Publish a post under the guid of an old one."""
        self.now += timedelta(days=40)
        post.deleted = True
        self.publish()
        self.posts[-1].entry = replace(self.posts[-1].entry, guid=post.entry.guid)

    def edit(self, post: TruePost) -> None:
        self.serial += 1
        post.entry = replace(post.entry, html=f"Edited {self.serial} times. " * 16)  # long, see DETECT.long

    def rename(self, post: TruePost) -> None:
        """Give a post another slug, and its permalink is its guid."""
        post.entry = self._with_keys(post.entry)

    def retitle(self, post: TruePost) -> None:
        if post.kind in ("story", "note"):  # of others nobody could tell
            self.serial += 1
            post.entry = self._with_keys(replace(post.entry, title=f"Mended {self.serial}"))

    def redate(self, post: TruePost) -> None:
        if post.read_as == post.entry.guid:  # with guid, link and date all new, a repeat looks the same
            self.now += HOUR
            post.entry = replace(post.entry, published=self.now)

    def delete(self, post: TruePost) -> None:
        post.deleted = True

    def restore(self, post: TruePost) -> None:
        if not any(other is not post and other.entry.guid == post.entry.guid for other in self.posts):
            post.deleted = False

    def move(self, *, cut: bool) -> None:
        """Move the blog to another system; dates may lose their time of day."""
        if self.since_poll == 0:
            for post in self.posts:
                post.changed = True
                post.entry = self._with_keys(post.entry)
                if cut and post.entry.published:
                    day = post.entry.published.replace(hour=0, minute=0)
                    post.entry = replace(post.entry, published=day)
            self.since_poll = 1

    def _with_keys(self, entry: Entry) -> Entry:
        self.serial += 1
        return replace(
            entry, guid=f"https://blog.example/{self.serial}", link=f"https://blog.example/{self.serial}"
        )

    # --- what the bot does -----------------------------------------------------------------------------

    def poll(self) -> None:
        """Read the feed, and its pages while there is a gap; hold each announcement against the truth."""
        self.now += timedelta(minutes=15)
        window = self._page(0)
        if self.memory.look(window, self.now).gap:
            for number in range(1, PAGES):
                page = self._page(number)
                window += page
                if not page or not self.memory.look(page, self.now).gap:
                    break
        first = self.memory.baseline_at is None
        changes = self.memory.poll(window, self.now)
        self.memory.baseline_at = self.memory.baseline_at or self.now
        by_guid = {post.entry.guid: post for post in self.posts if not post.deleted}
        for found in (*changes.new, *(changes.silent if first else ())):
            by_guid[found.entry.guid].announced += 1
        read = {entry.guid for entry in window}
        for post in self.posts:
            post.changed = False
            post.read_as = post.entry.guid if post.entry.guid in read else post.read_as
        self.since_poll = 0

    def _page(self, number: int) -> list[Entry]:
        alive = [post.entry for post in self.posts if not post.deleted]
        alive.sort(key=lambda entry: (entry.published, identify(entry).id), reverse=True)
        return alive[WINDOW * number : WINDOW * (number + 1)]


CHANGES = ("edit", "rename", "retitle", "redate", "delete", "restore", "reuse")
KINDS = ("story", "weekly", "stock", "note")
DEEDS = st.one_of(
    st.tuples(st.just("publish"), st.sampled_from(KINDS)),
    st.tuples(st.just("publish"), st.sampled_from(KINDS)),
    st.tuples(st.sampled_from(CHANGES), st.integers(0, 30)),
    st.tuples(st.sampled_from(CHANGES), st.integers(0, 30)),
    st.tuples(st.just("move"), st.booleans()),
    st.tuples(st.just("outage"), st.integers(7, 14)),
    st.tuples(st.just("poll"), st.none()),
    st.tuples(st.just("poll"), st.none()),
)


def do(blog: Blog, deed: str, what: object) -> None:
    match deed, what:
        case "publish", str(kind):
            blog.publish(kind)
        case "move", bool(cut):
            blog.move(cut=cut)
        case "outage", int(count):
            for _ in range(count):
                blog.publish()
        case "poll", _:
            blog.poll()
        case _, int(index):
            post = blog.posts[index % len(blog.posts)]
            if not post.changed and (not post.deleted or deed == "restore"):
                post.changed = True
                blog.since_poll += 1
                getattr(blog, deed)(post)


@settings(max_examples=100, deadline=None)
@given(st.lists(DEEDS, max_size=20))
@example([("edit", 3), ("poll", None), ("move", True), ("outage", 7)])
def test_each_post_is_announced_exactly_once_whatever_becomes_of_it(
    deeds: Sequence[tuple[str, object]],
) -> None:
    blog = Blog()
    for kind in KINDS:
        blog.publish(kind)
    blog.poll()
    for deed, what in [*deeds, ("poll", None)]:
        do(blog, deed, what)
        if deed == "poll":
            wrong = {
                (post.number, post.kind): post.announced
                for post in blog.posts
                if (not post.deleted and post.announced != 1) or post.announced > 1
            }
            assert wrong == {}
