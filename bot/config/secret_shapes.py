"""Detects wrongly pasted secrets by their form, before a platform refuses them. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from adapters.plugin import AdapterPlugin, Secret
from bot.config.secrets import DATABASE, WEB_TOKEN, Secrets

_SHORTEST = 16  # characters of a secret of the operator's own
_QUOTES = ('""', "''", "``", "\u201c\u201d", "\u2018\u2019")
_ASSIGNED = re.compile(r"(?:export\s+)?[A-Z][A-Z0-9_]*\s*=")
_SCHEME = re.compile(r"(Bot|Bearer)\s", re.IGNORECASE)
# Values that platforms show next to a token, and that people paste by mistake, with their patterns.
_LOOKALIKES = (
    (re.compile(r"https?://.*"), "a web address"),
    (re.compile(r"[0-9]{15,20}"), "an id"),
    (re.compile(r"[0-9a-f]{64}"), "a public key"),
)


def mistakes(
    secrets: Secrets, plugins: Collection[AdapterPlugin[Any]], used: Collection[AdapterPlugin[Any]]
) -> Iterator[str]:
    """Yield a line that says what to do for each secret that cannot be right; no line shows a secret.

    `plugins`: all that are known. `used`: the enabled ones. Variables of the others are not checked, because
    they may belong to another program.
    """
    known = [secret for plugin in plugins for secret in plugin.secrets]
    for secret in (secret for plugin in used for secret in plugin.secrets):
        text = secrets.get(secret.name)
        if text and (mistake := _mistake(text, secret, known)):
            yield f"{secret.name}: {mistake}"
    database = secrets.get(DATABASE)
    if database and (mistake := _wrapped(database)):
        yield f"{DATABASE}: {mistake}"
    if (web := secrets.get(WEB_TOKEN)) and (mistake := _wrapped(web) or _guessable(web)):
        yield f"{WEB_TOKEN}: {mistake}"


def _mistake(text: str, secret: Secret, known: Collection[Secret]) -> str:
    return _wrapped(text) or (_split(text) if secret.one_word else "") or _misplaced(text, secret, known)


def _wrapped(text: str) -> str:
    """Return what is wrong with a secret in quotes or after a variable's name; "" for other ones."""
    if len(text) > 1 and text[0] + text[-1] in _QUOTES:
        return "has quotes around it; write it without"
    if _ASSIGNED.match(text):
        return "begins with the name of a variable; give only what stands behind the ="
    return ""


def _guessable(text: str) -> str:
    """Return what is wrong with a secret that strangers may try to guess; "" for a long one."""
    if len(text) < _SHORTEST:
        return f"is too short; make one of {_SHORTEST} characters or more, with `openssl rand -hex 16`"
    return ""


def _split(text: str) -> str:
    """Return what is wrong with a secret of several words; "" for a single word."""
    if scheme := _SCHEME.match(text):
        return f"begins with the word {scheme[1]}; leave it out, the bot adds what is needed"
    if any(character.isspace() for character in text):
        return "has a space in it; copy the secret anew, it is one word"
    return ""


def _misplaced(text: str, secret: Secret, known: Collection[Secret]) -> str:
    """Return the message for a variable with something else than its secret; "" if none is detected."""
    home = next((each for each in known if text.startswith(each.begins)), None)
    if home is not None and home.name != secret.name:
        return f"holds the token for {home.name}; put that one there, and here {secret.wanted}"
    if home is not None or text.startswith(secret.tolerated):
        return ""
    if any(text.startswith(each.tolerated) for each in known):
        return f"holds another token; put {secret.wanted} here"
    kind = next((kind for look, kind in _LOOKALIKES if look.fullmatch(text)), "")
    if kind and secret.name.endswith("_TOKEN"):
        return f"holds {kind}; put {secret.wanted} here"
    return ""
