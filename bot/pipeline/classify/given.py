"""Files a post by what its feed says itself, where labels need no guessing: outside WordPress, or marked.

| the feed | filing |
|---|---|
| marks a label as a category or a tag (`bot/pipeline/parse/labels.py`) | as marked; the rest are categories |
| is by Jekyll, and the post's address begins with labels | those are categories, the others tags |
| is named in the config with `categories` | those and what is below them are categories, the others tags |
| prints no labels, but is of one section of a Substack | that section |
| prints no labels, but is a podcast with categories | those of the podcast |
| else | all labels are categories, in the order printed |

A label like World/Asia is a path (`bot.text.paths`): the post is filed under World, too, so that who follows
World gets it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.model import EvidenceRank, Filing, Kind
from bot.pipeline.classify.hosts import slug
from bot.pipeline.classify.names import Names, Vocabulary, folds, listed
from bot.text.normalize import fold
from bot.text.paths import parents

_ONE_KIND = {
    "Ghost": "Ghost has tags only, the primary one first, so they are categories:",
    "Medium": "Medium has tags only, so they are categories:",
    "Blogger": "Blogger has one kind of label, so all are categories:",
}
_GIVEN = "The feed prints no tags, so its labels are categories:"


@dataclass(frozen=True, slots=True)
class Said:
    """What a feed says of a post's labels beside their names.

    `kinds`: of each label, None where nothing is said; () if that is so for all. `host`: see `hosts.host_of`.
    `in_link`: slugs of the categories that the post's address shows. `shelves`: categories of the whole feed.
    `section`: see `hosts.section_of`.
    """

    kinds: tuple[Kind | None, ...] = ()
    host: str = ""
    in_link: tuple[str, ...] = ()
    shelves: tuple[str, ...] = ()
    section: str = ""

    def marks(self, labels: Sequence[str]) -> dict[str, Kind]:
        """Return the kinds that are said, by folded name; a name that is said to be both is a category."""
        found: dict[str, Kind] = {}
        for name, kind in zip(labels, self.kinds, strict=bool(self.kinds)):
            if kind is not None and found.get(fold(name)) is not Kind.CATEGORY:
                found[fold(name)] = kind
        return found


def by_marks(labels: list[str], names: Names, marks: Mapping[str, Kind], *, whole: bool) -> Filing | None:
    """File by the feed's own marks; None if there are none, or, if `whole`, not for every label."""
    missing = [name for name in labels if fold(name) not in marks]
    if not marks or (missing and whole):
        return None
    filed = [name for name in labels if marks.get(fold(name)) is not Kind.TAG]
    tags = [name for name in labels if name not in filed]
    some = "The feed marks which of its labels are categories:"
    said = some if filed else "The feed marks all of its labels as tags."
    return _filing(names, filed, tags, said, Vocabulary())


def by_shelves(names: Names, shelves: Sequence[str], section: str) -> Filing:
    """File a post without labels by what the whole feed is of; with no category if that is not said."""
    if section:
        said = "The feed prints no categories, and its address says that it is of one section:"
        return names.filing(EvidenceRank.GIVEN, [section], (), said)
    if not shelves:
        return Filing(evidence="The feed prints no categories with this post.")
    said = "The feed prints no categories with this post; the podcast as a whole is filed under"
    return names.filing(EvidenceRank.GIVEN, shelves, (), said)


def as_given(labels: list[str], names: Names, known: Vocabulary, said: Said) -> Filing:
    """File by the config, by the post's address, or as printed."""
    if known.configured:
        filed = [name for name in labels if _configured(name, names, known)]
        words = "Of the feed's labels, the config names as categories:"
        return _filing(names, filed, _without(labels, filed), words, known)
    in_link = [name for name in labels if slug(name) in said.in_link]
    if in_link and said.host == "Jekyll":
        words = "Jekyll shows a post's categories in its address:"
        return _filing(names, in_link, _without(labels, in_link), words, known)
    return _filing(names, labels, (), _ONE_KIND.get(said.host, _GIVEN), known)


def _filing(
    names: Names, categories: Iterable[str], tags: Iterable[str], said: str, known: Vocabulary
) -> Filing:
    """Return the filing, with the categories that others are below of; the evidence says which these are."""
    filed = names.distinct(map(names.use, categories))
    beside = Vocabulary(known.configured, known.learned | folds(filed))
    above = names.distinct(each for one in filed for each in parents(one, beside.knows))
    added = [name for name in above if fold(name) not in folds(filed)]
    if not added:
        return names.filing(EvidenceRank.GIVEN, filed, tags, said)
    of = "is a category above" if len(added) == 1 else "are categories above"
    evidence = f"{said} {listed(filed).rstrip('.')}; {listed(added).rstrip('.')} {of}."
    return names.filing(EvidenceRank.GIVEN, [*filed, *added], tags, evidence)


def _configured(name: str, names: Names, known: Vocabulary) -> bool:
    used = names.use(name)
    possible = folds((name, used, *parents(name, known.knows), *parents(used, known.knows)))
    return not known.configured.isdisjoint(possible)


def _without(labels: Sequence[str], filed: Sequence[str]) -> list[str]:
    return [name for name in labels if name not in filed]
