from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config.load import Config, every_key, every_variable, parse_config
from bot.errors import ConfigError

scalars = (
    st.text(max_size=100)
    | st.sampled_from(
        ["15m", "2MB", "http://127.0.0.1/", "localhost:1", "0-3/16", "auto", "UTC", "127.0.0.0/8"]
    )
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.dates(min_value=date(1, 1, 1))
)
keys = st.sampled_from(sorted({part for key, _ in every_key() for part in key.split(".")})) | st.text(
    max_size=9
)
values = st.recursive(
    scalars,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(keys, below, max_size=4),
    max_leaves=12,
)
feeds = st.lists(
    st.dictionaries(
        st.sampled_from(["name", "url", "every", "aliases", "api_base"]) | keys, values, max_size=5
    )
    | values,
    max_size=3,
)
documents = st.builds(
    lambda table, feeds: table | feeds,
    st.dictionaries(keys, st.dictionaries(keys, values, max_size=5) | values, max_size=8),
    st.just({}) | st.fixed_dictionaries({"feeds": feeds}),
)


def outcome(text: str, environ: Mapping[str, str]) -> tuple[Config | None, list[str]]:
    try:
        return parse_config(text, environ), []
    except ConfigError as error:
        return None, error.problems


@settings(deadline=None)
@given(text=st.text() | st.from_regex(r'(\[{1,2}[a-z"]{1,9}\]{1,2}\n|[a-z."]{1,9} = [\["{0-9a-z:T]{0,9}\n)*'))
def test_any_text_is_a_config_or_a_list_of_problems(text: str) -> None:
    config, lines = outcome(text, {})

    assert (config is None) == bool(lines)


@settings(deadline=None, max_examples=150)
@given(document=documents, environ=st.dictionaries(st.sampled_from(every_variable()), st.text()))
def test_any_document_is_a_config_or_a_list_of_printable_lines(
    document: dict[str, Any], environ: dict[str, str]
) -> None:
    config, lines = outcome(tomli_w.dumps(document), environ)

    assert (config is None) == bool(lines)
    assert all(line.isprintable() and ": " in line for line in lines)


secret_texts = st.text(alphabet="abcXYZ019-_.%/\"'\\\u00e9", min_size=12, max_size=30).filter(
    lambda text: len(set(text)) > 3  # not a row of dots or dashes that any text may hold
)


@settings(deadline=None, max_examples=150)
@given(document=documents, secret=secret_texts, name=st.sampled_from(every_variable()), data=st.data())
def test_no_secret_shows_in_an_error_or_a_config(
    document: dict[str, Any], secret: str, name: str, data: st.DataObject
) -> None:
    environ = {name: secret if name != "BYSTANDER_DATABASE" else f"postgresql://bot:{secret}@db/news"}
    leaked = data.draw(st.sampled_from([secret, f"x{secret}", "y" * 60 + secret, f"\n{secret}\n"]))
    spoilt = document | {data.draw(keys): leaked, "fetch": {data.draw(keys): leaked, leaked: 1}}

    good, _ = outcome(tomli_w.dumps(document), environ)
    _, lines = outcome(tomli_w.dumps(spoilt), environ)

    assert secret not in repr(good) + str(good)
    assert lines
    assert all(secret[:10] not in line for line in lines)
