from __future__ import annotations

import asyncio
import re
import socket
from base64 import b64encode
from datetime import timedelta
from hashlib import sha256
from typing import cast

import pytest

from bot.errors import BystanderError
from bot.model import FeedState
from bot.ports import MOST_BODY, OverviewReader, WebAnswer, WebRequest, WebRoute
from bot.web.reading import FRESH
from tests.web.scene import NOW, Ask, Scene, asking


async def test_healthz_is_well_while_all_loops_live(ask: Ask) -> None:
    answer = await ask("/healthz")

    assert (answer.status, answer.text) == (200, '{"ok": true, "loops": {"poll": true, "outbox": true}}')
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"


async def test_healthz_names_the_dead_loop(scene: Scene, ask: Ask) -> None:
    scene.loops["outbox"] = False

    answer = await ask("/healthz")

    assert (answer.status, answer.text) == (503, '{"ok": false, "loops": {"poll": true, "outbox": false}}')


async def test_readyz_waits_for_every_adapter(scene: Scene, ask: Ask) -> None:
    scene.adapters["discord"] = False
    before = await ask("/readyz")
    scene.adapters["discord"] = True
    after = await ask("/readyz")

    assert (before.status, before.text) == (
        503,
        '{"ok": false, "adapters": {"console": true, "discord": false}}',
    )
    assert (after.status, after.text) == (200, '{"ok": true, "adapters": {"console": true, "discord": true}}')


async def test_readyz_tells_what_else_is_wrong(scene: Scene, ask: Ask) -> None:
    scene.troubles = ["The database refuses."]
    answer = await ask("/readyz")

    assert (answer.status, answer.text) == (
        200,
        '{"ok": true, "adapters": {"console": true}, "troubles": ["The database refuses."]}',
    )


async def test_healthz_answers_while_the_store_fails(scene: Scene, ask: Ask) -> None:
    scene.break_store()

    assert (await ask("/healthz")).status == 200
    for path in ("/", "/metrics"):
        answer = await ask(path)
        assert answer.status == 503
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert re.fullmatch(r"The database .* refused a statement .*\.\n", answer.text)


# --- every answer ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/metrics"])
async def test_only_get_and_head_are_answered(ask: Ask, path: str) -> None:
    got, head = await ask(path), await ask(path, "HEAD")
    refused = [(await ask(path, method)).status for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS")]

    assert got.status == head.status == 200
    assert head.text == ""
    assert head.headers["Content-Length"] == str(len(got.text.encode()))
    assert refused == [405] * 5


@pytest.mark.parametrize("path", ["/nowhere", "/metrics/", "/..%2f..%2fetc/passwd", "/%3Cscript%3E"])
async def test_an_unknown_path_is_answered_plainly(ask: Ask, path: str) -> None:
    answer = await ask(path)

    assert (answer.status, answer.text) == (404, "404: Not Found")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 200), ("GET", "/metrics", 200), ("GET", "/nowhere", 404), ("POST", "/", 405)],
)
async def test_every_answer_forbids_what_the_page_does_not_need(
    ask: Ask, method: str, path: str, status: int
) -> None:
    answer = await ask(path, method)

    assert answer.status == status
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Server"] == "Bystander"


async def test_the_policy_lets_the_style_of_the_page_through(ask: Ask) -> None:
    answer = await ask("/")
    styles = re.findall("<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = b64encode(sha256(styles[0].encode()).digest()).decode()

    assert len(styles) == 1
    assert f"style-src 'sha256-{digest}';" in answer.headers["Content-Security-Policy"]
    assert " style=" not in answer.text


class Counted:
    """A store that counts how often it is asked."""

    def __init__(self, store: OverviewReader) -> None:
        self.store = store
        self.looks = 0

    def __getattr__(self, name: str) -> object:
        self.looks += name == "queue_times"
        return getattr(self.store, name)


@pytest.mark.parametrize(("path", "shown"), [("/metrics", "bystander_feeds {}.0\n"), ("/", "{} feed")])
async def test_a_crowd_costs_the_database_one_look(scene: Scene, path: str, shown: str) -> None:
    await scene.watch("Old", FeedState(last_success_at=NOW))
    counted = Counted(scene.store)
    async with asking(scene.server(store=cast("OverviewReader", counted))) as ask:
        crowd = await asyncio.gather(*[ask(path) for _ in range(20)])
        looks = counted.looks
        await scene.watch("New", FeedState(last_success_at=NOW))
        scene.time += FRESH
        after = await ask(path)

    assert {shown.format(1) in answer.text for answer in crowd} == {True}
    assert (looks, counted.looks) == (1, 2)
    assert shown.format(2) in after.text


async def test_a_clock_that_is_set_back_does_not_freeze_the_page(scene: Scene, ask: Ask) -> None:
    await ask("/metrics")
    await scene.watch("New")
    scene.time -= timedelta(days=1)

    assert "bystander_feeds 1.0\n" in (await ask("/metrics")).text


# --- life --------------------------------------------------------------------------------------------------


async def test_further_routes_are_served_with_the_same_care(scene: Scene) -> None:
    asked: list[WebRequest] = []

    async def events(request: WebRequest) -> WebAnswer:
        asked.append(request)
        cookies = (("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Cache-Control", "private"))
        return WebAnswer(202, cookies, request.body[::-1])

    async with asking(scene.server(WebRoute("POST", "/slack/events", events))) as ask:
        answer = await ask("/slack/events?a=%26&b", "POST", b"\x00abc")
        wrong = await ask("/slack/events")

    (request,) = asked
    assert (request.path, request.query, request.body) == ("/slack/events", "a=%26&b", b"\x00abc")
    assert request.headers["content-length"] == "4"
    assert (answer.status, answer.headers["X-Content-Type-Options"]) == (202, "nosniff")
    assert answer.headers["Cache-Control"] == "private"
    assert answer.headers.getall("Set-Cookie") == ["a=1", "b=2"]  # type: ignore[attr-defined]  # a multidict
    assert answer.text == "cba\x00"
    assert wrong.status == 405


async def test_a_body_that_is_too_large_never_reaches_an_adapter(scene: Scene) -> None:
    asked: list[int] = []

    async def events(request: WebRequest) -> WebAnswer:
        asked.append(len(request.body))
        return WebAnswer()

    async with asking(scene.server(WebRoute("POST", "/slack/events", events))) as ask:
        most = await ask("/slack/events", "POST", b"x" * MOST_BODY)
        more = await ask("/slack/events", "POST", b"x" * (MOST_BODY + 1))

    assert (most.status, more.status, asked) == (200, 413, [MOST_BODY])


async def test_an_adapter_that_fails_at_a_request_is_a_500_and_the_server_goes_on(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    async def events(_request: WebRequest) -> WebAnswer:
        raise RuntimeError("no such thing")

    async with asking(scene.server(WebRoute("POST", "/slack/events", events))) as ask:
        answer = await ask("/slack/events", "POST")
        health = await ask("/healthz")

    assert (answer.status, answer.text, health.status) == (500, "", 200)
    assert "/slack/events" in caplog.text


async def test_a_taken_port_is_an_error_with_the_mend(scene: Scene) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BystanderError) as caught:
            async with scene.server(port=port):
                pass

    assert str(caught.value) == (
        f'web.listen = "127.0.0.1:{port}": the port is taken; '
        "choose another or stop the program that uses it."
    )


@pytest.mark.parametrize(
    ("host", "address"), [("192.0.2.1", "192.0.2.1:0"), ("2001:db8::1", "[2001:db8::1]:0")]
)
async def test_an_address_of_another_machine_is_an_error_with_the_mend(
    scene: Scene, host: str, address: str
) -> None:
    with pytest.raises(BystanderError) as caught:
        async with scene.server(host=host):
            pass

    assert str(caught.value) == (
        f'web.listen = "{address}": this machine has no such address; '
        'choose one of its own, such as "127.0.0.1".'
    )


async def test_the_port_is_free_again_after_the_end(scene: Scene) -> None:
    async with scene.server() as first:
        port = first.port
    async with asking(scene.server(port=port)) as ask:
        answer = await ask("/healthz")

    assert answer.status == 200


async def test_stopping_does_not_wait_for_a_handler_that_hangs(scene: Scene) -> None:
    began, never = asyncio.Event(), asyncio.Event()

    async def hang(_request: WebRequest) -> WebAnswer:
        began.set()
        await never.wait()
        return WebAnswer()

    server = scene.server(WebRoute("GET", "/hang", hang))
    async with asyncio.timeout(60), server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET /hang HTTP/1.1\r\nHost: x\r\n\r\n")
        await began.wait()

    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
