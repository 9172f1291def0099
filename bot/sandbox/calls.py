"""What the functions in the sandbox answer, so that this process need not import them.

They bring parsers along, which belong into the child alone: some 7 MB and 40 ms.
"""

from __future__ import annotations

from typing import Any

from bot.model import ParsedFeed
from bot.pipeline.classify.evidence import FiledPost, PageFiling
from bot.pipeline.summarize.extract import Reading

# Each is the function's own annotation; tests/pipeline/test_wall_answers.py compares them.
ANSWERS: dict[str, Any] = {
    "bot.pipeline.parse.feed:parse": ParsedFeed,
    "bot.pipeline.classify.evidence:read_wpcom": tuple[FiledPost, ...],
    "bot.pipeline.classify.evidence:read_wpjson": tuple[FiledPost, ...],
    "bot.pipeline.classify.evidence:read_wpcom_categories": tuple[str, ...],
    "bot.pipeline.classify.evidence:read_wpjson_categories": tuple[str, ...],
    "bot.pipeline.classify.page:read_page": PageFiling,
    "bot.pipeline.classify.page:read_content_tail": PageFiling,
    "bot.pipeline.summarize.reader:read": list[Reading],
    "bot.pipeline.parse.discover:feeds_of_page": list[str],
}
