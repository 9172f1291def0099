"""Secrets for tests: texts that can be recognised, and secrets read from an environment."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from bot.config.load import every_variable
from bot.config.secrets import Secrets
from bot.config.secrets import read_secrets as read_named

NAMES = every_variable()

# Texts that can be told from anything the bot itself writes, such as the names of its variables.
secret_texts = st.text(
    alphabet=st.characters(
        min_codepoint=33, max_codepoint=0x2FF, exclude_characters="*", categories=("L", "N", "P", "S")
    ),
    min_size=12,
    max_size=40,
).filter(lambda text: text.isprintable() and text not in repr(Secrets(names=NAMES)))


def read_secrets(environ: Mapping[str, str]) -> tuple[Secrets, list[str]]:
    return read_named(environ, NAMES)


def one(name: str, value: str) -> Secrets:
    secrets, problems = read_secrets({name: value})
    assert problems == []
    return secrets
