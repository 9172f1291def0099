from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.pipeline.parse.feed import parse
from bot.pipeline.parse.limits import LIMITS
from tests.pipeline.bodies import atom, entry_of, item, json_feed, rss


@pytest.mark.parametrize(
    ("printed", "title"),
    [
        ("AT&amp;amp;T", "AT&T"),
        ("AT&amp;T", "AT&T"),
        ("<![CDATA[AT&amp;T &#8217;s]]>", "AT&T \u2019s"),
        ("&lt;b&gt;Bold&lt;/b&gt; &lt;i class='x'&gt;it&lt;/i&gt;", "Bold it"),
        ("One&lt;br/&gt;two&lt;script&gt;evil()&lt;/script&gt;", "One two"),
        ("Vec&lt;String&gt; if 1 &lt; 2 &gt; 0", "Vec<String> if 1 < 2 > 0"),
        ("  Two\u00a0 \n\t words\u00a0", "Two words"),
        ("a\u202eb\u2066c\u200fd\ufeffe", "abcde"),
        ("a&amp;#8238;b&amp;#0;c", "ab\ufffdc"),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
    ],
)
def test_a_title_is_plain_text_on_one_line(printed: str, title: str) -> None:
    assert entry_of(f"<title>{printed}</title>").title == title


def test_an_atom_title_that_is_declared_as_text_keeps_its_angle_brackets() -> None:
    (text,) = parse(atom("<title>The &lt;b&gt; element</title>")).entries
    (html,) = parse(atom("<title type='html'>The &lt;b&gt;bold&lt;/b&gt;</title>")).entries

    assert (text.title, html.title) == ("The <b> element", "The bold")


def test_every_field_is_cut_to_its_length() -> None:
    entry = entry_of(
        f"<title>{'t' * 600}</title><dc:creator>{'a' * 300}</dc:creator><category>{'c' * 200}</category>"
        f"<description>{'d ' * 3000}</description><content:encoded>{'h' * 500_000}</content:encoded>"
        f"<link>https://blog.example/{'x' * 3000}</link>"
        + "".join(f"<category>{number}</category>" for number in range(150))
    )

    assert (len(entry.title), len(entry.author), len(entry.html)) == (500, 200, 400_000)
    assert len(entry.excerpt) <= 2000
    assert (len(entry.labels), max(map(len, entry.labels))) == (100, 100)
    assert entry.link == ""  # a cut address would lead elsewhere


def test_labels_keep_their_order_and_come_once() -> None:
    entry = entry_of(
        "<category>b</category><category domain='x'>a &amp;amp; z</category><category> b </category>"
        "<category/><category>  </category><category>A</category>"
    )

    assert entry.labels == ("b", "a & z", "A")


def test_labels_of_other_vocabularies_are_no_labels_of_the_entry() -> None:
    entry = entry_of(
        "<category>Trade</category><itunes:keywords>one,two</itunes:keywords><itunes:category text='three'/>"
        "<media:keywords>Trade, four</media:keywords><media:category>five</media:category>"
        "<media:category scheme='urn:x'>six</media:category><dc:subject>Tax</dc:subject>"
    )

    assert entry.labels == ("Trade", "Tax")


@pytest.mark.parametrize(
    ("printed", "link"),
    [
        ("https://blog.example/a?b=1&amp;c=2#d", "https://blog.example/a?b=1&c=2#d"),
        ("/2022/11/26/x/", "https://blog.example/2022/11/26/x/"),
        ("//cdn.example/x", "https://cdn.example/x"),
        (" https://blog.example/with space|pipe ", "https://blog.example/with%20space%7Cpipe"),
        ("https://blog.example/中国", "https://blog.example/中国"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("https://", ""),
        ("https://blog.example@evil.example/", ""),
        ("https://[half", ""),
        ("https://blog.example/\u202e", ""),
    ],
)
def test_a_link_is_an_absolute_http_address_or_nothing(printed: str, link: str) -> None:
    assert entry_of(f"<title>x</title><link>{printed}</link>").link == link


@pytest.mark.parametrize(
    "printed",
    [
        "yesterday",
        "",
        "Thu, 01 Jan 1970 00:00:00 +0000",
        "1969-12-31",
        "2101-01-01T00:00:00Z",
        "0000-00-00",
        "٣",
    ],
)
def test_a_garbage_date_is_no_date(printed: str) -> None:
    assert entry_of(f"<pubDate>{printed}</pubDate>").published is None


@pytest.mark.parametrize(
    ("printed", "author"),
    [
        ("<author>jo@blog.example (Jo Doe)</author>", "Jo Doe"),
        ("<author>jo@blog.example</author>", "jo@blog.example"),
        ("<dc:creator>Jo</dc:creator><dc:creator>Al &amp;amp; Bo</dc:creator>", "Jo, Al & Bo"),
        ("", ""),
    ],
)
def test_an_author_is_a_name(printed: str, author: str) -> None:
    assert entry_of(f"<title>x</title>{printed}").author == author


def test_without_content_the_description_is_the_html() -> None:
    entry = entry_of("<description>&lt;p&gt;Only &lt;b&gt;this&lt;/b&gt;&lt;/p&gt;</description>")

    assert (entry.html, entry.excerpt) == ("<p>Only <b>this</b></p>", "Only this")


def test_content_alone_makes_no_excerpt() -> None:
    entry = entry_of("<content:encoded>&lt;p&gt;All&lt;/p&gt;</content:encoded>")

    assert (entry.html, entry.excerpt) == ("<p>All</p>", "")


def test_a_media_caption_does_not_hide_the_text() -> None:
    entry = entry_of(
        "<description>A long description.</description><media:description>Cap</media:description>"
    )

    assert entry.html == "A long description."


def test_no_character_that_cannot_be_stored_gets_through() -> None:
    body = json_feed(id="a\ud800\x00", title="b\udfff", content_html="c\ud800\x07d\n", tags=["\ud800e"])

    (entry,) = parse(body).entries

    assert (entry.guid, entry.title, entry.html, entry.labels) == ("a", "b", "cd\n", ("e",))


GRAVATAR = '<media:content url="https://0.gravatar.com/avatar/1?s=96" medium="image"/>'
PIXEL = '&lt;img src="https://pixel.wp.com/b.gif?v=1" width="1" height="1"&gt;'


@pytest.mark.parametrize(
    ("printed", "image"),
    [
        (f'{GRAVATAR}<media:content url="https://i.example/a" medium="image"/>', "https://i.example/a"),
        (f'{GRAVATAR}<media:thumbnail url="/t.jpg"/>', "https://blog.example/t.jpg"),
        ('<enclosure url="https://i.example/e.png" type="image/png"/>', "https://i.example/e.png"),
        ('<enclosure url="https://i.example/e.mp3" type="audio/mpeg"/>', ""),
        ('<media:content url="https://i.example/film.mp4" type="video/mp4"/>', ""),
        ('<media:content url="https://i.example/a.jpg"/>', "https://i.example/a.jpg"),
        ('<media:content url="https://i.example/a.jpg" width="1" height="1" medium="image"/>', ""),
        ('<media:content url="data:image/png;base64,x" medium="image"/>', ""),
        (
            f"<description>{PIXEL}&lt;img data-src=\"x\" SRC='/a.jpg?w=1&amp;amp;h=2'&gt;</description>",
            "https://blog.example/a.jpg?w=1&h=2",
        ),
        (f'{GRAVATAR}<description>{PIXEL}&lt;img src="https://i.example/p" width="1"&gt;</description>', ""),
        (GRAVATAR, ""),
    ],
)
def test_the_picture_is_the_posts_own(printed: str, image: str) -> None:
    assert entry_of(f"<title>x</title>{printed}").image == image


@pytest.mark.parametrize(
    ("printed", "ttl"),
    [
        ("60", 3600.0),
        (" 5 ", 300.0),
        ("99999999", 86_400.0),
        ("-5", 0.0),
        ("nan", 0.0),
        ("soon", 0.0),
        ("", 0.0),
    ],
)
def test_the_feeds_wish_is_in_seconds_and_at_most_a_day(printed: str, ttl: float) -> None:
    assert parse(rss(item(""), channel=f"<ttl>{printed}</ttl>").encode()).ttl == ttl


def test_the_update_period_that_wordpress_prints_everywhere_is_no_wish() -> None:
    period = (
        '<sy:updatePeriod xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">daily</sy:updatePeriod>'
    )

    assert parse(rss(item(""), channel=period).encode()).ttl == 0.0


def test_of_too_many_entries_the_newest_are_taken_in_the_feeds_order() -> None:
    oldest_first = "".join(
        item(f"<pubDate>{date:%a, %d %b %Y %H:%M:%S} +0000</pubDate>", guid=str(number))
        for number in range(LIMITS.entries + 50)
        for date in [datetime.fromtimestamp(1_600_000_000 + 3600 * number, UTC)]
    )

    guids = [entry.guid for entry in parse(rss(oldest_first).encode()).entries]

    assert guids == [str(number) for number in range(50, LIMITS.entries + 50)]


def test_of_too_many_entries_without_dates_the_first_are_taken() -> None:
    items = "".join(item("", guid=str(number)) for number in range(LIMITS.entries + 50))

    assert [entry.guid for entry in parse(rss(items).encode()).entries] == [
        str(n) for n in range(LIMITS.entries)
    ]


@pytest.mark.parametrize(
    "inside",
    [
        (
            "<title>Protected: The harbour</title>"
            "<description>There is no excerpt because this is a protected post.</description>"
        ),
        (
            "<title>The harbour</title>"
            "<description>&lt;p&gt;There is no excerpt because this is "
            "a protected post.&lt;/p&gt;</description>"
        ),
        "<title>Geschützt: Der Hafen</title><description>Es gibt keinen Auszug.</description>",
        "<title>Protégé\u00a0: Le port</title><description>Cet article est protégé.</description>",
        "<title>保護中: 港</title><description>この投稿はパスワードで保護されています。</description>",
        (
            "<title>The harbour</title><content:encoded>"
            "&lt;form class='post-password-form'&gt;&lt;p&gt;Enter it."
            "&lt;/p&gt;&lt;/form&gt;</content:encoded>"
        ),
    ],
)
def test_a_post_behind_a_password_has_a_title_and_no_text(inside: str) -> None:
    entry = entry_of(inside)

    assert entry.title != ""
    assert (entry.html, entry.excerpt) == ("", "")


@pytest.mark.parametrize(
    "inside",
    [
        "<title>Protected: whales</title><description>Whales are safe. For now.</description>",
        "<title>Protected areas</title><description>There are more of them.</description>",
        f"<title>Protected: whales</title><description>{'Long text ' * 20}</description>",
    ],
)
def test_a_post_about_protection_keeps_its_text(inside: str) -> None:
    assert entry_of(inside).html != ""


@pytest.mark.parametrize(
    "address", ["http://schemas.google.com/blogger/2008/kind#post", "https://blog.example/trade", "tag://x"]
)
def test_an_address_is_no_label(address: str) -> None:
    labels = f"<category>{address}</category><category>Trade</category><category>Q: a/b</category>"

    assert entry_of(f"<title>x</title>{labels}").labels == ("Trade", "Q: a/b")
