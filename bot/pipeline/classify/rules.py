"""Decides which of a post's labels are categories, by the best evidence available, and records which.

A WordPress feed prints the categories, then the tags, each list sorted, as one list of bare names; a name
in both lists appears once. Ranked evidence: the API, then the post's page, then the "Filed under" line of old
feeds. With the feed alone, the places where the order breaks and the names already known must agree:

| breaks | known as categories | filing |
|---|---|---|
| 1 | some before it, or none after it | before it: categories; after it: tags |
| 1 | none before it, some after it | ambiguous: this blog sorts in another way |
| 0, one label | any | a category: WordPress files every post under at least one |
| 0 | the first label, not the second | the first is the category |
| 0 | all, and no post of the blog ever showed a tag | all are categories |
| 0 | the first two, perhaps more | the first is a category; the rest ambiguous: tags may have known names |
| 0 | none | the first is a category; the rest is ambiguous |
| 0 | not the first, but another | ambiguous: this blog may sort in another way |
| 2 or more | one label of the list | that one is the category |
| 2 or more | none or several | ambiguous |

So a known name never overrules the order. A break counts only if both sort orders show it, because databases
sort accents and signs differently. An ambiguous filing lists as categories only the labels that are
categories in every interpretation, and as tags only those that are categories in none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise, takewhile

from bot.model import EvidenceRank, Filing
from bot.pipeline.classify.evidence import FiledPost, PageFiling
from bot.pipeline.classify.given import Said, as_given, by_marks, by_shelves
from bot.pipeline.classify.names import Names, Vocabulary, folds


def classify(
    labels: Sequence[str],
    *,
    wordpress: bool,
    vocabulary: Vocabulary | None = None,
    aliases: Mapping[str, str] | None = None,
    api: FiledPost | None = None,
    page: PageFiling | None = None,
    tail: PageFiling | None = None,
    wordpress_id: int = 0,
    tagless: bool = False,
    said: Said | None = None,
) -> Filing:
    """Classify the labels of a post by the best evidence available.

    `labels`: the entry's own, as printed and in that order. `wordpress`: whether the feed is a WordPress
    feed. `aliases`: printed name -> name to use, "" to drop it. `api` is ignored if it is another post than
    `wordpress_id` (0: unknown). `tagless`: no post of the blog ever showed a tag. `said`: what the feed says
    of the labels beside their names.
    """
    known, given = vocabulary or Vocabulary(), said or Said()
    names = Names(aliases or {})
    printed = names.distinct(labels)
    if api is not None and wordpress_id in (0, api.wordpress_id) and (api.categories or api.tags):
        return names.filing(EvidenceRank.API, api.categories, api.tags, "The blog's API lists it under")
    filing = _by_page(printed, names, page, tail)
    if filing is not None:
        return filing
    if not printed:
        return by_shelves(names, () if wordpress else given.shelves, given.section)
    marks = given.marks(labels) if wordpress or not known.configured else {}
    marked = by_marks(printed, names, marks, whole=wordpress)
    if marked is not None:
        return marked
    if not wordpress:
        return as_given(printed, names, known, given)
    known_ones = [known.knows(name) or known.knows(names.use(name)) for name in printed]
    return _by_order(printed, names, known_ones, tagless=tagless)


def better(new: Filing, old: Filing) -> bool:
    """Return whether `new` may replace `old`: evidence at least as good, and never ambiguous for certain."""
    return new.rank <= old.rank and not (
        new.ambiguous and not old.ambiguous and old.rank is not EvidenceRank.NONE
    )


def _by_page(
    labels: list[str], names: Names, page: PageFiling | None, tail: PageFiling | None
) -> Filing | None:
    """Classify by the links of the post's page, else by its classes, else by the last line of the entry."""
    if page is not None and page.found:
        if page.categories:
            return names.filing(EvidenceRank.PAGE, page.categories, page.tags, "Its page says: Filed under")
        filed = _named_by_slugs(page.category_slugs, labels)
        if filed:
            tagged = set(map(_bare, page.tag_slugs))
            tags = [name for name in labels if name not in filed or _bare(name) in tagged]
            return names.filing(EvidenceRank.PAGE, filed, tags, "Its page is marked as filed under")
    if tail is not None and tail.categories and folds(tail.categories) <= folds(labels):  # no quoted blog
        return names.filing(EvidenceRank.PAGE, tail.categories, tail.tags, "The entry ends: Filed under")
    return None


def _named_by_slugs(slugs: Sequence[str], labels: list[str]) -> list[str]:
    """Return the labels that match the slugs, or [] unless each slug matches exactly one.

    A number matches none: it may be a slug or, if the slug is no valid class, the id of any category.
    """
    by_bare: dict[str, list[str]] = {}
    for name in labels:
        by_bare.setdefault(_bare(name), []).append(name)
    named = [[] if slug.isdigit() else by_bare.get(_bare(slug), []) for slug in slugs]
    return [found[0] for found in named] if all(len(found) == 1 for found in named) else []


def _by_order(labels: list[str], names: Names, known: list[bool], *, tagless: bool) -> Filing:
    """Classify by the table above; `known`: for each label, whether a category of that name is known."""
    breaks = [place for place, pair in enumerate(pairwise(labels), 1) if _is_break(*pair)]
    if len(labels) == 1:
        only = "The feed prints one label, and WordPress files every post under one category at least:"
        return names.filing(EvidenceRank.ORDER, labels, (), only)
    if len(breaks) == 1:
        place = breaks[0]
        if any(known[place:]) and not any(known[:place]):
            return _ambiguous("its order contradicts the known categories.")
        said = f"The feed prints categories first, then tags; the order breaks after '{labels[place - 1]}'."
        return names.filing(EvidenceRank.ORDER, labels[:place], labels[place:], said)
    if sum(known) == 1 if breaks else _leading(known) == 1:
        place = known.index(True)
        said = "The order of the feed's labels does not tell, but one alone is known as a category and fits:"
        return names.filing(EvidenceRank.KNOWN, [labels[place]], labels[:place] + labels[place + 1 :], said)
    if breaks:
        return _ambiguous("its labels stand in no known order.")
    return _one_run(labels, names, known, tagless=tagless)


def _one_run(labels: list[str], names: Names, known: list[bool], *, tagless: bool) -> Filing:
    """Classify one sorted run by what is certain: a post has a category, and categories come first."""
    if tagless and all(known):
        said = "No post of this blog ever showed a tag, and all its labels are known as categories:"
        return names.filing(EvidenceRank.KNOWN, labels, (), said)
    if any(known) and not known[0]:
        return _ambiguous("its order may not be the usual one.")
    leading = _leading(known)
    tags = labels[leading:] if leading else []  # if the first is not known, every label may be a category
    reason = "its labels are one sorted run, of which the first is a category in any case."
    return _ambiguous(reason, names.distinct([names.use(labels[0])]), names.distinct(map(names.use, tags)))


def _leading(known: list[bool]) -> int:
    """Return how many labels at the start are known without a gap."""
    return len(list(takewhile(bool, known)))


def _ambiguous(reason: str, categories: Iterable[str] = (), tags: Iterable[str] = ()) -> Filing:
    evidence = f"The feed does not tell categories from tags here; {reason}"
    return Filing(tuple(categories), tuple(tags), evidence=evidence, ambiguous=True)


def _is_break(name: str, following: str) -> bool:
    return name.casefold() > following.casefold() and _plain(name) > _plain(following)


def _plain(name: str) -> str:
    """Return a name without accents, each sign as a space, like the sort key of language-aware databases."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(
        letter if letter.isalnum() else " " for letter in letters if not unicodedata.combining(letter)
    )


def _bare(name: str) -> str:
    """Return the letters and digits, which a name and its slug share; core drops `&` from slugs."""
    return re.sub(r"\s", "", _plain(name))
