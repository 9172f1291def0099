"""Finds private files of the bot that other users of this machine can read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path


def readable_by_others(
    config: Path,
    database: str,
    environ: Mapping[str, str],
    secrets: Iterable[str],
    env_file: str | None = None,
) -> Iterator[str]:
    """Yield a line for each file that others can read: config, environment files, database, secrets.

    `secrets`: names of secret variables; the file in each one's `_FILE` variable is checked. `env_file`: an
    environment file in use, which may be anywhere. No mode is changed, since it may be intended. A path from
    the environment is not shown: it may be a misplaced secret.
    """
    for what, file in _files(config, database, env_file):
        if _read_by_others(file):
            yield f"{what}: others on this machine can read it; if nobody else should: chmod 600 {file}"
    for name in secrets:
        variable = f"{name}_FILE"
        if variable in environ and _read_by_others(Path(environ[variable])):
            yield f"{variable}: others on this machine can read its file; chmod 600 it"


def _files(config: Path, database: str, env_file: str | None) -> Iterator[tuple[str, Path]]:
    yield "config", config
    given = {Path(env_file)} if env_file else set()
    for file in sorted({*config.parent.glob("*.env"), *given}):  # ".env" too
        yield "environment", file
    scheme = "sqlite:///"
    if database.lower().startswith(scheme):
        for ending in ("", "-wal", "-shm", "-journal"):
            yield "database", Path(database[len(scheme) :] + ending)


def _read_by_others(file: Path) -> bool:
    """Return whether the file exists and its mode lets others read it; False on Windows, without modes."""
    try:
        return os.name == "posix" and bool(file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
    except (OSError, ValueError):
        return False
