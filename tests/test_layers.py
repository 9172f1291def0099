"""The import rules of docs/architecture.md, by folder, read from the syntax trees.

A folder of `bot/` or `storage/` may import from the folders that RULES names. A stage of the pipeline is a
folder of `bot/pipeline/`; the files directly in `bot/pipeline/` bring the stages together.
"""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "adapters", "storage")

# What everybody may use: values, errors, protocols and pure helpers.
VALUES = {"bot.errors", "bot.model"}
PURE = VALUES | {
    "bot.clock",
    "bot.in_process",
    "bot.logs",
    "bot.match",
    "bot.open_files",
    "bot.owners",
    "bot.ports",
    "bot.rhythm",
    "bot.story",
    "bot.text",
    "bot.timetable",
    "bot.troubles",
}
STAGE = PURE | {"bot.sandbox"}
ADAPTER = PURE | {"adapters.shared", "adapters.plugin", "bot.config.values"}
# An importer's folder, the longest name that fits, and what it may import besides itself.
RULES: dict[str, set[str]] = {
    "bot.errors": set(),
    "bot.model": {"bot.errors"},
    "bot.clock": set(),
    "bot.open_files": set(),
    "bot.owners": set(),
    "bot.text": VALUES,
    "bot.match": VALUES | {"bot.text"},
    "bot.story": VALUES | {"bot.text"},
    "bot.rhythm": VALUES,
    "bot.timetable": VALUES,
    "bot.ports": VALUES,
    "bot.troubles": VALUES | {"bot.ports", "bot.text"},
    "bot.in_process": VALUES | {"bot.ports"},
    "bot.sandbox": VALUES | {"bot.text"},
    "bot.pipeline.fetch": STAGE | {"bot.__init__"},
    "bot.pipeline.parse": STAGE,
    "bot.pipeline.detect": STAGE,
    "bot.pipeline.classify": STAGE,
    "bot.pipeline.summarize": STAGE,
    "bot.pipeline.deliver": STAGE | {"bot.pipeline.batcher"},
    "bot.pipeline": STAGE,
    "bot.commands": PURE,
    "bot.config.values": PURE,
    "bot.logs.setup": PURE | {"bot.config.secrets"},
    "bot.logs": PURE,
    "bot.config": PURE | {"bot.commands.spec", "adapters.__init__", "adapters.plugin", "storage.__init__"},
    "bot.web": PURE | {"bot.__init__"},
    "bot.websub": PURE | {"bot.pipeline.fetch.client"},
    "bot.schedule": VALUES,
    "bot.sample": PURE,
    "adapters.shared": PURE,
    "adapters.console": ADAPTER,
    "adapters.discord": ADAPTER,
    "adapters.slack": ADAPTER,
    "adapters": PURE | {"bot.config.values"},
    "storage.shared": PURE,
    "storage.sqlite": PURE | {"storage.shared"},
    "storage.postgres": PURE | {"storage.shared"},
    "storage": PURE,
    # The parts that put the others together; concrete adapters and stores come by name alone.
    "bot": {"adapters.__init__", "adapters.plugin", "storage.__init__"},
}
# Heavy modules that no start of the command line may load.
TEXTS = {".py", ".sql", ".css", ".html", ".j2"}
HEAVY = (
    "discord",
    "feedparser",
    "jinja2",
    "lxml",
    "prometheus_client",
    "rapidfuzz",
    "rich",
    "sentencex",
    "slack_bolt",
)


def modules() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts), ast.parse(path.read_text("utf-8"))


@cache
def parsed() -> dict[str, ast.Module]:
    """Return each module, not before a test wants it: every worker of the tests imports this file."""
    return dict(modules())


@cache
def names() -> dict[str, str]:
    return {name.removesuffix(".__init__"): name for name in parsed()}


def imports(tree: ast.Module) -> set[str]:
    """Return the modules of the project that are imported; a package stands for its `__init__`."""
    known = names()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            parts = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= parts & known.keys()
            if parts - known.keys():
                found.add(node.module)
    return {known[name] for name in found if name in known}


@cache
def imported() -> dict[str, set[str]]:
    """Return the modules of the project that each of them imports."""
    return {name: imports(tree) - {name} for name, tree in parsed().items()}


def is_in(module: str, folder: str) -> bool:
    return module == folder or module.startswith(f"{folder}.")


def folder_of(module: str) -> str:
    """Return the longest name of RULES that a module is, or is in."""
    return max((folder for folder in RULES if is_in(module, folder)), key=len)


def allowed(importer: str, found: str) -> bool:
    """Whether `importer` may import `found`, both names of modules of the project."""
    own = folder_of(importer)
    if own == "bot":
        return found.startswith("bot.") or found in RULES["bot"]
    return is_in(found, own) or any(is_in(found, folder) for folder in RULES[own])


def test_each_module_imports_only_what_its_folder_may() -> None:
    broken = [
        f"{importer} imports {each}"
        for importer, found in imported().items()
        for each in sorted(found)
        if not allowed(importer, each)
    ]

    assert broken == []


@pytest.mark.parametrize(
    ("importer", "found"),
    [
        ("bot.pipeline.parse.feed", "bot.pipeline.fetch.client"),
        ("bot.pipeline.deliver.outbox", "storage.sqlite.store"),
        ("bot.pipeline.deliver.outbox", "bot.pipeline.poll"),
        ("bot.commands.follow", "bot.pipeline.poll"),
        ("adapters.console.adapter", "storage.__init__"),
        ("adapters.console.adapter", "bot.app"),
        ("adapters.discord.adapter", "adapters.slack.errors"),
        ("adapters.shared.line", "adapters.slack.errors"),
        ("storage.sqlite.store", "adapters.__init__"),
        ("storage.postgres.store", "storage.sqlite.store"),
        ("storage.shared.mapping", "storage.sqlite.store"),
        ("bot.model.feeds", "bot.text.normalize"),
        ("bot.app", "storage.sqlite.store"),
        ("bot.app", "adapters.slack.adapter"),
    ],
)
def test_the_rules_refuse(importer: str, found: str) -> None:
    assert importer in parsed()
    assert found in parsed()
    assert not allowed(importer, found)


def test_the_core_and_the_stores_name_no_platform() -> None:
    files = [path for folder in ("bot", "storage") for path in (ROOT / folder).rglob("*.*")]
    named = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in files
        if path.suffix in TEXTS and "sample" not in path.parts
        for line in path.read_text("utf-8").splitlines()
        if re.search(r"discord|slack", line, re.IGNORECASE)
    ]

    assert named == []


def test_every_folder_of_the_rules_is_there() -> None:
    missing = [folder for folder in RULES if folder not in names() and folder not in parsed()]

    assert missing == []


def test_there_are_no_import_cycles() -> None:
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join([*path, name])
        if name not in done:
            for each in sorted(imported().get(name, ())):
                visit(each, (*path, name))
            done.add(name)

    for name in imported():
        visit(name, ())


def test_no_test_folder_hides_a_package() -> None:
    hidden = [str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("__init__.py")]

    assert hidden == []


def test_starting_the_command_line_loads_no_chat_sdk_and_no_parser() -> None:
    code = f"import adapters.console.adapter, bot.app, sys; print([n for n in {HEAVY!r} if n in sys.modules])"
    assert importlib.util.find_spec("bot.app") is not None

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True, timeout=60
    )

    assert result.stdout.strip() == "[]"
