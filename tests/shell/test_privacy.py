"""Files that others on the machine can read are told of, and never changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.config.load import every_variable
from bot.shell.privacy import readable_by_others

pytestmark = pytest.mark.skipif(os.name != "posix", reason="files have no such modes there")


def made(file: Path, mode: int) -> Path:
    file.write_text("x", "utf-8")
    file.chmod(mode)
    return file


def told(folder: Path, **environ: str) -> list[str]:
    """Return what stands before the colon of each line."""
    database = f"sqlite:///{folder / 'x.db'}"
    found = readable_by_others(folder / "config.toml", database, environ, every_variable())
    return [line.partition(":")[0] for line in found]


@pytest.mark.parametrize("mode", [0o640, 0o644, 0o604])
def test_each_file_that_others_can_read_is_named(tmp_path: Path, mode: int) -> None:
    for name in ("config.toml", "x.db", "x.db-wal", ".env", "bystander.env", "token"):
        made(tmp_path / name, mode)

    assert told(tmp_path, DISCORD_TOKEN_FILE=str(tmp_path / "token")) == [
        *("config", "environment", "environment", "database", "database", "DISCORD_TOKEN_FILE")
    ]


def test_private_and_missing_files_are_not_told_of(tmp_path: Path) -> None:
    made(tmp_path / "config.toml", 0o600)

    assert told(tmp_path, DISCORD_TOKEN_FILE=str(made(tmp_path / "token", 0o400))) == []
    assert told(tmp_path, DISCORD_TOKEN_FILE="\0 no path", SLACK_BOT_TOKEN_FILE="/nowhere") == []


def test_the_path_of_a_secret_is_not_shown(tmp_path: Path) -> None:
    token = made(tmp_path / "token", 0o644)
    environ = {"SLACK_BOT_TOKEN_FILE": str(token)}
    lines = readable_by_others(tmp_path / "none.toml", "postgresql://x", environ, every_variable())

    assert [str(tmp_path) in line for line in lines] == [False]
