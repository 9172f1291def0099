"""Pairs of posts of two feeds that tell two stories, though they look alike."""

from __future__ import annotations

from tests.story_texts import (
    BUDGET,
    COUNCIL,
    HARBOUR,
    MIDNIGHT,
    NEWS,
    NOTE,
    ONE,
    PIER,
    PRICES,
    RELEASE,
    RULES,
    STATUS,
    TWO,
    WEATHER,
    Pair,
    Printed,
    after,
)

TWO_STORIES = [
    Pair(
        "two blogs comment on one article of a third",
        "off",
        Printed(
            "The quiet end of the ferry",
            "A fine piece, though it forgets the crews.",
            NEWS + "2026/ferry-end",
        ),
        Printed("The quiet end of the ferry", "Wrong from its first line on.", NEWS + "2026/ferry-end", TWO),
    ),
    Pair(
        "the same without a word of comment",
        "off",
        Printed("The quiet end of the ferry", "", NEWS + "2026/ferry-end"),
        Printed("The quiet end of the ferry", "", NEWS + "2026/ferry-end", TWO),
    ),
    Pair(
        "a comment, and the article itself",
        "off",
        Printed("The quiet end of the ferry", HARBOUR, NEWS + "2026/ferry-end", NEWS),
        Printed(
            "The quiet end of the ferry",
            "A fine piece, though it forgets the crews.",
            NEWS + "2026/ferry-end",
        ),
    ),
    Pair(
        "a comment that quotes the article",
        "off",
        Printed(PIER, HARBOUR, NEWS + "2026/ferry-end", NEWS),
        Printed(
            PIER,
            f"{HARBOUR} That is nonsense, and here is why: the pillars were new.",
            NEWS + "2026/ferry-end",
        ),
    ),
    Pair(
        "two comments on one article that quote the same sentences",
        "off",
        Printed(PIER, f"They write: {HARBOUR} I do not believe it.", NEWS + "2026/ferry-end"),
        Printed(PIER, f"They write: {HARBOUR} At long last!", NEWS + "2026/ferry-end", TWO),
    ),
    Pair(
        "two comments under one address on one site of many authors",
        "off",
        Printed(
            "The quiet end of the ferry",
            STATUS.format(hour=9, part="ferry"),
            NEWS + "@c/ferry-end",
            NEWS,
            after(1),
        ),
        Printed(
            "The quiet end of the ferry",
            "Wrong from its first line on, and rude to the crews.",
            NEWS + "@c/ferry-end",
            NEWS,
        ),
    ),
    Pair(
        "two answers in a forum, one of them a few words",
        "off",
        Printed("Re: Old ferry pier", "Yes, I agree with that.", f"{NEWS}topic/123", NEWS),
        Printed("Re: Old ferry pier", "Yes", f"{NEWS}topic/123", NEWS, after(1)),
    ),
    Pair(
        "two answers in a forum, of the same few words",
        "off",
        Printed("Re: Old ferry pier", "Yes", f"{NEWS}topic/123", NEWS),
        Printed("Re: Old ferry pier", "Yes", f"{NEWS}topic/123", NEWS, after(1)),
    ),
    Pair(
        "status pages that link all posts to one page",
        "off",
        Printed("Planned work", STATUS.format(hour=22, part="database"), NEWS + "status", NEWS),
        Printed("Planned work", STATUS.format(hour=22, part="mail"), NEWS + "status", NEWS),
    ),
    Pair(
        "the same at two hours",
        "off",
        Printed("Planned work", STATUS.format(hour=22, part="database"), NEWS + "status", NEWS),
        Printed("Planned work", STATUS.format(hour=23, part="database"), NEWS + "status", NEWS, after(1)),
    ),
    Pair(
        "the same, the texts missing",
        "off",
        Printed("Planned work", "", NEWS + "status", NEWS),
        Printed("Planned work", "", NEWS + "status", NEWS),
    ),
    Pair(
        "the same under one address of the day, with dates alone",
        "off",
        Printed("Planned work", STATUS.format(hour=22, part="database"), f"{NEWS}2026/30", NEWS, MIDNIGHT),
        Printed("Planned work", STATUS.format(hour=22, part="mail"), f"{NEWS}2026/30", NEWS, MIDNIGHT),
    ),
    Pair(
        "pictures without a word under one address of the day",
        "off",
        Printed("", "", f"{NEWS}2026/30", NEWS, image=f"{NEWS}gull.jpg"),
        Printed("", "", f"{NEWS}2026/30", NEWS, image=f"{NEWS}tern.jpg"),
    ),
    Pair(
        "all posts link to the front page",
        "off",
        Printed("Planned work", "", NEWS, NEWS),
        Printed("Planned work", "", NEWS, NEWS),
    ),
    Pair(
        "weekly threads of one title and text, a week apart",
        "off",
        Printed("Open thread", RULES, ONE + "thread-47"),
        Printed("Open thread", RULES, TWO + "thread-48", TWO, after(24 * 7)),
    ),
    Pair(
        "daily threads, the second a day later",
        "off",
        Printed("Open thread", RULES, ONE + "thread-47"),
        Printed("Open thread", RULES, TWO + "thread-48", TWO, after(24)),
    ),
    Pair(
        "threads of two blogs with the same title and rules of their own",
        "off",
        Printed("Open thread", RULES, ONE + "thread-47"),
        Printed("Open thread", "Talk about whatever you like, as every Monday. " * 9, TWO + "thread", TWO),
    ),
    Pair(
        "threads of two blogs with the same few rules",
        "off",
        Printed("Open thread", RULES[:400], f"{ONE}thread-47"),
        Printed("Open thread", RULES[:400], f"{TWO}thread", TWO, after(2)),
    ),
    Pair(
        "threads of one site, in two sections",
        "off",
        Printed("Open thread", RULES, NEWS + "film/open-1", NEWS),
        Printed("Open thread", RULES, NEWS + "music/open-2", NEWS),
    ),
    Pair(
        "a short text under a common title",
        "off",
        Printed("Good morning", "Coffee first. Then the news of the day.", ONE + "1"),
        Printed("Good morning", "Coffee first. Then the news of the day.", TWO + "1", TWO),
    ),
    Pair(
        "links for Monday: the title is the same, the links are not",
        "off",
        Printed(
            "Links for Monday", "Ferries, again. The budget of the city. A walk by the sea.", ONE + "l/48"
        ),
        Printed("Links for Monday", "A new tram. What bees hear. The budget of the city.", TWO + "l/1", TWO),
    ),
    Pair(
        "posts without any words",
        "off",
        Printed("", "", ONE + "1"),
        Printed("", "", TWO + "1", TWO),
    ),
    Pair(
        "posts without titles, of one text",
        "off",
        Printed("", HARBOUR, ONE + "1"),
        Printed("", HARBOUR, TWO + "1", TWO),
    ),
    Pair(
        "a translation",
        "off",
        Printed(PIER, HARBOUR, ONE + "pier/"),
        Printed(
            "Der alte F\u00e4hranleger wird geschlossen",
            "Der Hafenrat hat am Montag beschlossen. " * 8,
            TWO + "pier",
            TWO,
        ),
    ),
    Pair(
        "the same title above two stories",
        "off",
        Printed(PIER, HARBOUR, ONE + "pier/"),
        Printed(PIER, BUDGET, TWO + "pier/", TWO),
    ),
    Pair(
        "the weather of two towns",
        "off",
        Printed("The weather for tomorrow morning", WEATHER.format(town="Norden", low=9), ONE + "w"),
        Printed("The weather for tomorrow morning", WEATHER.format(town="S\u00fcden", low=9), TWO + "w", TWO),
    ),
    Pair(
        "the weather with another temperature",
        "off",
        Printed("The weather for tomorrow morning", WEATHER.format(town="Norden", low=9), ONE + "w"),
        Printed("The weather for tomorrow morning", WEATHER.format(town="Norden", low=4), TWO + "w", TWO),
    ),
    Pair(
        "price lists that differ in one price",
        "off",
        Printed("Prices of the day at the market", PRICES.format(wheat=201), ONE + "prices"),
        Printed("Prices of the day at the market", PRICES.format(wheat=207), TWO + "prices", TWO, after(20)),
    ),
    Pair(
        "release notes of two versions",
        "off",
        Printed("Gull 4.1 has been released", RELEASE.format(news="It flies."), ONE + "4.1"),
        Printed("Gull 4.2 has been released", RELEASE.format(news="It flies."), TWO + "4.2", TWO),
    ),
    Pair(
        "release notes of two programs, of one text",
        "off",
        Printed("v4.1", RELEASE.format(news="It flies."), NEWS + "gull/releases/v4.1", NEWS),
        Printed("v4.1", RELEASE.format(news="It flies."), NEWS + "tern/releases/v4.1", NEWS),
    ),
    Pair(
        "release notes that differ in one sentence",
        "off",
        Printed("The monthly release is out", RELEASE.format(news="Search finds parts of words."), ONE + "r"),
        Printed(
            "The monthly release is out",
            RELEASE.format(news="Nothing can be found any more."),
            TWO + "r",
            TWO,
        ),
    ),
    Pair(
        "a text with a word more that turns its sense",
        "off",
        Printed(COUNCIL, BUDGET, ONE + "budget/"),
        Printed(COUNCIL, BUDGET.replace("has passed", "has not passed"), TWO + "budget/", TWO),
    ),
    Pair(
        "a text in which a name is another",
        "off",
        Printed(COUNCIL, BUDGET, ONE + "budget/"),
        Printed(COUNCIL, BUDGET.replace("treasurer", "mayor"), TWO + "budget/", TWO),
    ),
    Pair(
        "a text with another last word",
        "off",
        Printed(COUNCIL, f"{BUDGET} The mayor resigned.", f"{ONE}budget/"),
        Printed(COUNCIL, f"{BUDGET} The mayor laughed.", f"{TWO}budget/", TWO),
    ),
    Pair(
        "a text with another end",
        "off",
        Printed(COUNCIL, BUDGET, ONE + "budget/"),
        Printed(COUNCIL, BUDGET.replace("from Wednesday on", "from Friday on"), TWO + "budget/", TWO),
    ),
    Pair(
        "the second part of a series with the same words below",
        "off",
        Printed("How we built the bridge over the river", BUDGET, ONE + "b"),
        Printed("How we built the bridge over the river, part 2", f"{BUDGET} {NOTE}", TWO + "b", TWO),
    ),
    Pair(
        "pictures of the day of one site",
        "off",
        Printed(
            "The picture of the day", RULES, NEWS + "a/the-picture-of-the-day", NEWS, image=NEWS + "gull.jpg"
        ),
        Printed(
            "The picture of the day", RULES, NEWS + "b/the-picture-of-the-day", NEWS, image=NEWS + "tern.jpg"
        ),
    ),
    Pair(
        "the same story a week later",
        "off",
        Printed(PIER, HARBOUR, ONE + "pier/"),
        Printed(PIER, HARBOUR, TWO + "pier/", TWO, after(24 * 7)),
    ),
    Pair(
        "two jobs with one description",
        "off",
        Printed("Deckhand for the night ferry wanted", RULES, NEWS + "jobs/4711", NEWS),
        Printed("Deckhand for the night ferry wanted", RULES, NEWS + "jobs/4712", NEWS),
    ),
]
