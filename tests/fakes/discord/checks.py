"""What Discord checks in a message beyond the types: lengths, sums, emptiness, addresses.

Limits are those of resources/message (Create Message, Embed Limits) and components/reference. Discord's
OpenAPI document misses some: content over 2000, embeds over 6000 together, an empty message, bad addresses.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from tests.fakes.discord.basics import Flags, Json
from tests.fakes.discord.problems import FormError

Path = tuple[str | int, ...]

_CONTENT = 2000
_EMBED_SUM = 6000
_V2_TEXT = 4000
_EMBED_TEXTS = (
    (("title",), 256),
    (("description",), 4096),
    (("footer", "text"), 2048),
    (("author", "name"), 256),
)
_EMBED_ADDRESSES = (
    ("url",),
    ("image", "url"),
    ("thumbnail", "url"),
    ("author", "url"),
    ("author", "icon_url"),
    ("footer", "icon_url"),
)
_PICTURES = ("image", "thumbnail", "author", "footer")  # may also show a file that came along
_COMPONENT_TEXTS = (("label", 80), ("custom_id", 100), ("placeholder", 150))


def message_errors(body: Json, *, partial: bool = False, flags: int = 0, files: int = 0) -> list[FormError]:
    """Return the faults of a message body; `partial` for an edit, of a message with `flags`."""
    bits = (body.get("flags") or 0) | flags
    errors = [*_content_errors(body), *_nonce_errors(body), *_embed_errors(body.get("embeds") or [])]
    errors += _component_errors(body.get("components") or [], v2=bool(bits & Flags.COMPONENTS_V2))
    if bits & Flags.COMPONENTS_V2:
        errors += [
            FormError(
                (name,), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "Not beside components V2."
            )
            for name in ("content", "embeds", "poll")
            if body.get(name)
        ]
    filled = any(body.get(name) for name in ("embeds", "components", "poll", "sticker_ids"))
    filled = filled or bool((body.get("content") or "").strip())
    if not filled and not files and not partial:
        errors.append(FormError((), "EMPTY", "Cannot send an empty message"))
    return errors


def _too_long(path: Path, text: object, limit: int) -> Iterator[FormError]:
    if isinstance(text, str) and len(text.strip()) > limit:
        yield FormError(path, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")


def _missing(path: Path, text: object) -> Iterator[FormError]:
    if not isinstance(text, str) or not text.strip():
        yield FormError(path, "BASE_TYPE_REQUIRED", "This field is required")


def _content_errors(body: Json) -> Iterator[FormError]:
    yield from _too_long(("content",), body.get("content"), _CONTENT)


def _nonce_errors(body: Json) -> Iterator[FormError]:
    nonce = body.get("nonce")
    if isinstance(nonce, str) and len(nonce) > 25:
        yield FormError(("nonce",), "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")


def _embed_errors(embeds: list[Json]) -> Iterator[FormError]:
    if len(embeds) > 10:
        yield FormError(("embeds",), "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    for index, embed in enumerate(embeds):
        at: Path = ("embeds", index)
        for path, limit in _EMBED_TEXTS:
            yield from _too_long((*at, *path), _deep(embed, path), limit)
        for path in _EMBED_ADDRESSES:
            yield from _bad_address((*at, *path), _deep(embed, path))
        yield from _field_errors(at, embed.get("fields") or [])
    if embed_size(embeds) > _EMBED_SUM:
        message = f"Embed size exceeds maximum size of {_EMBED_SUM}"
        yield FormError(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", message)


def _field_errors(at: Path, fields: list[Json]) -> Iterator[FormError]:
    if len(fields) > 25:
        yield FormError((*at, "fields"), "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    for index, field in enumerate(fields):
        for name, limit in (("name", 256), ("value", 1024)):
            yield from _missing((*at, "fields", index, name), field.get(name))
            yield from _too_long((*at, "fields", index, name), field.get(name), limit)


def embed_size(embeds: list[Json]) -> int:
    """Return the characters of all embeds together, as Discord counts them: trimmed at their edges."""
    texts = [_deep(embed, path) for embed in embeds for path, _ in _EMBED_TEXTS]
    for embed in embeds:
        texts += [field.get(name) for field in embed.get("fields") or [] for name in ("name", "value")]
    return sum(len(text.strip()) for text in texts if isinstance(text, str))


def _bad_address(path: Path, address: object) -> Iterator[FormError]:
    if not isinstance(address, str) or not address:
        return
    try:
        parts = urlsplit(address)
        known = parts.scheme in ("http", "https") and bool(parts.hostname)
        known = known or (parts.scheme == "attachment" and path[-2] in _PICTURES)
    except ValueError:
        known = False
    if not known:
        message = "Scheme must be one of ('http', 'https') and the URL well formed."
        yield FormError(path, "URL_TYPE_INVALID_URL", message)


def _deep(value: object, path: tuple[str, ...]) -> object:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


# --- components --------------------------------------------------------------------------------------------


def walk_components(components: list[Json], at: Path = ("components",)) -> Iterator[tuple[Path, Json]]:
    """Yield every component with its path, those inside rows, containers, sections and labels too."""
    for index, component in enumerate(components):
        path = (*at, index)
        yield path, component
        yield from walk_components(component.get("components") or [], (*path, "components"))
        for name in ("accessory", "component"):
            if isinstance(component.get(name), dict):
                yield (*path, name), component[name]


def _component_errors(components: list[Json], *, v2: bool) -> Iterator[FormError]:
    everything = list(walk_components(components))
    if not v2:
        if len(components) > 5:
            yield FormError(("components",), "BASE_TYPE_MAX_LENGTH", "Must be 5 or fewer in length.")
        for path, component in everything:
            if component.get("type", 0) > 8:
                yield FormError(path, "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1,).')
    elif len(everything) > 40:
        yield FormError(
            ("components",), "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", "More than 40 components."
        )
    shown = sum(len(component.get("content") or "") for _, component in everything)
    if shown > _V2_TEXT:
        yield FormError(
            ("components",), "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", "More than 4000 characters."
        )
    seen: set[str] = set()
    for path, component in everything:
        yield from _one_component(path, component, seen)


def _one_component(path: Path, component: Json, seen: set[str]) -> Iterator[FormError]:
    for name, limit in _COMPONENT_TEXTS:
        yield from _too_long((*path, name), component.get(name), limit)
    custom_id = component.get("custom_id")
    if isinstance(custom_id, str):
        if custom_id in seen:
            yield FormError((*path, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", "Used more than once.")
        seen.add(custom_id)
    yield from _bad_address((*path, "url"), component.get("url"))
    kind, children = component.get("type"), component.get("components") or []
    if kind == 1 and not 1 <= len(children) <= 5:
        yield FormError((*path, "components"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    if kind == 3:
        yield from _select_errors(path, component.get("options") or [])


def _select_errors(path: Path, options: list[Json]) -> Iterator[FormError]:
    if not 1 <= len(options) <= 25:
        yield FormError((*path, "options"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 25 in length.")
    values = [option.get("value") for option in options]
    if len(set(values)) != len(values):
        yield FormError((*path, "options"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "A value came twice.")
    for index, option in enumerate(options):
        for name in ("label", "value", "description"):
            yield from _too_long((*path, "options", index, name), option.get(name), 100)
