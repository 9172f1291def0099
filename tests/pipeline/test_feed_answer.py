"""Whatever an address gives: a poll and `check` say the same, with the mend."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.pipeline.fetch.client import Fetcher
from bot.pipeline.fetch.errors import refusal
from bot.pipeline.inspector import FeedInspector
from tests.databases import Database
from tests.fakes.blog import Fault, Hang, body, cut, drop, html_page, redirect, status
from tests.pipeline.fetch.wire import raw_server
from tests.pipeline.newsroom import LOOPBACK, Newsroom, open_newsroom

_RSS = b'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>%s</channel></rss>'
_NAMES = '<link rel="alternate" type="application/rss+xml" href="%s"><title>Blog</title><p>Hello.'
_GZIP = {"Content-Encoding": "gzip"}
_LONG = "/" + "x" * 300

# What the blog answers -> what is said of it, and the mend.
ANSWERS: dict[str, tuple[Fault, str, str]] = {
    "an endless redirect": (redirect("/feed/", code=302), "more than 5 redirects", "in a browser"),
    "a redirect nowhere": (redirect("", code=302), "leads nowhere", "check the address"),
    "a redirect inside": (redirect("http://10.0.0.1/"), "not on the public internet", "fetch.allow_networks"),
    "a redirect to a login": (redirect("/login", code=302), "a web page, not a feed", "/login in a browser"),
    "a password": (status(401), "answered 401", "cannot be watched"),
    "a refusal": (status(403), "answered 403", "fetch.contact"),
    "nothing": (status(404), "answered 404", "check the address"),
    "gone": (status(410), "answered 410", "remove it, or give its new address"),
    "too often": (status(429), "answered 429", "a longer every"),
    "a broken server": (status(500), "answered 500", "on its side"),
    "a busy server": (status(503), "answered 503", "on its side"),
    "no content": (status(204), "answered 204", "check the address"),
    "unchanged, unasked": (status(304), "answered 304", "check the address"),
    "silence": (Hang(), "no answer within 1 s", "raise fetch.timeout"),
    "a closed door": (drop(), "without an answer", "check the address"),
    "half an answer": (cut(), "incomplete", "on its side"),
    "too much": (body(b" " * 60_000), "larger than 0.05 MB", "raise fetch.max_body"),
    "no gzip": (body(b"garbage", headers=_GZIP), "wrongly encoded", "its owner"),
    "gzip, unsaid": (body(b"\x1f\x8b\x08"), "compressed", "/feed/ in a browser"),
    "emptiness": (body(b""), "the answer is empty", "/feed/ in a browser"),
    "words": (body(b"Too many requests", "text/plain"), "neither XML nor JSON", "/feed/ in a browser"),
    "an API": (body(b'{"posts": []}', "application/json"), "no JSON Feed", "/feed/ in a browser"),
    "a site map": (body(b"<urlset/>"), "XML, but no feed", "/feed/ in a browser"),
    "an empty feed": (body(_RSS % b""), "lists no entries", "/feed/ in a browser"),
    "a feed of nothings": (body(_RSS % b"<item/>"), "no entries with an id", "/feed/ in a browser"),
    "an error page": (html_page("<h1>500 Sorry</h1>"), "a web page, not a feed", "/feed/ in a browser"),
    "a page that names itself": (html_page(_NAMES % "/feed/"), "a web page", "/feed/ in a browser"),
    "a page with an endless name": (html_page(_NAMES % _LONG), "a web page", "/feed/ in a browser"),
    "the blog itself": (html_page(_NAMES % "/rss.xml"), "a web page", "/rss.xml: put that into url"),
}


@pytest.fixture
async def room(database: Database) -> AsyncIterator[Newsroom]:
    settings = replace(LOOPBACK, timeout=1.0, max_body=50_000)
    async with open_newsroom(database) as opened, Fetcher(settings, opened.clock) as fetcher:
        opened.fetcher = fetcher
        opened.restart()
        yield opened
        await opened.poller.aclose()


async def said(room: Newsroom, url: str) -> str:
    """Return why a poll of a URL failed, after `check` has said the same."""
    checked = await FeedInspector(room.fetcher, room.sandbox).check(url)
    await room.watch(url, name="Odd")
    await room.poll()
    state = (await room.feed("Odd")).state

    assert (state.failures, checked.problem) == (1, state.last_error)
    return checked.problem


@pytest.mark.parametrize("name", ANSWERS)
async def test_a_poll_and_check_say_the_same_with_the_mend(room: Newsroom, name: str) -> None:
    fault, what, mend = ANSWERS[name]
    room.blog.fail_always(html_page(), path="/login")
    room.blog.fail_always(fault)
    problem = await said(room, room.blog.feed_url)

    assert what in problem
    assert mend in problem.partition(what)[2]
    assert len(problem) < 400


async def test_a_page_is_never_followed_to_the_feed_it_names(room: Newsroom) -> None:
    problem = await said(room, room.blog.url)

    assert f"its feed is {room.blog.feed_url}: put that into url" in problem
    assert room.blog.seen("/feed/") == []


@asynccontextmanager
async def untrusted(folder: Path) -> AsyncIterator[str]:
    """Serve on loopback with a certificate that nobody vouches for; give the address."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")]),
    )
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
    form, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    file = folder / "both.pem"
    file.write_bytes(
        key.private_bytes(form, serialization.PrivateFormat.PKCS8, plain)
        + made.sign(key, hashes.SHA256()).public_bytes(form)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    runner = web.AppRunner(web.Application())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    try:
        yield f"https://127.0.0.1:{runner.addresses[0][1]}/feed/"
    finally:
        await runner.cleanup()


async def test_a_certificate_that_nobody_vouches_for_is_named_with_the_mend(
    room: Newsroom, tmp_path: Path
) -> None:
    async with untrusted(tmp_path) as url:
        assert "cannot be trusted; its owner has to mend that" in await said(room, url)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://127.0.0.1:{port}/feed/", ("no secure connection", "http:// or https://")),
        ("http://127.0.0.1:1/feed/", ("refuses connections", "check the address and its port")),
        ("http://nobody.invalid/feed/", ("cannot be resolved", "check its spelling")),
        ("http://10.0.0.1/feed/", ("not on the public internet", "fetch.allow_networks")),
        ("http://[fd00::1]/feed/", ("not on the public internet", "fetch.allow_networks")),
        ("http:///feed/", ("names no host", "write one such as")),
        ("ftp://127.0.0.1/feed/", ("does not begin with http", "write one such as")),
        ("http://[/feed/", ("malformed", "write one such as")),
        ("http://u:p@127.0.0.1/feed/", ("user name or password", "leave them out")),
        ("http://127.0.0.1:0/feed/", ("port 0", "the right one")),
        ("http://127.0.0.1/\x07", ("cannot be printed", "write it anew")),
        ("http://127.0.0.1/" + "x" * 3000, ("longer than", "check it")),
    ],
)
async def test_an_address_that_leads_nowhere_is_named_with_the_mend(
    room: Newsroom, url: str, words: tuple[str, str]
) -> None:
    problem = await said(room, url.format(port=room.blog.url.rpartition(":")[2]))

    assert words[0] in problem
    assert words[1] in problem.partition(words[0])[2]


async def test_a_malformed_answer_is_named_with_the_mend(room: Newsroom) -> None:
    async with raw_server(b"<html>no head</html>") as server:
        assert "a malformed answer; check the address" in await said(room, server.url)


def test_no_status_is_without_its_mend() -> None:
    sentences = {refusal(code) for code in range(100, 600)}

    assert all("; " in sentence and not sentence.endswith(".") for sentence in sentences)
