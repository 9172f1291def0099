"""The numbers by which the sentences of a summary are chosen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a post is read, and how many of its sentences are tried."""

    sentences: int = 3  # of a summary
    read: int = 200  # sentences; later ones are not worth a place in a summary
    characters: int = 40_000  # read; the splitter needs quadratic time for Chinese
    candidates: int = 14  # sentences tried in every combination of one to three
    theme: int = 15  # words
    quote_probe: int = 30  # characters at the end of a sentence by which a quoted one is recognised


@dataclass(frozen=True, slots=True)
class Scores:
    """What speaks for a sentence or a choice of sentences, and what against it."""

    # For a single sentence, in the paragraph where the story starts:
    position: float = 0.8  # early sentences carry the news
    opening: float = 0.6  # the first sentence of a paragraph states its subject
    names: float = 0.4  # for `many_names` or more: who and how many
    many_names: int = 6  # names and numbers
    story: float = 0.4  # the story starts with the first sentence with this share of the best title overlap
    later: float = 0.9  # factor for each paragraph after that one
    before: float = 0.5  # factor for each paragraph before it: an anecdote that leads up to the news
    # For a choice of sentences, each word counted once, so that repetition earns nothing:
    title: float = 1.4  # for all words of the title
    theme: float = 1.6  # for all words that recur in several paragraphs
    # Penalties:
    third: float = 0.8  # a third sentence must add enough to be worth reading
    long: float = 0.2  # for each 100 characters beyond `long_from`: two short facts beat one long one
    long_from: int = 250  # characters
    leaning: float = 0.5  # depends on the sentence before it, which is chosen too
    definite: float = 0.25  # "The deal ...", although no deal has been mentioned
    slight: float = 1.0  # says almost nothing
    slight_words: int = 6  # fewer say almost nothing, except with a figure
    listed: float = 0.5  # a list item without its list
    quote: float = 1.2  # begins with a quotation
    side_issue: float = 2.0  # announces that it changes the subject
    question: float = 2.0  # a question carries no information
    aside: float = 3.0  # the authors write about themselves
    voice: float = 1 / 3  # of sentences in the first person; above it, that is the blog's style, no aside
