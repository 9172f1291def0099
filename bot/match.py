"""Defines which posts a filter matches.

The store evaluates the same rule for all followers in one statement; a property test ensures that the two
agree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.model import EVERYTHING, Filter, Kind, Post, Subscription
from bot.text.normalize import filing_keys, fold, term_key
from bot.text.tokens import tokens

_ORDER = "ctwa*"  # categories, tags, words, author, everything: the first characters of keys


@dataclass(frozen=True, slots=True)
class Subject:
    """What the terms of a filter are compared with: a post's title and text as words, and its other keys.

    `title` and `text` have a space before, between and after the words (`bot.text.tokens`).
    """

    keys: frozenset[str]  # of its categories, tags and authors, and EVERYTHING
    title: str = " "
    text: str = " "

    def has(self, key: str) -> bool:
        """Whether a term key applies to the post."""
        if not key.startswith("w:"):
            return key in self.keys
        words = f" {key[2:]} "
        return words in self.title or words in self.text


def subject_of(post: Post, text: str) -> Subject:
    """Return the subject of a post; `text` is its whole text. If no filter has words, "" will do."""
    return Subject(filing_keys(post.filing) | author_keys(post.author), _spaced(post.title), _spaced(text))


def author_keys(author: str) -> frozenset[str]:
    """Return the keys of a post's author; of several with commas between, those of each and of all."""
    names = [author, *author.split(",")]
    return frozenset(term_key(Kind.AUTHOR, name) for name in names if fold(name))


def in_order(keys: Iterable[str]) -> list[str]:
    """Return term keys sorted: categories, tags, words, authors, everything."""
    return sorted(keys, key=lambda key: (_ORDER.find(key[0]), key))


def hits(keys: Iterable[str], subject: Subject) -> list[str]:
    """Return the keys that apply to a post, in the order of `in_order`."""
    return in_order(key for key in keys if subject.has(key))


def matches(wanted: Filter, subject: Subject) -> bool:
    """Return whether a post has any term of `include` and none of `exclude`."""
    return any(map(subject.has, wanted.include)) and not any(map(subject.has, wanted.exclude))


def matched_name(wanted: Filter, subject: Subject) -> str:
    """Return the name that made the post match, "everything" for a filter on all posts, "" for no match.

    Categories take precedence over tags, then come words, the author, and "everything".
    """
    if not matches(wanted, subject):
        return ""
    first = hits(wanted.include, subject)[0]
    return "everything" if first == EVERYTHING else wanted.labels.get(first, first[2:])


def mentions(subscriptions: Iterable[Subscription], subject: Subject) -> list[str]:
    """Return the sorted, distinct mentions of an alert: those set for the included terms that match.

    `subscriptions`: those of one channel; a subscription whose filter rejects the post adds none.
    """
    found = {
        mention
        for each in subscriptions
        if matches(each.filter, subject)
        for key, mention in each.mentions.items()
        if key in each.filter.include and subject.has(key)
    }
    return sorted(found)


def _spaced(text: str) -> str:
    return f" {' '.join(tokens(text))} "
