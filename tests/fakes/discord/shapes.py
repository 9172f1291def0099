"""Sent embeds and components, brought into the shape in which Discord gives them back."""

from __future__ import annotations

from itertools import count
from typing import Any

from tests.fakes.discord.basics import Json

_PICTURES = ("image", "thumbnail", "video")
# What an answer always has, per component type; what was sent stands above it.
_DEFAULTS: dict[int, Json] = {
    2: {"style": 2, "disabled": False},
    3: {"min_values": 1, "max_values": 1, "disabled": False},
    4: {"label": None, "min_length": None, "max_length": None},
    5: {"min_values": 1, "max_values": 1, "disabled": False},
    6: {"min_values": 1, "max_values": 1, "disabled": False},
    7: {"min_values": 1, "max_values": 1, "disabled": False},
    8: {"min_values": 1, "max_values": 1, "disabled": False},
    11: {"description": None, "spoiler": False},
    14: {"spacing": 1, "divider": True},
    17: {"accent_color": None, "spoiler": False},
}


def embeds(sent: list[Json] | None) -> list[Json]:
    """Return embeds as an answer shows them: typed, without nulls, edges of texts trimmed."""
    return [_embed(each) for each in sent or []]


def _embed(sent: Json) -> Json:
    shown = {name: _trimmed(value) for name, value in sent.items() if value is not None}
    shown |= {"type": "rich"}
    if "fields" in shown:
        shown["fields"] = [{"inline": False, **field} for field in shown["fields"]]
    for name in _PICTURES:
        if name in shown:
            shown[name] |= {"proxy_url": shown[name]["url"], "width": 0, "height": 0}
    return shown


def _trimmed(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return [_trimmed(each) for each in value]
    if isinstance(value, dict):
        return {name: _trimmed(each) for name, each in value.items() if each is not None}
    return value


def components(sent: list[Json] | None) -> list[Json]:
    """Return components as an answer shows them: numbered, with their defaults."""
    numbers = count(1)
    return [_component(each, numbers) for each in sent or []]


def _component(sent: Json, numbers: count[int]) -> Json:
    number = next(numbers)
    shown: Json = dict(_DEFAULTS.get(sent.get("type", 0), {}))
    shown |= {name: value for name, value in sent.items() if value is not None}
    shown.pop("required", None)  # says something in modals only
    shown["id"] = sent.get("id") or number
    if "components" in shown:
        shown["components"] = [_component(each, numbers) for each in shown["components"]]
    for name in ("accessory", "component"):
        if name in shown:
            shown[name] = _component(shown[name], numbers)
    if "media" in shown:
        shown["media"] = _media(shown["media"], number)
    if "items" in shown:
        items = ({"description": None, "spoiler": False, **item} for item in shown["items"])
        shown["items"] = [{**item, "media": _media(item["media"], number)} for item in items]
    return shown


def _media(sent: Json, number: int) -> Json:
    known = {"id": str(number), "url": sent["url"], "proxy_url": sent["url"]}
    return {**known, "width": 0, "height": 0, "content_type": "image/png"}
