"""Files posts under the categories above their own, in whose archives WordPress shows them too. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.model import Filing
from bot.pipeline.classify.names import folds, listed
from bot.text.normalize import fold


def with_parents(
    filing: Filing, above: Mapping[str, tuple[str, ...]], before: Filing | None = None
) -> Filing:
    """Return a filing with the categories above its own. `above`: see `bot.text.hierarchy.above_by_name`.

    `before`: the stored filing of a known post. Only what is above a category that it was not filed under is
    added to it then, and what was added before stays: that a blog sorts its categories anew, or that the bot
    learns of it, is no news of old posts.
    """
    own, had = folds(filing.categories), folds(before.categories) if before else frozenset[str]()
    added: dict[str, str] = {}
    for name in filing.categories:
        for parent in above.get(fold(name), ()):
            key = fold(parent)
            if key not in own and (before is None or fold(name) not in had or key in had):
                added.setdefault(key, parent)
    if not added:
        return filing
    names = list(added.values())
    words = "is a category above" if len(names) == 1 else "are categories above"
    evidence = f"{filing.evidence.rstrip('.')}; {listed(names).rstrip('.')} {words}."
    return replace(filing, categories=(*filing.categories, *names), evidence=evidence)
