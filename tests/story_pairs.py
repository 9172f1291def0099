"""Pairs of posts of two feeds that tell one story, for the regression test of `bot.story`."""

from __future__ import annotations

from tests.story_texts import (
    BUDGET,
    CHINESE,
    COUNCIL,
    HARBOUR,
    NEWS,
    NOTE,
    ONE,
    PIER,
    TWO,
    Pair,
    Printed,
    after,
)

ONE_STORY = [
    # --- one story, by link or by text
    Pair(
        "two feeds of one blog, the guid differs and nothing else",
        "same",
        Printed(PIER, HARBOUR, ONE + "2026/11/30/pier/"),
        Printed(PIER, HARBOUR, "http://www.one.example/2026/11/30/pier?utm_source=atom"),
    ),
    Pair(
        "the second feed prints an excerpt",
        "same",
        Printed(PIER, HARBOUR, ONE + "2026/11/30/pier/"),
        Printed(PIER, HARBOUR[:190] + " [\u2026] Continue reading the story", ONE + "2026/11/30/pier/"),
    ),
    Pair(
        "the second feed prints no text",
        "same",
        Printed(PIER, HARBOUR, ONE + "2026/11/30/pier/"),
        Printed(PIER, "", ONE + "2026/11/30/pier/"),
    ),
    Pair(
        "two feeds of titles alone, one of them without dates",
        "same",
        Printed(PIER, "", f"{ONE}2026/11/30/pier/"),
        Printed(PIER, "", f"{ONE}2026/11/30/pier/", at=None),
    ),
    Pair(
        "the second feed prints a summary by hand, and the same moment",
        "same",
        Printed(PIER, HARBOUR, ONE + "2026/11/30/pier/"),
        Printed(PIER, "Cracks in the pillars, ferries move.", ONE + "2026/11/30/pier/"),
    ),
    Pair(
        "the second feed writes the section in front of the title",
        "same",
        Printed(PIER, HARBOUR, ONE + "2026/11/30/pier/"),
        Printed(f"Town: {PIER}", HARBOUR, ONE + "2026/11/30/pier/"),
    ),
    Pair(
        "one author on two hosts, some hours apart",
        "same",
        Printed(PIER, HARBOUR, ONE + "pier/"),
        Printed(PIER, HARBOUR, TWO + "p/harbour-board", TWO, after(5)),
    ),
    Pair(
        "the same, with typographic quotes, other spaces and capitals in the title",
        "same",
        Printed(COUNCIL, BUDGET.replace("mayor's", "mayor\u2019s"), ONE + "budget/"),
        Printed(COUNCIL.upper(), BUDGET.replace(". ", ".\n\n"), TWO + "budget/", TWO, after(-3)),
    ),
    Pair(
        "an aggregator that links to the blog",
        "same",
        Printed(PIER, HARBOUR, ONE + "pier/"),
        Printed(PIER, HARBOUR, ONE + "pier/", "https://planet.example/", after(1)),
    ),
    Pair(
        "a newspaper prints a story in two sections, under an address with the same end",
        "same",
        Printed(PIER, HARBOUR, NEWS + "town/old-ferry-pier-closed", NEWS),
        Printed(PIER, HARBOUR, NEWS + "sea/old-ferry-pier-closed", NEWS),
    ),
    Pair(
        "without dates",
        "same",
        Printed(PIER, HARBOUR, ONE + "pier/", at=None),
        Printed(PIER, HARBOUR, TWO + "pier/", TWO, at=None),
    ),
    Pair(
        "one of them without a date",
        "same",
        Printed(PIER, HARBOUR, ONE + "pier/", at=None),
        Printed(PIER, HARBOUR, TWO + "pier/", TWO),
    ),
    Pair(
        "a page that is dated anew each time it is touched, in one of two feeds",
        "same",
        Printed(PIER, HARBOUR, ONE + "pier/"),
        Printed(PIER, HARBOUR, ONE + "pier/", at=after(-24 * 6)),
    ),
    Pair(
        "Chinese, on two hosts",
        "same",
        Printed("\u6e2f\u53e3\u59d4\u5458\u4f1a\u5173\u95ed\u65e7\u7801\u5934", CHINESE, ONE + "1"),
        Printed("\u6e2f\u53e3\u59d4\u5458\u4f1a\u5173\u95ed\u65e7\u7801\u5934", CHINESE, TWO + "2", TWO),
    ),
    Pair(
        "a short post in two feeds of one blog",
        "same",
        Printed("Pier closed", "The old pier is closed from today.", ONE + "2026/11/30/pier-closed"),
        Printed("Pier closed", "The old pier is closed from today.", ONE + "2026/11/30/pier-closed"),
    ),
    Pair(
        "a short post without a title in two feeds of one blog",
        "same",
        Printed("", "The old pier is closed.", f"{ONE}2026/11/30/1"),
        Printed("", "The old pier is closed.", f"{ONE}2026/11/30/1"),
    ),
    # --- one story, by nearly the same text
    Pair(
        "with a note in front",
        "near",
        Printed(COUNCIL, BUDGET, ONE + "budget/"),
        Printed(COUNCIL, f"{NOTE} {BUDGET}", TWO + "budget/", TWO, after(2)),
    ),
    Pair(
        "with a note below, and more in the title",
        "near",
        Printed(COUNCIL, BUDGET, ONE + "budget/"),
        Printed(f"{COUNCIL} of debate", f"{BUDGET} {NOTE}", TWO + "budget/", TWO, after(2)),
    ),
    Pair(
        "with a caption in the middle",
        "near",
        Printed(COUNCIL, BUDGET, ONE + "budget/"),
        Printed(COUNCIL, BUDGET.replace("Two members", f"{NOTE} Two members"), TWO + "budget/", TWO),
    ),
    Pair(
        "the last paragraph is cut",
        "near",
        Printed(COUNCIL, BUDGET, ONE + "budget/"),
        Printed(COUNCIL, BUDGET.rpartition(" Citizens")[0], TWO + "budget/", TWO, after(-1)),
    ),
]
