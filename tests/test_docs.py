"""Documentation is part of the program: what it names exists, and what exists is named."""

from __future__ import annotations

import ast
import re
import runpy
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bot.calls import CALLS
from bot.cli import build_parser
from bot.config.load import every_key
from bot.pipeline.summarize.summarize import summarize
from bot.sample.blog import load_posts
from bot.sample.markup import typographic
from tests.test_layers import RULES

ROOT = Path(__file__).parent.parent
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("examples/*/README.md")])


def test_every_config_key_is_in_the_operators_manual() -> None:
    text = (ROOT / "docs" / "operate.md").read_text("utf-8")

    missing = [key for key, _ in every_key() if f"`{key}`" not in text]

    assert missing == []


def test_every_call_of_the_command_line_is_in_the_operators_manual() -> None:
    text = (ROOT / "docs" / "operate.md").read_text("utf-8")

    missing = [call.name for call in CALLS if not re.search(rf"\b{call.name}\b", text)]

    assert missing == []


def test_every_dependency_has_its_reason() -> None:
    notes = (ROOT / "docs" / "design-notes.md").read_text("utf-8")
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    block = project.partition("dependencies = [")[2].partition("]")[0]
    names = re.findall(r'"([A-Za-z0-9._-]+)', block)

    missing = [name for name in names if not re.search(rf"\b{re.escape(name)}\b", notes)]

    assert names
    assert missing == []


def test_the_table_of_layers_says_what_the_layer_test_holds() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rows = re.findall(
        r"^\| (.+?) \| (.+?) \|$", text.partition("## Layers")[2].partition("\n## ")[0], re.MULTILINE
    )
    groups: dict[str, set[str]] = {}
    told: dict[str, set[str]] = {}
    for importers, imported in rows:
        folders = set(re.findall(r"`([\w.]+)`", imported))
        folders = folders.union(*(groups[name] for name in re.findall(r"\*(\w+)\*", imported)))
        groups |= dict.fromkeys(re.findall(r"\*(\w+)\*", importers), folders)
        told |= dict.fromkeys(re.findall(r"`([\w.]+)`", importers), folders)

    assert told == RULES


def test_every_folder_of_the_code_is_in_the_drawing_of_the_tree() -> None:
    drawing = (ROOT / "docs" / "architecture.md").read_text("utf-8").partition("## Words")[0]
    folders = {
        path.parent.name
        for package in ("bot", "adapters", "storage")
        for path in (ROOT / package).rglob("*.py")
    }

    missing = [name for name in sorted(folders) if f"{name}/" not in drawing]

    assert missing == []


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_links_inside_the_project_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8"))

    broken = [
        target
        for target in targets
        if not target.startswith(("http://", "https://")) and not (page.parent / target).exists()
    ]

    assert broken == []


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives to a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_links_to_headings_lead_to_one(page: Path) -> None:
    targets = re.findall(r"\]\(([\w./-]*)#([\w-]+)\)", page.read_text("utf-8"))

    broken = [
        f"{file}#{name}"
        for file, name in targets
        if name not in anchors((page.parent / file) if file else page)
    ]

    assert broken == []


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_files_named_in_the_docs_exist(page: Path) -> None:
    named = re.findall(
        r"`((?:bot|adapters|storage|tests|bench|docs|examples)/[\w/.-]*)`", page.read_text("utf-8")
    )

    missing = [name for name in named if not (ROOT / name).exists()]

    assert missing == []


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_help_of_each_call_shows_an_example(call: object, capsys: pytest.CaptureFixture[str]) -> None:
    name = getattr(call, "name")  # noqa: B009 -- the parameter's type is pytest's

    with pytest.raises(SystemExit) as end:
        build_parser().parse_args([name, "--help"])

    assert end.value.code == 0
    assert "Example: bystander" in capsys.readouterr().out


def test_every_python_that_is_promised_is_tested() -> None:
    promised = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text("utf-8"))
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")

    assert promised
    assert set(promised) <= set(re.findall(r'"(3\.\d+)"', workflow))
    assert re.findall(r"- run: (.*)", workflow) == ["bash .ci/run"]  # what has to hold is kept in one place


def test_the_readme_says_first_how_to_try_and_test_it_and_what_it_does_not_do() -> None:
    first_screen = (ROOT / "README.md").read_text("utf-8").splitlines()[:50]
    text = "\n".join(first_screen)

    assert "make demo" in text
    assert "make test" in text
    assert "What it does not do" in text


def test_the_alert_in_the_readme_is_one_of_the_demo() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    title, filed, *lines = [line.strip() for line in re.findall(r"^│(.*)│$", readme, re.MULTILINE)]
    post = load_posts()[-1]
    summary = " ".join(line for line in lines if not line.startswith("https://")).strip()

    assert (title, filed) == (post.title, f"Filed under {', '.join(post.categories)}")
    assert summary == summarize(typographic(post.html), post.title)


def test_the_symptoms_that_are_quoted_are_what_the_bot_says() -> None:
    manual = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
    first_cells = "\n".join(re.findall(r"^\| (.+?) \|", manual, re.MULTILINE))
    said = "\n".join(
        node.value
        for folder in ("bot", "adapters", "storage")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    quoted = [
        part.strip(" .") for quote in re.findall(r'"([^"]+)"', first_cells) for part in quote.split("…")
    ]

    assert len(quoted) > 5
    assert [part for part in quoted if part not in said] == []


def test_each_picture_is_as_its_program_draws_it_and_is_shown_with_its_words() -> None:
    program = runpy.run_path(str(ROOT / "docs" / "pictures" / "draw.py"))
    pages = "\n".join(page.read_text("utf-8") for page in DOCS)
    pictures = {path.stem: path.read_text("utf-8") for path in (ROOT / "docs" / "pictures").glob("*.svg")}

    assert pictures == {name: program["drawn"](page) for name, page in program["PAGES"].items()}
    assert all(ET.fromstring(text).tag.endswith("svg") for text in pictures.values())
    unshown = [
        name
        for name, page in program["PAGES"].items()
        if f"![{page.about}](pictures/{name}.svg)" not in pages
    ]
    assert unshown == []


def test_no_lock_file_names_where_packages_came_from() -> None:
    locks = [*ROOT.glob("requirements/*.lock"), ROOT / ".ci" / "slack-types" / "package-lock.json"]

    naming = [
        lock.name
        for lock in locks
        if re.search(r'resolved"|index-url|find-links|@ https?://', lock.read_text("utf-8"))
    ]

    assert len(locks) > 1
    assert naming == []


def test_each_release_in_the_changelog_has_each_heading_and_each_change_once() -> None:
    releases = (ROOT / "CHANGELOG.md").read_text("utf-8").split("\n## ")[1:]

    for release in releases:
        headings = re.findall(r"^### (.+)$", release, re.MULTILINE)
        changes = re.findall(r"^- (.+)$", release, re.MULTILINE)
        assert headings == [each for each in ("Added", "Changed", "Fixed", "Removed") if each in headings]
        assert [each for each in changes if changes.count(each) > 1] == []
