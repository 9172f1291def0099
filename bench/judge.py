"""Judges a summary as an editor would: what is wrong with it by rules, and how much of a reference it tells.

The rules are the judge's own and share nothing with the summarizer but the words of `bot.text.tokens`.
"""
# ruff: noqa: RUF001  (typographic quotes and foreign marks are what these patterns match)

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.text.html_text import plain_text
from bot.text.languages import language
from bot.text.sentences import split
from bot.text.tokens import tokens

POSTS = Path(__file__).with_name("posts")
FAULTS = ("dangling", "stale", "joined", "furniture", "repetition", "shout", "length", "cut")
LONGEST = 600  # characters
TOLD = 0.7  # share of the words of a part of the reference that have to be in the summary
USEFUL = 0.5  # share of the reference that a useful summary tells

_PROSE = ("essay", "excerpt", "interview", "podcast", "video")  # kinds told in sentences alone
_LEANING = re.compile(
    r"(?:It|He|She|They|This(?! \w*(?:week|month|year|release|version))|That|These|Those|His|Her|Their|But"
    r"|And|However|Also|So|Both|Er|Sie|Aber|Doch|Jedoch|Il a|Elle|Mais|Cependant|Pero|Sin embargo|Mas|Ma"
    r"|Tuttavia|Maar|Ale|Jednak|Однако|Но|Это|Он)\b"
    r"|但|不过|しかし|그러나|لكن|אבל|लेकिन|อย่างไรก็ตาม"
)
_END = re.compile(r"[.!?。！？।؟:][\"'”’»«“」』)）\]]*$")


@dataclass(frozen=True, slots=True)
class Sample:
    """A post and what an editor would tell of it. `never`: pairs of a fault and words that show it."""

    name: str
    kind: str
    language: str
    title: str
    html: str
    excerpt: str
    reference: tuple[str, ...]
    never: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a sample. `agreement` and the two ROUGE-L figures are between 0 and 1."""

    sample: Sample
    summary: str
    faults: tuple[str, ...]
    agreement: float
    rouge: float
    rouge_lead: float

    @property
    def useful(self) -> bool:
        """Whether a reader is served: no fault, and at least half of the reference told."""
        return not self.faults and self.agreement >= USEFUL


def samples() -> Iterator[Sample]:
    """Yield the sample posts of `bench/posts`, by file."""
    for path in sorted(POSTS.glob("*.toml")):
        for post in tomllib.loads(path.read_text("utf-8"))["posts"]:
            never = tuple((fault, words) for fault, found in post.get("never", {}).items() for words in found)
            yield Sample(
                name=post["name"],
                kind=post["kind"],
                language=post["language"],
                title=post["title"],
                html=post["html"],
                excerpt=post.get("excerpt", ""),
                reference=tuple(post["reference"]),
                never=never,
            )


def judge(sample: Sample, summary: str) -> Verdict:
    """Return the verdict on a summary of a sample."""
    reference = " ".join(sample.reference)
    return Verdict(
        sample=sample,
        summary=summary,
        faults=faults(sample, summary),
        agreement=agreement(sample.reference, summary),
        rouge=rouge_l(reference, summary),
        rouge_lead=rouge_l(reference, lead_of_three(sample)),
    )


def faults(sample: Sample, summary: str) -> tuple[str, ...]:
    """Return the names of the faults of a summary, each once, in the order of FAULTS."""
    found = {fault for fault, words in sample.never if _shows(words, summary)}
    found.update(fault for fault, is_found in _by_rule(sample, summary) if summary and is_found)
    return tuple(fault for fault in FAULTS if fault in found)


def _shows(words: str, summary: str) -> bool:
    pattern = re.escape(words.removeprefix("^").removesuffix("$"))
    return re.search("^" * words.startswith("^") + pattern + "$" * words.endswith("$"), summary) is not None


def _by_rule(sample: Sample, summary: str) -> Iterator[tuple[str, bool]]:
    told_in_prose = sample.kind in _PROSE
    yield "dangling", _LEANING.match(summary) is not None and not _points_at_title(sample, summary)
    yield "joined", told_in_prose and _has_unmarked_jump(sample, summary)
    yield "repetition", tokens(summary)[: len(tokens(sample.title))] == tokens(sample.title)
    yield "shout", re.search(r"\b[A-Z]{2,}(?: [A-Z]{2,}){2,}", summary) is not None
    yield "length", len(summary) > LONGEST
    yield "cut", told_in_prose and sample.language != "th" and not _END.search(summary)


def _points_at_title(sample: Sample, summary: str) -> bool:
    """Return whether a summary opens with a word that points, and a word of the title: "This cake ..."."""
    return summary.startswith(("This ", "These ")) and tokens(summary)[1] in tokens(sample.title)


def _has_unmarked_jump(sample: Sample, summary: str) -> bool:
    """Return whether two sentences are joined, without "…", that have others between them in the post."""
    text = " ".join((plain_text(sample.html) or plain_text(sample.excerpt)).split()).casefold()
    for part in summary.split("…"):
        end = -1
        for sentence, _ in split(part.strip(), sample.language):
            start = text.find(sentence.casefold())
            if end >= 0 and start >= 0 and re.search(r"\w", text[end:start]):
                return True
            end = start + len(sentence.casefold()) if start >= 0 else -1
    return False


def agreement(reference: Sequence[str], summary: str) -> float:
    """Return the share of the parts of a reference that are told; for an empty one, whether nothing is."""
    if not reference:
        return float(not summary)
    told = set(tokens(summary))
    shares = ([word in told for word in tokens(part)] for part in reference)
    return sum(sum(words) >= TOLD * len(words) for words in shares) / len(reference)


def rouge_l(reference: str, summary: str) -> float:
    """Return ROUGE-L as F1: the longest common subsequence of words, against the words of both texts.

    Source: C.-Y. Lin, "ROUGE: A Package for Automatic Evaluation of Summaries", 2004. Two empty texts agree.
    """
    left, right = tokens(reference), tokens(summary)
    if not left or not right:
        return float(left == right)
    row = [0] * (len(right) + 1)
    for word in left:
        before = 0  # the figure left of and above the current one
        for place, other in enumerate(right, 1):
            before, row[place] = row[place], before + 1 if word == other else max(row[place], row[place - 1])
    return 2 * row[-1] / (len(left) + len(right))


def lead_of_three(sample: Sample) -> str:
    """Return the usual baseline: the first three sentences of the text."""
    text = plain_text(sample.html) or plain_text(sample.excerpt)
    found = [one for part in text.split("\n\n") for one, _ in split(part, language(text))]
    return " ".join(found[:3])


def fault_counts(verdicts: Sequence[Verdict]) -> Counter[str]:
    """Return how many summaries have each fault."""
    return Counter(fault for verdict in verdicts for fault in verdict.faults)
