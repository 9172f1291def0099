"""The config alone decides where calls and connections go."""

from __future__ import annotations

from discord.http import Route

from adapters.discord.gateway.endpoints import Endpoints

REAL = "wss://gateway.discord.gg/?v=10&encoding=json&compress=zlib-stream"
RESUME = "wss://gateway-us-east1-b.discord.gg/?v=10&encoding=json"
QUERY = "v=10&encoding=json"


def test_a_gateway_in_the_config_gets_every_connection() -> None:
    endpoints = Endpoints("https://discord.com/api/v10", "ws://127.0.0.1:8080/gateway")
    endpoints.learn("wss://elsewhere.example")

    assert endpoints.dial(REAL) == f"ws://127.0.0.1:8080/gateway?{QUERY}&compress=zlib-stream"
    assert endpoints.dial(RESUME) == f"ws://127.0.0.1:8080/gateway?{QUERY}"


def test_without_one_new_sessions_go_where_the_api_says_and_resumes_where_ready_said() -> None:
    endpoints = Endpoints("http://127.0.0.1:9/api/v10", "")
    endpoints.learn("ws://127.0.0.1:9")

    assert endpoints.dial(REAL) == f"ws://127.0.0.1:9/?{QUERY}&compress=zlib-stream"
    assert endpoints.dial(RESUME) == RESUME


def test_the_base_is_put_back() -> None:
    before = Route.BASE
    endpoints = Endpoints("http://127.0.0.1:9/api/v10/", "")
    endpoints.lay()
    endpoints.lay()
    inside = Route("GET", "/users/@me").url
    endpoints.lift()
    endpoints.lift()

    assert inside == "http://127.0.0.1:9/api/v10/users/@me"
    assert before == Route.BASE
