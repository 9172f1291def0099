"""Reads secrets from the environment or files that it names, wraps them, and removes them from texts."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote

from pydantic import SecretStr

from bot.errors import ConfigError
from bot.text.normalize import fold

DATABASE = "BYSTANDER_DATABASE"  # a URL that may contain a password
WEB_TOKEN = "WEB_TOKEN"  # noqa: S105 -- the name of the variable; opens the names on the status page
OWN = (DATABASE, WEB_TOKEN)  # the variables of the bot itself, beside those of the platforms
_LARGEST_FILE = 64 * 1024  # bytes; enough for a secret, and a wrong path does not fill the memory


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets of the environment, wrapped. `names`: all variables that may contain one."""

    values: Mapping[str, SecretStr] = field(default_factory=dict)
    names: tuple[str, ...] = OWN

    def get(self, name: str) -> str | None:
        """Return the secret of the variable `name` ("X_TOKEN"), or None; KeyError for an unknown name."""
        if name not in self.names:
            raise KeyError(name)
        wrapped = self.values.get(name)
        return wrapped.get_secret_value() if wrapped else None

    def require(self, name: str) -> str:
        """Return the secret of the variable `name`. If it is missing, ConfigError explains how to set it."""
        value = self.get(name)
        if value is None:
            raise ConfigError(
                [f"{name}: is not set; put it into the environment, or its file into {name}_FILE"]
            )
        return value


def read_secrets(environ: Mapping[str, str], names: Iterable[str]) -> tuple[Secrets, list[str]]:
    """Return the secrets of these variables, and a problem line for each that cannot be used.

    No line shows a value or a path. A faulty secret is stored too, so that `redact` removes it.
    """
    values: dict[str, SecretStr] = {}
    problems: list[str] = []
    for name in names:
        try:
            text = _read(name, environ)
        except ValueError as error:
            problems.append(str(error))
            text = environ.get(name, "")
        if text:
            values[name] = SecretStr(text)
    return Secrets(values, tuple(names)), problems


def _read(name: str, environ: Mapping[str, str]) -> str:
    """Return the secret, "" if neither variable is set; ValueError with the problem line if it is faulty."""
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
    """Return the text of a file. Errors do not show the path: it may be a secret in the wrong variable."""
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


def variables_for(table: str, key: str, variables: Sequence[str]) -> list[str]:
    """Return the variables that a key in the config file probably means; [] if it looks like no secret.

    `x.token` means X_TOKEN, `x.urls` means X_URLS if there is such a variable, and `token` means every token.
    """
    wanted = fold(key)
    own = [name for name in variables if name != DATABASE and fold(name) == fold(table) + wanted]
    if own:
        return own
    kinds = [kind for kind in ("token", "secret", "clientid") if kind in wanted]
    names = [name for name in variables if any(fold(name).endswith(kind) for kind in kinds)]
    names = [name for name in names if _first_word(name) in fold(table) + wanted] or names
    return [name for name in names if fold(name).endswith(wanted)] or names


def _first_word(variable: str) -> str:
    """Return "x" for X_TOKEN."""
    return variable.partition("_")[0].lower()


def redact(text: str, secrets: Secrets) -> str:
    """Return `text` with every secret, also in its escaped forms, replaced by "***"."""
    pattern = _pattern(secrets)
    return pattern.sub("***", text) if pattern else text


def _pattern(secrets: Secrets) -> re.Pattern[str] | None:
    words = [each.get_secret_value() for each in secrets.values.values()]
    words += database_passwords(secrets.get(DATABASE) or "")
    forms = {form for word in words for form in _forms(word) if form}
    longest_first = sorted(forms, key=len, reverse=True)  # else the rest of a longer one would remain
    return re.compile("|".join(map(re.escape, longest_first))) if longest_first else None


def _forms(secret: str) -> Iterator[str]:
    """Yield the secret unchanged, and as it appears in `repr`, JSON and URLs."""
    yield secret
    yield repr(secret)[1:-1]
    yield json.dumps(secret)[1:-1]
    yield quote(secret, safe="", errors="replace")


def database_passwords(url: str) -> Iterator[str]:
    """Yield the passwords in a database URL, as written and decoded; "" for none."""
    user = url.partition("://")[2].rpartition("@")[0]
    for password in (user.partition(":")[2], url.partition("password=")[2].partition("&")[0]):
        yield password
        yield unquote(password)


class RedactingFilter(logging.Filter):
    """Removes every secret from a log record: message, arguments, exception, stack and text extras.

    Add it to handlers, because a logger's filters do not apply to its children. `exc_info` is replaced by
    `exc_text`, as a formatter could format it anew with its secrets.
    """

    _text_fields = frozenset({"msg", "exc_text", "stack_info"})
    _other_fields = frozenset(vars(logging.makeLogRecord({}))) - _text_fields

    def __init__(self, secrets: Secrets) -> None:
        super().__init__()
        self._pattern = _pattern(secrets)

    def filter(self, record: logging.LogRecord) -> bool:
        """Remove the secrets in place, and return True."""
        record.msg, record.args = _message(record), ()
        if record.exc_info:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
            record.exc_info = None
        for name, value in list(vars(record).items()):
            if self._pattern and isinstance(value, str) and name not in self._other_fields:
                setattr(record, name, self._pattern.sub("***", value))
        return True


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - a wrong format must neither stop the caller nor print its arguments raw
        return f"{record.msg} {record.args!r}"
