from __future__ import annotations

import random
from pathlib import Path

import pytest

from bot.errors import ParseError
from bot.pipeline.parse.feed import parse
from tests.pipeline.bodies import atom, item, json_feed, rss

PARSER_FIELDS = (
    *("id", "title", "link", "links", "content", "summary", "summary_detail", "title_detail", "tags"),
    *("authors", "author", "published_parsed", "updated_parsed", "media_content", "media_thumbnail"),
    *("ttl", "generator", "enclosure"),
)
JSON_FIELDS = (
    *("url", "external_url", "title", "content_html", "content_text", "summary", "date_published"),
    *("date_modified", "author", "authors", "tags", "image", "banner_image", "attachments"),
)


@pytest.mark.parametrize("key", PARSER_FIELDS)
@pytest.mark.parametrize(
    "hostile",
    ["<KEY a='1'/>", "<KEY a='1'/><KEY>x</KEY>", "<KEY>x</KEY><KEY type='image/png' url='x'><KEY/></KEY>"],
)
def test_elements_named_like_the_parsers_own_fields_do_no_harm(key: str, hostile: str) -> None:
    hostile = hostile.replace("KEY", key)

    feed = parse(rss(item(f"{hostile}<title>One</title>{hostile}"), channel=hostile).encode())

    assert len(feed.entries) == 1


@pytest.mark.parametrize("value", [None, True, 7, 1.5, "text", [], ["x"], [{}], {}, {"name": []}])
def test_json_values_of_any_type_do_no_harm(value: object) -> None:
    (entry,) = parse(json_feed(id="1", **dict.fromkeys(JSON_FIELDS, value))).entries

    assert entry.guid == "1"


SEEDS = (
    rss(
        item(
            "<title>One &amp; two</title><link>https://blog.example/1</link><dc:creator>Jo</dc:creator>"
            "<pubDate>Sat, 26 Nov 2022 23:41:07 +0000</pubDate><category><![CDATA[Trade]]></category>"
            "<media:content url='https://i.example/a' medium='image'><media:title/></media:content>"
            "<content:encoded><![CDATA[<p>Text <img src='/x.png'></p>]]></content:encoded>"
        )
    ).encode(),
    atom(
        "<title type='html'>A</title><link href='/1'/><updated>2022-11-27T10:00:00Z</updated>"
        "<author><name>Jo</name></author><category term='x'/><content type='xhtml'><div>x</div></content>"
    ),
    json_feed(id="1", title="One", url="https://blog.example/1", content_text="x", tags=["a"], authors=[{}]),
)
SPICE = (
    b"<",
    b">",
    b"&",
    b"&#x110000;",
    b"&#0;",
    b"]]>",
    b"<![CDATA[",
    b"<!--",
    b'"',
    b"\0",
    b"\xff",
    b"\xd8\x00",
)


@pytest.mark.parametrize("seed", range(240))
def test_of_a_mangled_feed_only_a_parse_error_escapes(seed: int) -> None:
    chance = random.Random(seed)
    body = bytearray(SEEDS[seed % len(SEEDS)])
    for _ in range(chance.randint(1, 8)):
        start = chance.randrange(len(body))
        end = start + chance.choice([0, 1, 3, 20])
        body[start:end] = chance.choice([b"", *SPICE, body[chance.randrange(len(body)) :][:30]])

    try:
        feed = parse(bytes(body))
    except ParseError:
        return

    assert feed.entries
    assert repr(feed).encode()


def test_a_body_that_is_the_name_of_a_file_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "<rss>").write_bytes(rss(item("<title>the secret</title>")).encode())
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ParseError, match="cut short"):
        parse(b"<rss>")


@pytest.mark.parametrize("root", ["<rss", "<feed"])
def test_no_local_file_leaks_into_a_feed(tmp_path: Path, root: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    inside = (
        '<title>&x;</title><xi:include href="URI" parse="text" xmlns:xi="http://www.w3.org/2001/XInclude"/>'
    )
    plain = rss(item(inside)) if root == "<rss" else atom(inside).decode()
    doctype = '<!DOCTYPE x [\n<!ENTITY x SYSTEM "URI">\n<!ENTITY % y SYSTEM "URI">\n%y;\n]>'

    feed = parse(plain.replace(root, doctype + root).replace("URI", secret.as_uri()).encode())

    assert len(feed.entries) == 1
    assert "the secret" not in repr(feed)
