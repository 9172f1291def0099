"""Reads the labels of entries: their names, and whether the feed itself says that one is a category or a tag.

| printed | read as |
|---|---|
| a scheme or `domain` that ends in `category`, `/categories/asia`, `types#category` ... | a category |
| the same with `post_tag`, `tag`, `tags`, `keyword`, `keywords` | a tag |
| a scheme that ends in `#kind` (Blogger, YouTube) | no label: it says what kind of thing the entry is |
| `<itunes:category>` of an entry | a label, if the entry has no other |
| `<itunes:category>` of the podcast | a shelf of the whole feed |
| names with commas between them in one element, as the feed's habit | one label each, see `split_lists` |
| `#name`, by Ghost | no label: a note of the editors to themselves |

A feed that marks all its labels as tags has no other shelves, so they are left unmarked. `post_tag` is an
exception: it is WordPress's word, and WordPress has categories, even if none is in view.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from bot.model import Entry, Kind
from bot.pipeline.parse.limits import LIMITS
from bot.text.sanitize import one_line, unescaped

ITUNES = "http://www.itunes.com/"  # the scheme by which feedparser tells the labels of <itunes:category>

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_KIND_WORDS = {
    "category": Kind.CATEGORY,
    "categories": Kind.CATEGORY,
    "post_tag": Kind.TAG,
    "tag": Kind.TAG,
    "tags": Kind.TAG,
    "keyword": Kind.TAG,
    "keywords": Kind.TAG,
}
_LIST = re.compile(r"\s*[,;]\s*")
_NO_LABEL = re.compile(r"(?:and|or|und|et|y|e|o)\s|.*[.!?:]$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Label:
    """A label as printed. `scheme`: the vocabulary that it is from, "" for none."""

    name: str
    scheme: str = ""

    @property
    def kind(self) -> Kind | None:
        """What the scheme says that the label is; None if it says nothing.

        The last such word of the address's own parts counts: /tags/trade, /category/asia/china.
        """
        try:
            parts = urlsplit(self.scheme)
        except ValueError:
            return None
        words = re.split(r"[/#?&=]", f"{parts.path}#{parts.fragment}#{parts.query}".casefold())
        return next((_KIND_WORDS[word] for word in reversed(words) if word in _KIND_WORDS), None)


def read_labels(tags: Iterable[Mapping[str, Any]]) -> tuple[Label, ...]:
    """Return at most 100 distinct labels of an entry or of a feed, from feedparser's list of tags."""
    printed = list(filter(None, map(_label, islice(tags, LIMITS.tags))))
    own = [label for label in printed if label.scheme != ITUNES]
    found: dict[str, Label] = {}
    for label in own or printed:
        if label.name not in found or (label.kind is Kind.CATEGORY and found[label.name].kind is Kind.TAG):
            found[label.name] = label  # a name that is both counts as a category
    return tuple(islice(found.values(), LIMITS.labels))


def itunes_names(tags: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the names of the `<itunes:category>` elements, parents before their children."""
    labels = (label for label in map(_label, islice(tags, LIMITS.tags)) if label and label.scheme == ITUNES)
    names = (one_line(label.name, LIMITS.label) for label in labels)
    return tuple(islice(dict.fromkeys(names), LIMITS.labels))


def is_guessed(label: Label) -> bool:
    """Return whether other labels of its feed decide how a label is read."""
    return label.kind is not None or bool(re.search("[,;]", label.name))


def labelled(
    entries: Sequence[Entry], labels: Sequence[tuple[Label, ...]], generator: str
) -> tuple[Entry, ...]:
    """Return the entries with their labels; those of all entries are needed to know the blog's habits."""
    if "ghost" in generator.casefold():
        labels = [tuple(label for label in each if not label.name.startswith("#")) for each in labels]
    if "wordpress" not in generator.casefold():
        labels = split_lists(labels)
    marks = [label.kind for each in labels for label in each]
    only_tags = all(mark is Kind.TAG for mark in marks) and not any(
        label.scheme.casefold() == "post_tag" for each in labels for label in each
    )
    return tuple(
        _with_labels(entry, own, marked=any(marks) and not only_tags)
        for entry, own in zip(entries, labels, strict=True)
    )


def split_lists(labels: Sequence[tuple[Label, ...]]) -> Sequence[tuple[Label, ...]]:
    """Split elements that are lists, "Trade, Asia", if the feed's usually are; else return them unchanged.

    They are if no entry has more than one element, half of them are lists, at least two are different, every
    part looks like a label, and some part recurs in other company. A category that is called "Arts, Books &
    Letters" stays whole, because its parts come together only.
    """
    printed = [each[0].name for each in labels if each]
    parts = {name: _LIST.split(name.strip(" ,;")) for name in printed}
    lists = [own for own in parts.values() if len(own) > 1]
    usual = 2 * sum(len(parts[name]) > 1 for name in printed) >= len(printed)
    if not usual or len(lists) < 2 or any(len(each) > 1 for each in labels):  # noqa: PLR2004 -- two can differ
        return labels
    recurring = Counter(part.casefold() for own in parts.values() for part in set(own))
    in_company = any(recurring[part.casefold()] > 1 for own in lists for part in own)
    if not in_company or not all(_is_label(part) for own in parts.values() for part in own):
        return labels
    return [
        tuple(Label(part, label.scheme) for label in each for part in dict.fromkeys(parts[label.name]))
        for each in labels
    ]


def _is_label(part: str) -> bool:
    short = 0 < len(part) <= LIMITS.listed_label and len(part.split()) <= LIMITS.listed_words
    return short and not _NO_LABEL.match(part)


def _label(tag: Mapping[str, Any]) -> Label | None:
    """Return the label of one tag, None if it names nothing."""
    name, scheme = _text(tag, "label") or _text(tag, "term"), _text(tag, "scheme")
    name = one_line(unescaped(name[: 20 * LIMITS.label]), LIMITS.label_list)
    if not name or _ADDRESS.fullmatch(name) or scheme.endswith("#kind"):
        return None
    return Label(name, scheme[: LIMITS.guid].strip())


def _text(tag: Mapping[str, Any], key: str) -> str:
    value = dict.get(tag, key) if isinstance(tag, dict) else None
    return value if isinstance(value, str) else ""


def _with_labels(entry: Entry, own: tuple[Label, ...], *, marked: bool) -> Entry:
    kinds: dict[str, Kind | None] = {}
    for label in own:
        kinds.setdefault(one_line(label.name, LIMITS.label), label.kind if marked else None)
    kept = dict(islice(kinds.items(), LIMITS.labels))
    return replace(entry, labels=tuple(kept), kinds=tuple(kept.values()) if any(kept.values()) else ())
