"""Tells posts in which people talk or meet: interviews, episodes, events, live blogs."""

from __future__ import annotations

from collections.abc import Sequence

from bot.pipeline.summarize.kinds import is_fact, is_when_or_where
from bot.pipeline.summarize.page import (
    Page,
    is_question_line,
    labelled_lines,
    speaker,
    stamped_lines,
)
from bot.pipeline.summarize.parts import SHARE, prose, with_rest
from bot.text.html_blocks import Paragraph, Part
from bot.text.sentences import ends_whole, split
from bot.text.truncate import clip

_LABELS, _LINE = 20, 300  # labelled lines of a post that are looked at, and characters of one


def interview(page: Page, limit: int) -> str:
    """Return what introduces an interview, else its first question and the beginning of the answer."""
    first = next(
        (place for place, block in enumerate(page.blocks) if is_question_line(block) or speaker(block)), 0
    )
    before = [block for block in page.blocks[:first] if block.part is Part.PROSE]
    opening = prose(page, before, limit)
    if opening:
        return opening
    question, *answers = [block for block in page.blocks[first:] if block.part in (Part.PROSE, Part.HEADING)]
    told = question.text
    for sentence, whole in split(" ".join(block.text for block in answers[:1]), page.code)[:2]:
        if whole and len(told) + len(sentence) < limit:
            told += f" {sentence}"
    return told if told != question.text and len(told) <= limit else ""


def episode(page: Page, limit: int) -> str:
    """Return the sentences about an episode, and its guests and length; without chapters."""
    stamps = {stamp.place for stamp in stamped_lines(page)}
    labelled = labelled_lines(page)
    facts = [f"{label}: {value.rstrip('.')}." for label, value in labelled if is_fact(label)]
    sentences = [
        block
        for place, block in enumerate(page.blocks)
        if block.part is Part.PROSE and place not in stamps and not _begins(block, labelled)
    ]
    told = clip(" ".join(facts), limit // SHARE)
    return with_rest(prose(page, sentences, limit - len(told) - 1), told, limit)


def _begins(block: Paragraph, labelled: Sequence[tuple[str, str]]) -> bool:
    """Return whether a paragraph begins with one of these labels and values."""
    return any(
        block.text.startswith(label) and value in block.text[:_LINE] for label, value in labelled[:_LABELS]
    )


def event(page: Page, limit: int) -> str:
    """Return the first sentences about an event, and its lines that say when and where."""
    labelled = labelled_lines(page)
    facts = " ".join(f"{label}: {value.rstrip('.')}." for label, value in labelled if is_when_or_where(label))
    told = clip(facts, limit // SHARE)
    sentences = [block for block in page.prose if not _begins(block, labelled)]
    return with_rest(prose(page, sentences[:2], limit - len(told) - 1), told, limit)


def live(page: Page, limit: int) -> str:
    """Return the newest entry of a live blog, with its time."""
    stamps = stamped_lines(page)
    newest = stamps[0] if stamps[0].minutes >= stamps[-1].minutes else stamps[-1]
    following = [stamp.place for stamp in stamps if stamp.place > newest.place]
    end = min(following, default=len(page.blocks))
    texts = [
        newest.rest,
        *(block.text for block in page.blocks[newest.place + 1 : end] if block.part is Part.PROSE),
    ]
    told = f"{newest.clock}:"
    for sentence, _ in [each for text in texts if text for each in split(text, page.code)][:3]:
        if len(told) + len(sentence) < limit and ends_whole(sentence, page.code):
            told += f" {sentence}"
    return told if len(told) > len(newest.clock) + 1 else ""
