"""The numbers by which the sentences of a summary are chosen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a post is read, and how many of its sentences are tried."""

    sentences: int = 3  # of a summary
    read: int = 200  # sentences; later ones are not worth a place in a summary
    characters: int = 40_000  # read; the splitter needs quadratic time for Chinese
    candidates: int = 10  # sentences tried in every combination of one to three
    tellers: int = 3  # sentences tried besides for each part of a title in several
    filler: int = 60  # characters of a sentence that is told rather than skipped
    theme: int = 15  # words
    standfirst: int = 50  # characters of a first paragraph without a full stop that is told nevertheless
    quote_probe: int = 30  # characters at the end of a sentence by which a quoted one is recognised


@dataclass(frozen=True, slots=True)
class Scores:
    """What speaks for a sentence or a choice of sentences, and what against it."""

    # For a single sentence, in the paragraph where the story starts:
    position: float = 0.8  # early sentences carry the news
    opening: float = 0.6  # the first sentence of a paragraph states its subject
    first: float = 0.4  # opens the post, on its subject
    names: float = 0.4  # for `many_names` or more: who and how many
    many_names: int = 6  # names and numbers
    story: float = 0.4  # the story starts with the first sentence with this share of the best title overlap
    later: float = 0.9  # factor for each paragraph after that one
    before: float = 0.5  # factor for each paragraph before it: an anecdote that leads up to the news
    # For a choice of sentences, each word counted once, so that repetition earns nothing:
    title: float = 1.4  # for all words of the title
    theme: float = 1.6  # for all words that recur in several paragraphs
    halves: float = 1.6  # for telling both halves of a title in two parts, as far as the lesser one is told
    lead: float = 0.8  # for all words of the title in the first sentence, which says what the post is about
    correction: float = 2.5  # for the update that takes back what the post says
    floor: float = 0.0  # a choice that is worth no more is not shown
    filler: float = -0.6  # a short sentence worth more is told rather than skipped
    # Penalties:
    third: float = 0.8  # a third sentence must add enough to be worth reading
    jump: float = 0.6  # sentences in a row are read more easily than sentences from several places
    long: float = 0.2  # for each 100 characters beyond `long_from`: two short facts beat one long one
    long_from: int = 250  # characters
    leaning: float = 0.5  # depends on the sentence before it, which is chosen too
    lonely: float = 1.5  # opens the post, and leans all the same: the author plays with it
    definite: float = 0.8  # "The deal ...", although no deal has been mentioned, where the title tells
    loose: float = 0.6  # the same right after another sentence, in a new paragraph
    cut: float = 0.4  # each "the ..." that the post has explained in a sentence that is left out
    most_cut: int = 2  # of these that count
    surname: float = 0.7  # of somebody whose full name stands in a sentence that is left out
    slight: float = 1.0  # says almost nothing
    slight_words: int = 6  # fewer say almost nothing, except with a figure
    listed: float = 0.5  # a list item without its list
    quote: float = 1.2  # begins with a quotation
    side_issue: float = 2.0  # announces that it changes the subject
    question: float = 2.0  # a question carries no information
    service: float = 1.8  # tells readers whom to ask and where to click
    aside: float = 3.0  # the authors write about themselves
    voice: float = 1 / 3  # of sentences in the first person; above it, that is the blog's style, no aside


@dataclass(frozen=True, slots=True)
class Forms:
    """How much of something makes a post one of a kind, and how much of it is told."""

    few: int = 3  # items, rows or times of day make a kind
    essay: int = 600  # characters of prose beside a list, from which it is an essay
    little: int = 200  # characters of prose beside a table, pictures or a link
    wordless: int = 25  # characters; a shorter text beside a picture says nothing
    verse: int = 70  # characters of a line of a poem, at most
    stanza: int = 3  # lines of a poem, at least
    items: int = 2  # of a list, at least
    code: int = 200  # characters of code that are told
    poem: int = 4  # lines of a poem that are told
    description: int = 4  # words of a picture's description that is worth reading
    shared: int = 2  # words that a claim shares with the update that takes it back
    shared_near: int = 1  # the same, where the update stands in the same paragraph
    stem: int = 3  # letters; shorter stems say too little to count


FORMS = Forms()
