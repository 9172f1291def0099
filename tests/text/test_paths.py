from __future__ import annotations

import pytest

from bot.text.paths import parents


@pytest.mark.parametrize(
    ("name", "above"),
    [
        ("World/Asia/China", ["World/Asia", "World"]),
        ("World / Asia", ["World"]),
        ("World > Asia", ["World"]),
        ("World \u00bb Asia", ["World"]),
        ("UK/London", ["UK"]),  # known below
        ("AC/DC", []),
        ("24/7", []),
        ("/World", []),
        ("World/", []),
        ("World", []),
        ("", []),
    ],
)
def test_what_stands_before_a_stroke_is_above(name: str, above: list[str]) -> None:
    assert parents(name, lambda each: each == "UK") == above
