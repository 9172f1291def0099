"""The config alone decides where calls and connections go."""

from __future__ import annotations

from discord.http import Route

from adapters.discord.gateway.endpoints import Wire

REAL = "wss://gateway.discord.gg/?v=10&encoding=json&compress=zlib-stream"
RESUME = "wss://gateway-us-east1-b.discord.gg/?v=10&encoding=json"
QUERY = "v=10&encoding=json"


def test_a_gateway_in_the_config_gets_every_connection() -> None:
    wire = Wire("https://discord.com/api/v10", "ws://127.0.0.1:8080/gateway")
    wire.learn("wss://elsewhere.example")

    assert wire.dial(REAL) == f"ws://127.0.0.1:8080/gateway?{QUERY}&compress=zlib-stream"
    assert wire.dial(RESUME) == f"ws://127.0.0.1:8080/gateway?{QUERY}"


def test_without_one_new_sessions_go_where_the_api_says_and_resumes_where_ready_said() -> None:
    wire = Wire("http://127.0.0.1:9/api/v10", "")
    wire.learn("ws://127.0.0.1:9")

    assert wire.dial(REAL) == f"ws://127.0.0.1:9/?{QUERY}&compress=zlib-stream"
    assert wire.dial(RESUME) == RESUME


def test_the_base_is_put_back() -> None:
    before = Route.BASE
    wire = Wire("http://127.0.0.1:9/api/v10/", "")
    wire.lay()
    wire.lay()
    inside = Route("GET", "/users/@me").url
    wire.lift()
    wire.lift()

    assert inside == "http://127.0.0.1:9/api/v10/users/@me"
    assert before == Route.BASE
