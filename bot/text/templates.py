"""HTML from Jinja2 templates, which lie beside the code that fills them.

Import this module only where HTML is made: no other part of the bot needs Jinja2, and it takes time to load.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


def render(package: str, name: str, **values: Any) -> Markup:
    """Return the HTML of the template `name` in the folder of a package, such as "bot.web".

    Every value is escaped unless it is Markup. A name in the template that has no value raises
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
