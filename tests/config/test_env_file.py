"""Environment files: what may stand there, and how what cannot be used is told."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config.env_file import env_text, environment
from bot.errors import BystanderError, ConfigError, UsageError
from bot.shell.init.files import refuse_taken, write_new

PRINTABLE = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1)


def read(folder: Path, text: str, environ: dict[str, str] | None = None) -> dict[str, str]:
    file = folder / "b.env"
    file.write_text(text, "utf-8")
    return dict(environment(str(file), environ or {}))


@given(value=PRINTABLE)
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    assert read(tmp_path_factory.mktemp("env"), env_text({"X_TOKEN": value})) == {"X_TOKEN": value}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ("# a comment\n\n A=b\n", {"A": "b"}),
        ("export A='b c'\r\nD=\"e\"", {"A": "b c", "D": "e"}),
        ("A=", {"A": ""}),
        ("\ufeffA=x=y", {"A": "x=y"}),
    ],
)
def test_lines_are_read_as_a_shell_reads_them(tmp_path: Path, text: str, found: dict[str, str]) -> None:
    assert read(tmp_path, text) == found


def test_the_environment_goes_first(tmp_path: Path) -> None:
    assert read(tmp_path, "A=file\nB=file", {"A": "here"}) == {"A": "here", "B": "file"}


def test_without_a_file_there_is_the_environment() -> None:
    assert environment(None, {"A": "b"}) == {"A": "b"}


@pytest.mark.parametrize("line", ["xoxb-secret", "A=xoxb-secret two", "A='xoxb-secret", "1A=xoxb-secret"])
def test_a_line_that_cannot_be_used_is_told_by_its_number_and_without_its_text(
    tmp_path: Path, line: str
) -> None:
    with pytest.raises(ConfigError) as told:
        read(tmp_path, f"B=c\n{line}\n")

    assert "b.env, line 2: is not NAME=VALUE" in str(told.value)
    assert "secret" not in str(told.value).replace("secrets", "")


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        environment(str(tmp_path / "nowhere.env"), {})
    (tmp_path / "b.env").write_bytes(b"A=\xff")
    with pytest.raises(ConfigError, match="is no UTF-8 text"):
        environment(str(tmp_path / "b.env"), {})


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
def test_new_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    files = {tmp_path / "one": "1", tmp_path / "two": "2"}
    write_new(files)

    assert {file: file.read_text("utf-8") for file in files} == files
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert len(list(tmp_path.iterdir())) == 2


def test_when_one_file_cannot_be_written_none_is(tmp_path: Path) -> None:
    (tmp_path / "two").write_text("mine", "utf-8")

    with pytest.raises(BystanderError, match=r"two cannot be written: File exists; nothing was written\."):
        write_new({tmp_path / "one": "1", tmp_path / "two": "2"})
    assert {each.name: each.read_text("utf-8") for each in tmp_path.iterdir()} == {"two": "mine"}


def test_a_link_that_leads_nowhere_counts_as_a_file(tmp_path: Path) -> None:
    (tmp_path / "config.toml").symlink_to("nowhere")

    with pytest.raises(UsageError, match="is there already"):
        refuse_taken(tmp_path / "config.toml")
