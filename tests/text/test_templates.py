"""What templates of HTML promise, and that a package brings them along."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from adapters.slack import preview_html as slack_look
from bot.text.templates import render


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package on the path with one template."""
    folder = tmp_path / "pages_of_a_test"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "page.html.j2").write_text('<p title="{{ text }}">{{ text }}\n{% if True %}\nok\n{% endif %}\n')
    monkeypatch.syspath_prepend(tmp_path)
    return folder.name


def test_values_are_escaped_unless_they_are_markup(package: str) -> None:
    assert render(package, "page.html.j2", text="<'\">&") == (
        '<p title="&lt;&#39;&#34;&gt;&amp;">&lt;&#39;&#34;&gt;&amp;\nok\n'
    )
    assert render(package, "page.html.j2", text=Markup("<b>")) == '<p title="<b>"><b>\nok\n'


def test_a_value_is_no_template(package: str) -> None:
    assert "{{ 7 * 7 }}" in render(package, "page.html.j2", text="{{ 7 * 7 }}")


def test_a_name_without_a_value_is_an_error(package: str) -> None:
    with pytest.raises(UndefinedError, match="'text' is undefined"):
        render(package, "page.html.j2")


def option(text: str) -> dict[str, object]:
    return {"text": {"type": "plain_text", "text": text}, "value": text}


@pytest.mark.parametrize("kind", ["radio_buttons", "checkboxes"])
def test_slacks_marks_show_what_is_chosen(kind: str) -> None:
    first = (
        {"initial_option": option("A<")} if kind == "radio_buttons" else {"initial_options": [option("A<")]}
    )
    marks = {"type": kind, "options": [option("A<"), option("B")], **first}
    drawn = slack_look.shown({"blocks": [{"type": "actions", "elements": [marks]}]})

    assert "".join(drawn.split("\n")) == ("<div class=message><div class=row>◉ A&lt;<br>○ B</div></div>")


def test_a_block_that_cannot_be_drawn_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        slack_look.shown({"blocks": [{"type": "video"}]})
