"""Discord's OpenAPI document as validators: found by request line, compiled when first needed.

Two libraries read it. `jsonschema_rs` says at once whether a value is valid, as nearly all are; what is wrong
with one that is not, `jsonschema` says better, which takes a hundred times as long.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import jsonschema_rs
from jsonschema import (  # type: ignore[import-untyped]  # it ships no types
    Draft202012Validator,
    FormatChecker,
)
from jsonschema.exceptions import best_match  # type: ignore[import-untyped]  # as above
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.fakes.discord.basics import Json

SPEC_FILE = Path(__file__).resolve().parents[4] / "shared" / "spec" / "discord-openapi.json"

_REQUESTS, _ANSWERS = "urn:discord:requests", "urn:discord:answers"
_PARAMETER = re.compile(r"\{(\w+)\}")
_INTEGERS = {"int32": 2**31, "int64": 2**63}
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
# Properties that the document lacks although they are harmless or documented elsewhere.
_AMENDMENTS: tuple[tuple[str, str, Json], ...] = (
    # discord.py sends these with every edit and every embed; Discord ignores them.
    ("MessageEditRequestPartial", "tts", {"type": "boolean"}),
    ("BaseCreateMessageCreateRequest", "tts", {"type": "boolean"}),
    ("IncomingWebhookUpdateRequestPartial", "tts", {"type": "boolean"}),
    ("IncomingWebhookUpdateForInteractionCallbackRequestPartial", "tts", {"type": "boolean"}),
    ("RichEmbed", "flags", {"type": "integer"}),
    ("CreateForumThreadRequest", "type", {"const": 11}),
    # Documented fields of a command (interactions/application-commands).
    ("ApplicationCommandCreateRequest", "nsfw", {"type": "boolean"}),
    ("ApplicationCommandUpdateRequest", "nsfw", {"type": "boolean"}),
    ("ApplicationCommandPatchRequestPartial", "nsfw", {"type": "boolean"}),
    # "Returns a channel, with a nested message object" (Start Thread in Forum), which discord.py reads.
    ("CreatedThreadResponse", "message", {"$ref": "#/components/schemas/MessageResponse"}),
)
# Query parameters that discord.py sends and the document lacks.
_QUERY_EXTRAS = {("POST", "/channels/{channel_id}/threads"): {"use_nested_fields"}}


@dataclass(frozen=True)
class Judges:
    """What a schema is compiled to."""

    quick: jsonschema_rs.Draft202012Validator
    telling: Draft202012Validator


@dataclass(frozen=True)
class Operation:
    """One method on one path template."""

    document: Document
    method: str
    template: str

    def request_errors(self, path: str, query: Json, body: Any) -> Iterator[str]:
        """Yield what is wrong with a request; `body` None is none. Values of `query` are strings."""
        names = _PARAMETER.findall(self.template)
        found = _template_pattern(self.template).fullmatch(path)
        values = dict(zip(names, found.groups(), strict=True)) if found else {}
        yield from self._parameter_errors("path", values)
        extras = _QUERY_EXTRAS.get((self.method, self.template), set())
        yield from self._parameter_errors("query", {name: query[name] for name in query.keys() - extras})
        content = self._definition.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            if body is not None:
                pointer = (*self._pointer, "requestBody", "content", "application/json", "schema")
                yield from self.document.errors(_REQUESTS, pointer, body)
            elif self._definition["requestBody"].get("required"):
                yield "the body is missing"
        elif body is not None:
            yield "a body where none is expected"

    def answer_errors(self, status: int, body: Any) -> Iterator[str]:
        """Yield what is wrong with an answer."""
        responses = self._definition["responses"]
        name = str(status) if str(status) in responses else f"{status // 100}XX"
        if name not in responses:
            yield f"status {status} is not among {', '.join(responses)}"
            return
        pointer: tuple[str, ...] = (*self._pointer, "responses", name)
        if "$ref" in responses[name]:
            pointer = tuple(responses[name]["$ref"].split("/")[1:])
        if "content" in self.document.at(pointer):
            pointer = (*pointer, "content", "application/json", "schema")
            yield from self.document.errors(_ANSWERS, pointer, body)
        elif body is not None:
            yield f"a body with status {status}"

    @property
    def _pointer(self) -> tuple[str, ...]:
        return ("paths", self.template, self.method.lower())

    @property
    def _definition(self) -> Json:
        return self.document.at(self._pointer)

    def _parameter_errors(self, place: str, values: Json) -> Iterator[str]:
        shared = self.document.at(("paths", self.template)).get("parameters", [])
        known = {
            each["name"]: each
            for each in [*shared, *self._definition.get("parameters", [])]
            if each["in"] == place
        }
        for name, value in values.items():
            if name not in known:
                yield f"{place} parameter {name} is unknown"
                continue
            schema = known[name]["schema"]
            for error in self.document.schema_errors(_REQUESTS, schema, _typed(value, schema)):
                yield f"{place} parameter {name}: {error}"


class Document:
    """The OpenAPI document with every object closed, so that unknown properties are found."""

    def __init__(self, text: str) -> None:
        self._contents = _prepared(text)
        requests = _prepared(text)
        # Ids are always answered as strings, but taken as numbers too, which discord.py makes use of.
        requests["components"]["schemas"]["SnowflakeType"] |= {"type": ["string", "integer"], "minimum": 0}
        sides = ((_REQUESTS, requests), (_ANSWERS, self._contents))
        resources = [(uri, DRAFT202012.create_resource(contents)) for uri, contents in sides]
        self._registry = Registry[Any]().with_resources(resources)
        self._quick_registry = jsonschema_rs.Registry(sides, draft=jsonschema_rs.Draft202012)
        self._judges: dict[tuple[str, str], Judges] = {}

    def find(self, method: str, path: str) -> Operation | None:
        """Return the operation of a request; literal paths win over templates."""
        for template in self._by_length.get(path.count("/"), []):
            if method.lower() in self._contents["paths"][template] and _template_pattern(template).fullmatch(
                path
            ):
                return Operation(self, method, template)
        return None

    def at(self, pointer: tuple[str, ...]) -> Json:
        """Return what stands at a place of the document."""
        value: Any = self._contents
        for step in pointer:
            value = value[step]
        assert isinstance(value, dict)
        return value

    def errors(self, side: str, pointer: tuple[str, ...], value: Any) -> Iterator[str]:
        """Yield the most telling error of `value` under the schema at `pointer`."""
        escaped = "/".join(quote(step.replace("~", "~0").replace("/", "~1"), safe="~") for step in pointer)
        return self.schema_errors(side, {"$ref": f"#/{escaped}"}, value)

    def schema_errors(self, side: str, schema: Json, value: Any) -> Iterator[str]:
        """Do the same for a schema given by itself; its references point into the document."""
        judges = self._judges_of(side, schema)
        if judges.quick.is_valid(value):
            return
        found = best_match(judges.telling.iter_errors(value))
        if found is not None:
            found = _most_telling(found)
            yield f"{found.json_path}: {found.message[:300]}"

    def _judges_of(self, side: str, schema: Json) -> Judges:
        key = side, json.dumps(schema)
        if key not in self._judges:
            absolute = json.loads(key[1].replace('"$ref": "#/', f'"$ref": "{side}#/'))
            self._judges[key] = Judges(
                jsonschema_rs.Draft202012Validator(
                    absolute, registry=self._quick_registry, formats=_FORMATS, validate_formats=True
                ),
                Draft202012Validator(absolute, registry=self._registry, format_checker=_CHECKER),
            )
        return self._judges[key]

    @cached_property
    def _by_length(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for template in sorted(self._contents["paths"], key=_literal_first):
            found.setdefault(template.count("/"), []).append(template)
        return found


@cache
def load(path: Path = SPEC_FILE) -> Document | None:
    """Return the document, None where it is not there."""
    return Document(path.read_text("utf-8")) if path.exists() else None


def _prepared(text: str) -> Json:
    contents: Json = json.loads(text)
    _close(contents["paths"])
    _close(contents["components"])
    _amend(contents["components"]["schemas"])
    return contents


def _most_telling(error: Any) -> Any:
    # Of a failed choice, the branch whose `type` fits (else the one with fewest errors) was meant.
    while error.context:
        branches: dict[int, list[Any]] = {}
        for each in error.context:
            branches.setdefault(each.relative_schema_path[0], []).append(each)
        error = min(branches.values(), key=lambda found: (any(map(_is_other_type, found)), len(found)))[0]
    return error


def _is_other_type(error: Any) -> bool:
    own = len(error.relative_path) <= 1
    return own and (error.validator == "type" or list(error.relative_path) == ["type"])


@cache
def _template_pattern(template: str) -> re.Pattern[str]:
    parts = _PARAMETER.split(template)
    return re.compile(
        "".join(re.escape(part) if not index % 2 else "([^/]+)" for index, part in enumerate(parts))
    )


def _literal_first(template: str) -> list[tuple[bool, str]]:
    return [(part.startswith("{"), part) for part in template.split("/")]


def _typed(value: str, schema: Json) -> Any:
    if schema.get("type") == "integer" and re.fullmatch(r"-?\d+", value):
        return int(value)
    return _BOOLEANS.get(value.lower(), value) if schema.get("type") == "boolean" else value


def _close(node: Any) -> None:
    if isinstance(node, dict):
        if node.get("type") == "object" and "properties" in node:
            node.setdefault("additionalProperties", False)
        if bound := _INTEGERS.get(str(node.get("format"))):  # formats are looked at in strings alone
            node["minimum"] = max(node.get("minimum", -bound), -bound)
            node["maximum"] = min(node.get("maximum", bound - 1), bound - 1)
        for each in node.values():
            _close(each)
    elif isinstance(node, list):
        for each in node:
            _close(each)


def _amend(schemas: Json) -> None:
    for name, field, schema in _AMENDMENTS:
        schemas[name]["properties"][field] = schema
    # These two add properties to `Error` by allOf, so they are closed as a whole.
    del schemas["Error"]["additionalProperties"]
    for name in ("ErrorResponse", "RatelimitedResponse"):
        schemas[name]["unevaluatedProperties"] = False
        del schemas[name]["allOf"][1]["additionalProperties"]
    # GUILD_MEDIA is documented (resources/channel), and missing from the document.
    schemas["ChannelTypes"]["oneOf"].append({"title": "GUILD_MEDIA", "const": 16})
    schemas["GuildChannelResponse"]["properties"]["type"]["enum"].append(16)
    # The faults of a field carry names such as BASE_TYPE_REQUIRED (reference, Error Messages), not numbers.
    inner = schemas["InnerErrors"]["properties"]["_errors"]
    inner["items"] = {
        "type": "object",
        "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
        "required": ["code", "message"],
        "additionalProperties": False,
    }


# --- formats -----------------------------------------------------------------------------------------------


def _is_time(value: object) -> bool:
    try:
        return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_uri(value: object) -> bool:
    try:
        return not isinstance(value, str) or bool(urlsplit(value).scheme)
    except ValueError:
        return False


_FORMATS = {"date-time": _is_time, "uri": _is_uri}
_CHECKER = FormatChecker(formats=())
for _name, _check in _FORMATS.items():
    _CHECKER.checks(_name)(_check)
