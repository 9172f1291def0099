"""Further workspaces install the app: from Slack's page to the first message, and back out again."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest

from adapters.slack.install.installations import STATE_LIFE
from adapters.slack.install.manifest import BOT_SCOPES
from adapters.slack.install.oauth import InstallRoutes
from bot.errors import PermanentError, Scope
from bot.ports import WebAnswer
from storage import open_store
from tests.adapters.slack.ways import PUBLIC, Browser, Ways, by_socket, header, value_of, ways
from tests.databases import Database

REDIRECT = "/slack/oauth_redirect"


def opened(made: Ways) -> Browser:
    """Open the door and return a browser before it."""
    made.door.open(made.services, made.workspaces, made.installations)
    return made.browser()


def text(answer: WebAnswer) -> str:
    return answer.body.decode()


async def test_a_workspace_that_installs_the_app_gets_messages_with_its_own_token() -> None:
    async with by_socket() as (made, _):
        guests = made.server.add_team("guests", installed=False)
        place, bob = guests.add_channel("place"), guests.add_user("bob")
        made.services.known = [f"slack:{guests.id}/{place.id}", f"slack:{made.news.id}"]
        answer = await opened(made).install(guests)
        client = await made.workspaces.client(guests.id)
        await client.chat_postMessage(channel=place.id, text="the first message")
        await made.server.wait_for_connections()
        await (await made.server.command(bob, place, "/follow", "Trade")).acked()

        assert answer.status == 200
        assert "installed in guests" in text(answer)
        assert client.token == guests.bot_token != made.home.bot_token
        assert [each.text for each in made.server.messages(place)] == ["the first message"]
        assert made.heard == ["Trade"]
        assert made.services.reached == [f"slack:{guests.id}/{place.id}"]
        assert guests.scopes == set(BOT_SCOPES)


async def test_an_uninstalled_workspace_is_cleaned_up_and_parked_and_resumes_when_it_comes_back() -> None:
    async with by_socket() as (made, _):
        await made.server.wait_for_connections()
        guests = made.server.add_team("guests", installed=False)
        place = f"slack:{guests.id}/{guests.add_channel('place').id}"
        made.services.known = [place, f"slack:{made.news.id}"]
        browser = opened(made)
        await browser.install(guests)
        for deed in await guests.uninstall():
            await deed.acked()
        await made.server.wait_until(lambda: made.services.parked)
        await made.events.drain(5)

        assert {address for address, _ in made.services.parked} == {place}
        assert "install it there again" in made.services.parked[0][1]
        assert await made.installations.teams() == []
        with pytest.raises(PermanentError) as caught:
            await made.workspaces.client(guests.id)
        assert caught.value.scope is Scope.DESTINATION

        made.services.reached.clear()
        await browser.install(guests)
        assert made.services.reached == [place]
        assert (await made.workspaces.client(guests.id)).token == guests.bot_token


async def test_a_workspace_that_installs_again_is_served_with_its_new_token() -> None:
    async with ways() as made:
        guests = made.server.add_team("guests", installed=False)
        browser = opened(made)
        await browser.install(guests)
        old = (await made.workspaces.client(guests.id)).token
        made.server.oauth.new_tokens = True
        await browser.install(guests)
        new = (await made.workspaces.client(guests.id)).token

        assert new == guests.bot_token != old
        assert await made.installations.teams() == [guests.id]


async def test_no_token_lies_in_the_database_or_the_log(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("aiosqlite").setLevel(logging.INFO)  # at DEBUG it shows what goes into the database
    store = await open_store(database.url)
    try:
        async with by_socket(store) as (made, _):
            guests = made.server.add_team("guests", installed=False)
            browser = opened(made)
            query = await browser.begin(guests)
            answer = await browser.ask(REDIRECT, query)
            again = await browser.ask(REDIRECT, query)
            kept = await made.installations.token(guests.id)
            secrets = (guests.bot_token, made.server.client_secret, made.home.bot_token)
            code, state = value_of(query, "code"), value_of(query, "state")
            await made.server.event(guests, {"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}})
    finally:
        await store.aclose()
    stored = database.content()

    assert kept == guests.bot_token
    assert guests.id.encode() in stored
    for secret in (*secrets, code, state):
        assert secret.encode() not in stored
        assert secret not in caplog.text
        assert secret not in text(answer) + text(again)


async def test_a_state_is_good_once() -> None:
    async with ways() as made:
        browser = opened(made)
        query, cookie = await browser.begin(made.server.add_team("guests", installed=False)), browser.cookie
        first = await browser.ask(REDIRECT, query)
        browser.cookie = cookie
        second = await browser.ask(REDIRECT, query)

        assert (first.status, second.status) == (200, 400)
        assert "is done already" in text(second)
        assert len(made.server.calls_to("oauth.v2.access")) == 1


async def test_a_state_that_is_too_old_is_refused() -> None:
    class Later:
        def now(self) -> datetime:
            return datetime.now(UTC) + late

    late = timedelta()
    async with ways() as made:
        made.door = InstallRoutes(
            client_id=made.server.client_id,
            client_secret=made.server.client_secret,
            public_url=PUBLIC,
            api_base=made.server.api_base,
            clock=Later(),
        )
        browser = opened(made)
        query = await browser.begin()
        late = timedelta(seconds=STATE_LIFE + 2)
        answer = await browser.ask(REDIRECT, query)

        assert answer.status == 400
        assert "took too long" in text(answer)
        assert made.server.calls_to("oauth.v2.access") == []


@pytest.mark.parametrize("cookie", ["", "slack-app-oauth-state=another", "other=1; slack-app-oauth-state="])
async def test_a_browser_that_did_not_begin_is_refused(cookie: str) -> None:
    async with ways() as made:
        browser = opened(made)
        query = await browser.begin()
        browser.cookie = cookie
        answer = await browser.ask(REDIRECT, query)

        assert answer.status == 400
        assert "did not begin" in text(answer)
        assert await made.installations.teams() == []


async def test_a_code_of_somebody_else_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    async with ways() as made:
        browser = opened(made)
        state = value_of(await browser.begin(), "state")
        answer = await browser.ask(REDIRECT, f"code=123.stolen&state={state}")

        assert answer.status == 400
        assert "does not confirm" in text(answer)
        assert "invalid_code" in caplog.text
        assert "stolen" not in caplog.text
        assert await made.installations.teams() == []


async def test_whoever_cancels_at_slack_is_told_that_nothing_happened() -> None:
    async with ways() as made:
        browser = opened(made)
        made.server.oauth.deny_next = True
        answer = await browser.ask(REDIRECT, await browser.begin())

        assert answer.status == 200
        assert "cancelled" in text(answer)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "code=1",
        "state=1",
        "code=<script>alert(1)</script>&state=<script>alert(1)</script>",
        "error=<script>alert(1)</script>&error_description=<script>",
        "state=%ff%fe&code=%00",
        "&".join(f"a{number}=<script>" for number in range(2000)),
    ],
)
async def test_nothing_of_a_request_is_on_a_page(query: str) -> None:
    async with ways() as made:
        answer = await opened(made).ask(REDIRECT, query)

        assert answer.status == 400
        assert "script" not in text(answer)
        assert "script" not in str(answer.headers)
        headers = dict(answer.headers)
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["referrer-policy"] == "no-referrer"


async def test_a_workspace_cannot_name_itself_into_the_page() -> None:
    async with ways() as made:
        answer = await opened(made).install(made.server.add_team("<img src=x>", installed=False))

        assert answer.status == 200
        assert "&lt;img src=x&gt;" in text(answer)
        assert "<img" not in text(answer)


async def test_the_first_page_sends_the_browser_on_with_a_cookie_that_is_safe() -> None:
    async with ways() as made:
        answer = await opened(made).ask("/slack/install", "team=T1%0d%0aSet-Cookie:%20a=b&x=1")
        location, cookie = header(answer, "location"), header(answer, "set-cookie")

        assert answer.status == 302
        assert location.startswith(f"{made.server.origin}/oauth/v2/authorize?")
        assert "team=" not in location
        assert value_of(location.partition("?")[2], "scope") == ",".join(BOT_SCOPES)
        assert {"Secure", "HttpOnly", f"Max-Age={STATE_LIFE}"} <= {each.strip() for each in cookie.split(";")}


async def test_the_home_workspace_keeps_its_own_token() -> None:
    async with ways() as made:
        answer = await opened(made).install(made.home)

        assert answer.status == 200
        assert "home workspace" in text(answer)
        assert await made.installations.teams() == []


async def test_an_installation_that_cannot_be_kept_is_told(caplog: pytest.LogCaptureFixture) -> None:
    async with ways() as made:

        async def refuse(key: str, value: str) -> None:
            if not key.startswith("slack:installation:"):
                made.services.memory[key] = value

        made.services.set_value = refuse  # type: ignore[method-assign]  # a store that refuses one write
        answer = await opened(made).install(made.server.add_team("guests", installed=False))

        assert answer.status == 500
        assert "could not be kept" in text(answer)
        assert "does not take the installation" in caplog.text


@pytest.mark.parametrize("fault", ["drop", "lose_answer"])
async def test_slack_out_of_reach_is_told(fault: str) -> None:
    async with ways() as made:
        browser = opened(made)
        query = await browser.begin()
        getattr(made.server.faults, fault)("oauth.v2.access")
        answer = await browser.ask(REDIRECT, query)

        assert answer.status == 502
        assert len(made.server.calls_to("oauth.v2.access")) == 1
        assert await made.installations.teams() == []
