"""`bystander healthy`: a sentence and an exit code about the running bot."""

from __future__ import annotations

import argparse
import asyncio
import socket
import subprocess
import sys

import pytest
from aiohttp import web

from bot.config.load import parse_config
from bot.errors import BystanderError
from bot.shell.healthy import healthy
from tests.acceptance.process import ROOT, Home
from tests.acceptance.serving import Serve


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def ask(port: int) -> str:
    """Return why the bot on a port is not well."""
    with pytest.raises(BystanderError) as told:
        await healthy(argparse.Namespace(), parse_config(f'[web]\nlisten = "127.0.0.1:{port}"', {}))
    return str(told.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])
async def test_a_bot_that_runs_is_well_and_one_that_was_stopped_is_not(home: Home, host: str) -> None:
    port = free_port()
    home.settings["web"] = {"listen": f"{host}:{port}"}
    async with home.running() as bot:
        await bot.ready()
        well = await home.call("healthy")
    stopped = await home.call("healthy")

    shown = host.replace("0.0.0.0", "127.0.0.1")
    assert (well.code, well.out, well.err) == (0, f"The bot on http://{shown}:{port} is well.\n", "")
    assert (stopped.code, stopped.out) == (1, "")
    assert stopped.err.startswith(f"No bot answers on http://{shown}:{port}/healthz (")
    assert stopped.err.count("\n") == 1


async def test_without_a_web_server_there_is_nobody_to_ask(lonely: Home) -> None:
    ended = await lonely.call("healthy")

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("web.listen is not set, so there is nobody to ask; set it")


async def test_a_bot_whose_loops_are_dead_is_not_well(serve: Serve) -> None:
    async def dead(_: web.Request) -> web.Response:
        return web.json_response({"ok": False, "loops": {"poll": False}}, status=503)

    port = await serve(dead)

    assert await ask(port) == (
        f"The bot is not well: http://127.0.0.1:{port}/healthz answers with status 503; its log says more."
    )


@pytest.mark.parametrize(
    "body", ["<html>", "[]", "{}", "{", "\x00"], ids=["html", "list", "table", "cut", "nul"]
)
@pytest.mark.parametrize("kind", ["text/html", "application/json"])
async def test_something_else_on_the_port_is_not_taken_for_the_bot(
    serve: Serve, body: str, kind: str
) -> None:
    async def other(_: web.Request) -> web.Response:
        return web.Response(text=body, content_type=kind)

    told = await ask(await serve(other))

    assert told.startswith("Something else than the bot answers on http://127.0.0.1:")


async def test_a_redirect_is_not_followed(serve: Serve) -> None:
    async def elsewhere(request: web.Request) -> web.Response:
        if request.path == "/well":
            return web.json_response({"ok": True})
        return web.Response(status=302, headers={"Location": "/well"})

    assert "Something else than the bot answers" in await ask(await serve(elsewhere))


@pytest.mark.slow
async def test_a_bot_that_does_not_answer_is_given_five_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # connections wait in its backlog
        assert (await ask(silent.getsockname()[1])).endswith("within 5 seconds.")


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 200_000])
async def test_a_server_of_something_else_than_http_is_named_as_such(said: bytes) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        writer.close()

    async with await asyncio.start_server(speak, "127.0.0.1", 0) as server:
        assert "Something else than the bot answers" in await ask(server.sockets[0].getsockname()[1])


def has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
async def test_a_bot_on_ipv6_is_reached() -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.0 200 OK\r\n\r\n{"ok": true}')
        writer.close()

    async with await asyncio.start_server(speak, "::1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        config = parse_config(f'[web]\nlisten = "[::]:{port}"', {})
        assert await healthy(argparse.Namespace(), config) == 0


def test_it_asks_without_an_http_library() -> None:
    code = "import sys, bot.cli, bot.shell.healthy; sys.exit('aiohttp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
