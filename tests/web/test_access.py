"""Who sees the names of places and people on the status page."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace

import pytest

from bot.web.access import Access, Visit
from tests.web.busy import PERSON, fill
from tests.web.scene import Scene, asking

TOKEN = "correct horse battery"
HERE = Visit({"host": "127.0.0.1:8080"}, "127.0.0.1")
NAMES = (PERSON, "ann-the-reader", "discord:channel-1", "channel-", "Ann Author")


def basic(password: str, user: str = "any") -> str:
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"


@pytest.mark.parametrize("given", [f"Bearer {TOKEN}", f"bearer  {TOKEN} ", basic(TOKEN), basic(TOKEN, "")])
def test_who_has_the_token_sees_names_from_anywhere(given: str) -> None:
    access = Access("0.0.0.0", "https://news.example", TOKEN)

    assert access.sees_names(Visit({"authorization": given}, "203.0.113.9"))


@pytest.mark.parametrize(
    "given",
    ["", TOKEN, f"Bearer {TOKEN}x", "Bearer", basic(TOKEN[:-1]), "Basic !", "Basic /w==", "Bearer \udcff"],
)
def test_nobody_else_does_once_there_is_a_token_not_even_on_the_machine(given: str) -> None:
    visit = replace(HERE, headers={**HERE.headers, "authorization": given})

    assert not Access("127.0.0.1", token=TOKEN).sees_names(visit)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8080", "[::1]:8080", "localhost:80", "LOCALHOST"])
@pytest.mark.parametrize("listens_on", ["127.0.0.1", "::1", "localhost"])
def test_without_a_token_those_on_the_machine_see_names(listens_on: str, host: str) -> None:
    assert Access(listens_on).sees_names(Visit({"host": host}, "127.0.0.1"))


@pytest.mark.parametrize(
    ("access", "visit"),
    [
        (Access("0.0.0.0"), HERE),
        (Access("192.0.2.1"), HERE),
        (Access(""), HERE),
        (Access("127.0.0.1", "https://news.example"), HERE),
        (Access("127.0.0.1"), replace(HERE, peer="203.0.113.9")),
        (Access("127.0.0.1"), replace(HERE, version=(1, 0))),  # nginx as it comes
        (Access("127.0.0.1"), replace(HERE, headers={"host": "news.example"})),  # a proxy, or another site
        (Access("127.0.0.1"), replace(HERE, headers={})),
        (Access("127.0.0.1"), replace(HERE, headers={**HERE.headers, "x-forwarded-for": "203.0.113.9"})),
        (Access("127.0.0.1"), replace(HERE, headers={**HERE.headers, "via": "1.1 caddy"})),
    ],
)
def test_whatever_may_come_from_elsewhere_sees_none(access: Access, visit: Visit) -> None:
    assert not access.sees_names(visit)


def test_the_token_is_not_in_what_is_printed_of_the_access() -> None:
    assert TOKEN not in repr(Access("127.0.0.1", token=TOKEN))


async def test_a_public_address_without_a_token_names_no_person_and_no_place(scene: Scene) -> None:
    await fill(scene, trouble=True)
    async with asking(scene.server(access=Access("0.0.0.0"))) as ask:
        told = {path: await ask(path) for path in ("/", "/places", "/metrics", "/healthz", "/readyz")}

    assert told["/places"].status == 403
    for answer in told.values():
        assert [name for name in NAMES if name in answer.text] == []
    assert "Slack 5 messages kept" in told["/"].text.replace("<b>", "").replace("</b>", "")
    assert "5 messages kept" in told["/"].text


async def test_on_the_machine_names_are_shown_without_a_token(scene: Scene) -> None:
    await fill(scene, trouble=True)
    async with asking(scene.server(access=Access("127.0.0.1"))) as ask:
        page, places = await ask("/"), await ask("/places")
        passed_on = await ask("/", headers={"X-Forwarded-For": "203.0.113.9"})

    for answer in (page, places):
        assert answer.status == 200
        assert "discord:channel-1" in answer.text
        assert "allow it to send messages" in answer.text, "the mend"
        assert PERSON in answer.text
    assert "discord:channel-1" not in passed_on.text


async def test_with_a_token_the_browser_asks_for_it_where_names_are_shown(scene: Scene) -> None:
    await fill(scene)
    async with asking(scene.server(access=Access("0.0.0.0", token=TOKEN))) as ask:
        page, asked = await ask("/"), await ask("/places")
        wrong = await ask("/places", headers={"Authorization": basic("guess")})
        right = await ask("/places", headers={"Authorization": basic(TOKEN)})
        home = await ask("/", headers={"Authorization": basic(TOKEN)})

    assert 'href="places"' in page.text
    assert (asked.status, wrong.status) == (401, 401)
    assert asked.headers["WWW-Authenticate"].startswith("Basic realm=")
    assert PERSON not in page.text + asked.text + wrong.text
    assert PERSON in right.text
    assert PERSON in home.text
    assert 'href="places"' not in right.text
