"""Secrets: read from the environment or a file it names, kept wrapped, and taken out of every text."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, unquote

from pydantic import BaseModel, ConfigDict, SecretStr

from bot.errors import ConfigError
from bot.text.normalize import fold

_LARGEST_FILE = 64 * 1024  # bytes; a secret is a line, so that a wrong path does no harm
_PLATFORMS = ("discord", "slack")


class Secrets(BaseModel):
    """Every secret, by the lower-case name of its variable; None where it is not set."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    discord_token: SecretStr | None = None
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_client_id: SecretStr | None = None
    slack_client_secret: SecretStr | None = None
    bystander_database: SecretStr | None = None  # a URL that may hold a password

    def get(self, name: str) -> str | None:
        """Return the secret of the variable `name` ("DISCORD_TOKEN"), or None; KeyError for another name."""
        if name not in NAMES:
            raise KeyError(name)
        wrapped: SecretStr | None = getattr(self, name.lower())
        return wrapped.get_secret_value() if wrapped else None

    def require(self, name: str) -> str:
        """Return the secret of the variable `name`; ConfigError, which tells how to set it, without one."""
        value = self.get(name)
        if value is None:
            raise ConfigError(
                [f"{name}: is not set; put it into the environment, or its file into {name}_FILE"]
            )
        return value


NAMES = tuple(field.upper() for field in Secrets.model_fields)


def read_secrets(environ: Mapping[str, str]) -> tuple[Secrets, list[str]]:
    """Return the secrets and a problem line for each that cannot be used; no line shows a value or a path.

    A faulty secret is kept, so that `redact` knows it.
    """
    values: dict[str, SecretStr] = {}
    problems: list[str] = []
    for name in NAMES:
        try:
            text = _read(name, environ)
        except ValueError as error:
            problems.append(str(error))
            text = environ.get(name, "")
        if text:
            values[name.lower()] = SecretStr(text)
    return Secrets(**values), problems


def _read(name: str, environ: Mapping[str, str]) -> str:
    """Return the secret, "" where neither variable is set; ValueError with the problem line."""
    twin = f"{name}_FILE"
    if name in environ and twin in environ:
        raise ValueError(f"{name}: is set, and so is {twin}; unset one of them")
    if name not in environ and twin not in environ:
        return ""
    variable = name if name in environ else twin
    text = (environ[name] if variable == name else _file(twin, environ[twin])).strip()
    if not text:
        raise ValueError(f"{variable}: is empty; give it the secret or unset it")
    if not text.isprintable():
        raise ValueError(f"{variable}: holds a line break or a control character; a secret is one line")
    return text


def _file(variable: str, path: str) -> str:
    """Return the text of the file; no error shows the path, which may be a secret in the wrong variable."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
        if len(content) <= _LARGEST_FILE:
            return content.decode("utf-8-sig")
        reason = "it is too large for a secret"
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
    except ValueError:  # a path with a null byte, or content that is no UTF-8
        reason = "it is no text file"
    raise ValueError(f"{variable}: its file is of no use ({reason}); name one that holds the secret")


def variables_for(table: str, key: str) -> list[str]:
    """Return the variables that a key of the config file seems to stand for; [] for a key that is no secret.

    `discord.token` gives DISCORD_TOKEN, `token` every token.
    """
    wanted = fold(key)
    kinds = [kind for kind in ("token", "secret", "clientid") if kind in wanted]
    names = [name for name in NAMES if any(fold(name).endswith(kind) for kind in kinds)]
    platforms = [platform for platform in _PLATFORMS if platform in fold(table) + wanted]
    for narrower in (
        [name for name in names if name.lower().startswith(tuple(platforms))],
        [name for name in names if fold(name).endswith(wanted)],
    ):
        names = [name for name in names if name in narrower] or names
    return names


def redact(text: str, secrets: Secrets) -> str:
    """Return `text` with every secret, also in its escaped forms, replaced by "***"."""
    pattern = _pattern(secrets)
    return pattern.sub("***", text) if pattern else text


def _pattern(secrets: Secrets) -> re.Pattern[str] | None:
    words = [secrets.get(name) or "" for name in NAMES]
    words += database_passwords(secrets.get("BYSTANDER_DATABASE") or "")
    forms = {form for word in words for form in _forms(word) if form}
    longest_first = sorted(forms, key=len, reverse=True)  # else the tail of a longer one would stay
    return re.compile("|".join(map(re.escape, longest_first))) if longest_first else None


def _forms(secret: str) -> Iterator[str]:
    """Yield the secret as it is and as `repr`, JSON and URLs write it."""
    yield secret
    yield repr(secret)[1:-1]
    yield json.dumps(secret)[1:-1]
    yield quote(secret, safe="", errors="replace")


def database_passwords(url: str) -> Iterator[str]:
    """Yield the password in a database URL, as written and decoded; "" for none."""
    user = url.partition("://")[2].rpartition("@")[0]
    for password in (user.partition(":")[2], url.partition("password=")[2].partition("&")[0]):
        yield password
        yield unquote(password)


class RedactingFilter(logging.Filter):
    """Takes every secret out of a log record: message, arguments, exception, stack and text extras.

    Add it to handlers, since a logger's filters do not see what its children log. The record keeps its
    exception as `exc_text` alone: `exc_info` could be formatted anew.
    """

    _text_fields = frozenset({"msg", "exc_text", "stack_info"})
    _other_fields = frozenset(vars(logging.makeLogRecord({}))) - _text_fields

    def __init__(self, secrets: Secrets) -> None:
        super().__init__()
        self._pattern = _pattern(secrets)

    def filter(self, record: logging.LogRecord) -> bool:
        """Return True always; the record is changed in place."""
        record.msg, record.args = _message(record), ()
        if record.exc_info:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
            record.exc_info = None
        for field, value in list(vars(record).items()):
            if self._pattern and isinstance(value, str) and field not in self._other_fields:
                setattr(record, field, self._pattern.sub("***", value))
        return True


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - a wrong format must neither stop the caller nor print its arguments raw
        return f"{record.msg} {record.args!r}"
