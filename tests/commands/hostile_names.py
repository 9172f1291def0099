"""Two hundred names that a blog may give a category, and that would be read as something else."""

from __future__ import annotations

RESERVED = [
    "all",
    "All",
    "ALL",
    "everything",
    "Everything",
    "*",
    "me",
    "off",
    "now",
    "daily",
    "weekly",
    "yes",
]
ORDERS = ["yes", "no", "new", "none", "please", "tags", "follow", "stop"]
SIGNS = ["#", "##", "-", "\u2013", "\u2014 ", "\uff03", "\u2212", "/", "@", "!", "-#", "#-", "+", "~", "."]
SIGNED = [f"{sign}{name}" for sign in SIGNS for name in ("Breaking", "Minus")]
QUOTED = [
    f"{opening}{name}{closing}"
    for opening, closing in (
        ('"', '"'),
        ("'", "'"),
        ("\u201c", "\u201d"),
        ("\u2018", "\u2019"),
        ("\u201e", "\u201c"),
        ("\u00ab", "\u00bb"),
        ("\u00bb", "\u00ab"),
        ("\u2039", "\u203a"),
        ("\u2033", "\u2033"),
        ("\uff02", "\uff02"),
        ("`", "`"),
        ("\u300c", "\u300d"),
        ("", '"'),
        ('"', ""),
        ("", "\u201d"),
        ("\u201c", ""),
    )
    for name in ("Quoted", "All quoted", "Say, quoted")
]
INSIDE = [
    f"Inside {signs} out"
    for signs in (
        '"',
        '""',
        "\u201c",
        "\u201d",
        '"x"',
        "\u201cx\u201d",
        "\u201e",
        "\u00abx\u00bb",
        "\u2033",
        "'",
        "\u2019",
        "`",
        "\\",
        '\\"',
        ",",
        ";",
        "\uff0c",
        "\u3001",
        ":",
        "=",
        "|",
        "\u2026",
        "...",
        "-Minus",
        "#Hash",
        "*",
        "_x_",
        "~~x~~",
        "<b>",
        "<@U0AAAAAAA>",
        "@here",
        "://x",
        "$",
        "%",
        "^",
        "(x)",
        "[x]",
    )
]
OPTIONS = [
    "Trade when:daily",
    "Trade when: now",
    "Trade when=now",
    "when:now",
    "new:yes",
    "name:",
    "name: x",
    "feed:Blog",
    "categories:All",
    "mention:none",
    "channel:C0AAAAAAA",
    "a, when:now",
    "count:3",
]
NUMBERS = [
    "5",
    "2022",
    "Web 2",
    "Web 2.0",
    "3 Seas",
    "100 Days",
    "Covid-19",
    "Top 10",
    "-3",
    "In 2024",
]
LISTS = [
    "Arts, Books & Letters",
    "Arts; Crafts",
    "one, two, three, four, five, six, seven",
    "All, -Minus",
    "all -Trade",
    "Trade and Technology",
    "Trade & Technology",
    "Trade daily",
    "Trade please",
    "every post",
    "follow Trade",
    "A / B",
    ",leading",
    "trailing,",
    "1,000",
]
SCRIPTS = [
    "\u0627\u0644\u0635\u064a\u0646",
    "\u202eEvil",
    "Ab\u202edc\u202c",
    "\u2066Isolated\u2069",
    "Zero\u200bwidth",
    "\u200dJoined\u200c",
    "\u0646\u06cc\u0645\u200c\u0634\u0628",
    "Soft\u00adhyphen",
    "Filler\u3164",
    "\u3164\u2800Blank",
    "\ufeffMark",
    "Tag\U000e0041",
    "Line\nbreak",
    "Tab\tbed",
    "\U0001f600",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 Family",
    "\u2764\ufe0f Love",
    "\uff34\uff52\uff41\uff44\uff45\uff01",
    "\u4e2d\u7f8e\uff0c\u8d38\u6613",
    "Stra\u00dfe",
    "\u0130stanbul",
    "e\u0301clair",
    "\ufb01ne",
    "\u2168",
]
LONG = [
    "x" * 300,
    "Long name " * 30,
    "\U0001f600" * 150,
    "All, " * 50,
    "\u201c" + "q" * 200,
    "y" * 99 + "\u2026",
]
TWINS = ["C", "C#", "C++", "China-U.S.", "Chi na", "NET 4", "T.N.E", "Trade", "Trades"]

NAMES = [
    name.strip()
    for names in (RESERVED, ORDERS, SIGNED, QUOTED, INSIDE, OPTIONS, NUMBERS, LISTS, SCRIPTS, LONG, TWINS)
    for name in names
]
