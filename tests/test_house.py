"""The house numbers of CONTRIBUTING.md: how long files and functions may be, and how few mocks there are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = ("adapters", "bot", "storage")
FOLDERS = (*SOURCES, "bench", "examples", "tests")
LONGEST_FILE, LONGEST_FUNCTION, MOST_MOCKS = 300, 40, 3.0  # lines, lines, per 100 tests


def files(*folders: str) -> Iterator[tuple[str, str]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield str(path.relative_to(ROOT)), path.read_text("utf-8")


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function, its docstring apart."""
    docstring = function.body[0] if ast.get_docstring(function) is not None else None
    lines = (function.end_lineno or 0) - function.lineno + 1
    return lines - ((docstring.end_lineno or 0) - docstring.lineno + 1 if docstring else 0)


def test_no_file_is_longer_than_the_house_allows() -> None:
    lengths = {name: len(text.splitlines()) for name, text in files(*FOLDERS)}

    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_longer_than_the_house_allows() -> None:
    too_long = [
        f"{name}: {node.name} has {length(node)} lines"
        for name, text in files(*SOURCES)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and length(node) > LONGEST_FUNCTION
    ]

    assert too_long == []


def test_mocks_are_rare() -> None:
    tests = mocks = 0
    for name, text in files("tests"):
        tests += len(re.findall(r"^\s*(?:async )?def test_", text, re.MULTILINE))
        mocks += (
            0
            if name == "tests/test_house.py"
            else len(re.findall(r"\bMock\b|\bpatch\b|mocker|monkeypatch\.", text))
        )

    assert 100 * mocks / tests <= MOST_MOCKS


def test_whatever_is_not_about_one_store_takes_its_database_from_the_fixture() -> None:
    about_one = (
        "tests/config/",
        "tests/contracts/stores.py",
        "tests/contracts/test_store_forgetting.py",
        "tests/acceptance/test_process_move.py",
        "tests/storage/",
        "tests/shell/test_privacy.py",
    )
    own = (
        *about_one,
        "tests/databases.py",
        "tests/acceptance/test_process_database.py",
        "tests/test_house.py",
    )
    named = {name for name, text in files("tests") if "sqlite:///" in text}

    assert {name for name in named if not name.startswith(own)} == set()
