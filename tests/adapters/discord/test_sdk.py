"""The SDK is imported in one place, with its warnings looked after, and only where it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "adapters" / "discord"
PREVIEW = """
import sys
import adapters
from bot.model import Notice
adapters.plugin("discord").preview.payload(Notice("Hello."), "key")
print("discord" in sys.modules)
"""


def python(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, cwd=ROOT, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def sdk_imports(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        found += [name for name in names if name.partition(".")[0] == "discord"]
    return found


def test_a_preview_loads_no_sdk() -> None:
    assert python("-c", PREVIEW) == "False"


def test_the_sdk_is_imported_in_one_file_only() -> None:
    assert [path.name for path in sorted(FOLDER.glob("*.py")) if sdk_imports(path)] == ["sdk.py"]


@pytest.mark.parametrize("first", ["adapter", "errors", "messages.destinations", "gateway.endpoints"])
def test_whatever_imports_the_sdk_first_no_warning_is_left(first: str) -> None:
    assert python("-W", "error", "-c", f"import adapters.discord.{first}") == ""
