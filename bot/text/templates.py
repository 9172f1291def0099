"""Renders Jinja2 templates, which are stored next to the code that fills them, as HTML.

Import this module only where HTML is generated: nothing else needs Jinja2, which takes time to load.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


def render(package: str, name: str, **values: Any) -> Markup:
    """Return the HTML of the template `name` in the folder of a package, such as "bot.web".

    Every value is escaped unless it is Markup. A template variable without a value raises
    `jinja2.UndefinedError`.
    """
    return Markup(_environment(package).get_template(name).render(values))  # noqa: S704 -- escaped by Jinja2


@cache
def _environment(package: str) -> Environment:
    return Environment(
        loader=PackageLoader(package, ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
