"""Who may be named an admin in the config: user ids as the platforms write them."""

from __future__ import annotations

import pytest

import adapters
from bot.config.load import parse_config
from bot.errors import ConfigError


@pytest.mark.parametrize(
    ("platform", "wrong", "mend"),
    [
        ("discord", '"@boss"', "Copy User ID"),
        ("discord", '"12 34"', "Copy User ID"),
        ("discord", '"<@80351110224678912>"', "Copy User ID"),
        ("slack", '"@boss"', "Copy member ID"),
        ("slack", '"C012AB3CD"', "Copy member ID"),
        ("slack", '"u012ab3cd"', "Copy member ID"),
        ("slack", '"T012AB3CD/"', "Copy member ID"),
    ],
)
def test_what_is_no_user_id_names_nobody_and_says_where_the_id_is(
    platform: str, wrong: str, mend: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(f"[admins]\n{platform} = [{wrong}]", {})
    (line,) = caught.value.problems

    assert line.startswith(f"admins.{platform}[0] = ")
    assert line.endswith(mend)


def test_user_ids_are_taken_as_the_platforms_write_them() -> None:
    slack = ("U012AB3CD", "W012AB3CD", "T0123ABCD/U0789IJKL")
    config = parse_config(f'[admins]\ndiscord = ["80351110224678912"]\nslack = {list(slack)}', {})

    assert config.setup(adapters.plugin("discord")).admins == ("80351110224678912",)
    assert config.setup(adapters.plugin("slack")).admins == slack
