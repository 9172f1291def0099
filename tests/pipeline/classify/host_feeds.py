"""Small feeds, each in the shape in which one host or program prints its labels."""

from __future__ import annotations

from tests.pipeline.bodies import rss


def rss_feed(*posts: str, generator: str = "", channel: str = "") -> bytes:
    """Return RSS with posts numbered from 1; each text is what stands in its item beside title and guid."""
    named = f"<generator>{generator}</generator>" if generator else ""
    items = "".join(
        f"<item><title>Post {number}</title><guid isPermaLink='false'>id-{number}</guid>{inside}</item>"
        for number, inside in enumerate(posts, 1)
    )
    return rss(items, named + channel).encode()


def atom_feed(*posts: str, generator: str = "") -> bytes:
    """Return Atom with posts numbered from 1."""
    entries = "".join(
        f"<entry><title>Post {number}</title><id>tag:blog.example,2026:{number}</id>{inside}</entry>"
        for number, inside in enumerate(posts, 1)
    )
    named = f"<generator>{generator}</generator>" if generator else ""
    return (
        "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:media='http://search.yahoo.com/mrss/' "
        "xmlns:yt='http://www.youtube.com/xml/schemas/2015'><title>Blog</title>"
        f"<link href='https://blog.example/'/>{named}{entries}</feed>"
    ).encode()


def labels(*names: str, domain: str = "") -> str:
    """Return RSS labels, all of one domain."""
    attribute = f' domain="{domain}"' if domain else ""
    return "".join(f"<category{attribute}>{name}</category>" for name in names)


def terms(*names: str, scheme: str = "") -> str:
    """Return Atom labels, all of one scheme."""
    attribute = f' scheme="{scheme}"' if scheme else ""
    return "".join(f'<category{attribute} term="{name}"/>' for name in names)


def subjects(*names: str) -> str:
    """Return Dublin Core labels, as RSS 1.0 has them."""
    return "".join(f"<dc:subject>{name}</dc:subject>" for name in names)


KIND = "http://schemas.google.com/g/2005#kind"
BLOGGER = "http://www.blogger.com/atom/ns#"
PODCAST = (
    '<itunes:category text="Society &amp; Culture"><itunes:category text="Documentary"/></itunes:category>'
    '<itunes:category text="History"/>'
)

# name -> the feed, and what its last post is filed under and tagged with
HOSTS: dict[str, tuple[bytes, tuple[str, ...], tuple[str, ...]]] = {
    "domain category and post_tag": (
        rss_feed(labels("Trade", domain="category") + labels("Asia", "Zinc", domain="post_tag")),
        ("Trade",),
        ("Asia", "Zinc"),
    ),
    "the same by WordPress": (
        rss_feed(
            labels("Zinc", domain="post_tag") + labels("Trade", domain="category"),
            generator="https://wordpress.org/?v=6.8",
        ),
        ("Trade",),
        ("Zinc",),
    ),
    "only post_tag": (rss_feed(labels("Zinc", domain="post_tag")), (), ("Zinc",)),
    "atom schemes": (
        atom_feed(
            terms("Trade", scheme="https://blog.example/category/")
            + terms("Zinc", scheme="https://blog.example/tag/")
        ),
        ("Trade",),
        ("Zinc",),
    ),
    "atom types": (
        atom_feed(
            terms("Zinc", scheme="http://www.sixapart.com/ns/types#tag")
            + terms("Trade", scheme="http://www.sixapart.com/ns/types#category")
        ),
        ("Trade",),
        ("Zinc",),
    ),
    "atom, tags alone": (
        atom_feed(terms("Trade", "Zinc", scheme="https://blog.example/tags/")),
        ("Trade", "Zinc"),
        (),
    ),
    "dc:subject": (rss_feed(subjects("Trade", "Asia")), ("Trade", "Asia"), ()),
    "dc:subject, lists": (
        rss_feed(subjects("Trade; Asia"), subjects("Trade; Zinc")),
        ("Trade", "Zinc"),
        (),
    ),
    "podcast": (
        rss_feed("<enclosure url='https://blog.example/1.mp3' type='audio/mpeg'/>", channel=PODCAST),
        ("Society & Culture", "Documentary", "History"),
        (),
    ),
    "podcast with labels": (rss_feed(labels("Interviews"), channel=PODCAST), ("Interviews",), ()),
    "episode's own shelf": (
        rss_feed('<itunes:category text="Arts"/>', channel=PODCAST),
        ("Arts",),
        (),
    ),
    "comma lists": (
        rss_feed(labels("Trade, Asia"), labels("Sport"), labels("Trade,Zinc, Sport")),
        ("Trade", "Zinc", "Sport"),
        (),
    ),
    "a name with commas": (
        rss_feed(labels("Food, Wine &amp;amp; Travel"), labels("Arts, Books &amp;amp; Letters")),
        ("Arts, Books & Letters",),
        (),
    ),
    "names with commas beside others": (
        rss_feed(labels("Arts, Books"), labels("Arts, Film", "Sport")),
        ("Arts, Film", "Sport"),
        (),
    ),
    "ghost": (
        rss_feed(labels("News", "Asia", "#internal", "#email-only"), generator="Ghost 5.94"),
        ("News", "Asia"),
        (),
    ),
    "ghost with old guids": (
        rss_feed("<guid>https://blog.example/?p=41</guid>" + labels("News", "Asia"), generator="Ghost 5.94"),
        ("News", "Asia"),
        (),
    ),
    "substack": (rss_feed("<link>https://blog.example/p/one</link>", generator="Substack"), (), ()),
    "medium": (
        rss_feed(labels("machine-learning", "politics"), generator="Medium"),
        ("machine-learning", "politics"),
        (),
    ),
    "blogger": (
        atom_feed(
            terms("http://schemas.google.com/blogger/2008/kind#post", scheme=KIND)
            + terms("Roses", "Water", scheme=BLOGGER),
            generator="Blogger",
        ),
        ("Roses", "Water"),
        (),
    ),
    "a kind by name": (
        atom_feed(terms("post", scheme=KIND) + terms("Roses", scheme=BLOGGER)),
        ("Roses",),
        (),
    ),
    "youtube": (
        atom_feed(
            "<yt:videoId>x1</yt:videoId><media:group><media:title>Post 1</media:title>"
            "<media:keywords>a, b</media:keywords></media:group>"
        ),
        (),
        (),
    ),
    "hugo": (
        rss_feed(
            labels("Trade", domain="https://blog.example/categories/trade/")
            + labels("Zinc", domain="https://blog.example/tags/zinc/"),
            generator="Hugo",
        ),
        ("Trade",),
        ("Zinc",),
    ),
    "hugo, bare": (rss_feed(labels("Trade", "Zinc"), generator="Hugo -- gohugo.io"), ("Trade", "Zinc"), ()),
    "jekyll": (
        atom_feed(
            "<link href='https://blog.example/world-trade/2026/05/01/one.html'/>"
            + terms("World Trade", "zinc"),
            generator="Jekyll",
        ),
        ("World Trade",),
        ("zinc",),
    ),
    "jekyll with its own addresses": (
        atom_feed("<link href='https://blog.example/one/'/>" + terms("Trade", "zinc"), generator="Jekyll"),
        ("Trade", "zinc"),
        (),
    ),
    "drupal": (
        rss_feed(
            "<guid>41 at https://blog.example</guid>"
            + labels("Trade", domain="https://blog.example/topics/trade")
            + labels("Zinc", domain="https://blog.example/tags/zinc")
        ),
        ("Trade",),
        ("Zinc",),
    ),
    "drupal, plain": (
        rss_feed(labels("Trade", domain="https://blog.example/taxonomy/term/5")),
        ("Trade",),
        (),
    ),
    "paths": (
        rss_feed(labels("World/Asia/China", "Sport")),
        ("World/Asia/China", "Sport", "World/Asia", "World"),
        (),
    ),
    "no path": (rss_feed(labels("AC/DC", "24/7", "/")), ("AC/DC", "24/7"), ()),
    "a short path whose parent is known": (rss_feed(labels("UK/London", "UK")), ("UK/London", "UK"), ()),
}
