"""The import rules of docs/architecture.md, read from the syntax trees."""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "adapters", "storage")
# Pure helpers that know nothing of stages, adapters or stores: everybody may use them.
LEAVES = {
    "bot",
    "bot.batch",
    "bot.clock",
    "bot.errors",
    "bot.html_text",
    "bot.match",
    "bot.model",
    "bot.model.chat",
    "bot.model.delivery",
    "bot.model.feeds",
    "bot.model.filing",
    "bot.names",
    "bot.pace",
    "bot.plain",
    "bot.ports",
    "bot.ports.adapter",
    "bot.ports.chat",
    "bot.ports.memory",
    "bot.ports.outbox",
    "bot.ports.polling",
    "bot.ports.store",
    "bot.ports.web",
    "bot.sentences",
    "bot.shorten",
    "bot.units",
}
# The poll and what belongs to it alone know several stages.
CIRCLE = {
    f"bot.pipeline.{name}" for name in ("archive", "filing", "gap", "notices", "poll", "posts", "refile")
}
ASSEMBLY = {
    "bot.app",
    "bot.chats",
    "bot.cli",
    "bot.inspector",
    "bot.reading",
    "bot.wall_answers",
    "bot.__main__",
}
# Files of one stage, which belong together.
STAGE_OF = {
    "network": "fetch",
    "aftermath": "outbox",
    "json_feed": "parse",
    "raw_entry": "parse",
    "decoding": "fetch",
    "evidence": "classify",
    "page": "classify",
    "page_tree": "classify",
    "sources": "classify",
    "identity": "sift",
    "recognise": "sift",
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            yield name, ast.parse(path.read_text("utf-8"))


def imports(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return {name for name in found if name.partition(".")[0] in PACKAGES and is_module(name)}


def is_module(name: str) -> bool:
    path = ROOT / Path(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


ALL = dict(modules())


def stage(name: str) -> str:
    last = name.rpartition(".")[2]
    return STAGE_OF.get(last, last)


def allowed(importer: str, imported: str) -> bool:
    """Whether `importer` may import `imported`, both dotted names of modules of the project."""
    if imported in LEAVES or imported in PACKAGES:
        own = importer == "bot.errors" or importer.startswith("bot.model")
        return not own or imported.startswith("bot.model")
    if importer in LEAVES:
        return False
    if importer.startswith("bot.pipeline."):
        return stage_may(importer, imported)
    if home := home_of(importer):
        return imported.startswith(home)
    if imported.startswith(("adapters.", "storage.")):
        return False  # concrete parts come through adapters.load() and storage.open_store()
    assembly = importer in ASSEMBLY or importer.startswith("bot.shell")
    return assembly or not imported.startswith("bot.pipeline")


def stage_may(importer: str, imported: str) -> bool:
    """Whether a stage, or one of the poll's circle, may import another module."""
    if not imported.startswith("bot.pipeline."):
        return importer in CIRCLE and imported in ("bot.pipeline", "bot.reading", "bot.wall")
    return importer in CIRCLE or stage(importer) == stage(imported)


def home_of(module: str) -> str:
    """Return the folder a module may not leave, such as "adapters.discord" for "adapters.discord.client"."""
    if module.startswith("adapters."):
        return ".".join(module.split(".")[:2])
    homes = ("bot.commands", "bot.sample", "storage")
    return next((home for home in homes if module.startswith(home)), "")


def test_each_module_imports_only_what_its_layer_may() -> None:
    broken = [
        f"{importer} imports {imported}"
        for importer, tree in ALL.items()
        for imported in imports(tree)
        if imported != importer and not allowed(importer, imported)
    ]

    assert broken == []


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("bot.pipeline.parse", "bot.pipeline.fetch"),
        ("bot.pipeline.outbox", "storage.sqlite.store"),
        ("bot.commands.follow", "bot.pipeline.poll"),
        ("adapters.console", "storage"),
        ("adapters.console", "bot.app"),
        ("storage.sqlite.store", "adapters"),
        ("bot.model", "bot.names"),
        ("bot.app", "storage.sqlite.store"),
    ],
)
def test_the_rules_refuse(importer: str, imported: str) -> None:
    if imported in PACKAGES:
        imported += ".console" if imported == "adapters" else ".sqlite.store"

    assert not allowed(importer, imported)


def test_there_are_no_import_cycles() -> None:
    graph = {name: imports(tree) - {name} for name, tree in ALL.items()}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join([*path, name])
        if name not in done:
            for each in sorted(graph.get(name, ())):
                if name != each.rpartition(".")[0]:  # a package's own parts
                    visit(each, (*path, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_no_test_folder_hides_a_package() -> None:
    hidden = [str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("__init__.py")]

    assert hidden == []


def test_starting_the_command_line_loads_no_chat_sdk_and_no_parser() -> None:
    heavy = ("discord", "slack_bolt", "feedparser", "lxml", "rapidfuzz", "rich", "sentencex")
    code = (
        f"import adapters.console, bot.app, sys; print([name for name in {heavy!r} if name in sys.modules])"
    )
    assert importlib.util.find_spec("bot.app") is not None

    import subprocess  # noqa: PLC0415 -- only here

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True, timeout=60
    )

    assert result.stdout.strip() == "[]"
