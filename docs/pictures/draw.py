"""Draws the pages on which people click to connect the bot: `python docs/pictures/draw.py` writes the files.

They are drawings after the platforms' own documentation, and no screenshots: what matters is where to click.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

FOLDER = Path(__file__).parent
_WIDTH, _BAR, _ROW, _MENU = 640, 28, 34, 170  # pixels
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1d2330}.page{fill:#fff;stroke:#8a93a5}.bar{fill:#e8ebf1}"
    ".menu{fill:#f4f6f9}.field{fill:#fff;stroke:#8a93a5}.button{fill:#3b6ea5}.button+text{fill:#fff}"
    ".here{fill:#d6e3f3}.mark{fill:#b3261e}.mark+text{fill:#fff;font-weight:700}.faint{fill:#5b6475}"
)


@dataclass(frozen=True)
class Item:
    """A thing on a page: text, field, button or tick. `step`: which click it is, 0 for none."""

    kind: str
    label: str
    step: int = 0
    value: str = ""


@dataclass(frozen=True)
class Page:
    """A page of a browser or of a chat. `menu`: what stands on the left; `here`: the entry that is open."""

    address: str
    about: str  # for those who cannot see it
    items: Sequence[Item]
    menu: Sequence[str] = ()
    here: str = ""
    step: int = 0  # of the click on the menu


PAGES = {
    "discord-application": Page(
        "discord.com/developers/applications",
        "New Application is at the top right; a name and Create follow.",
        (
            Item("button", "New Application", 1),
            Item("field", "Name", 2, "Bystander"),
            Item("button", "Create", 3),
        ),
    ),
    "discord-token": Page(
        "discord.com/developers/applications/…/bot",
        "Bot is in the menu on the left; there, Reset Token shows the token once, and the intents stay off.",
        (
            Item("text", "Token"),
            Item("button", "Reset Token", 2),
            Item("field", "", 3, "copy it now: it is shown once"),
            Item("tick", "Privileged Gateway Intents: leave all of them off"),
        ),
        ("General Information", "Installation", "OAuth2", "Bot"),
        "Bot",
        1,
    ),
    "discord-invite": Page(
        "discord.com/oauth2/authorize?…",
        "The link of bystander discord-invite asks for a server; then Continue and Authorize.",
        (
            Item("field", "Add to server", 1, "choose your server"),
            Item("button", "Continue", 2),
            Item("button", "Authorize", 3),
        ),
    ),
    "discord-command": Page(
        "#news",
        "In the channel, /alerts add is offered with the categories of the blog.",
        (
            Item("field", "", 1, "/alerts add  categories: Trade"),
            Item("text", "This channel now gets: Trade; at once."),
        ),
    ),
    "slack-app": Page(
        "api.slack.com/apps",
        "Create New App, then From a manifest, then the workspace and Next.",
        (
            Item("button", "Create New App", 1),
            Item("button", "From a manifest", 2),
            Item("field", "Pick a workspace", 3, "your workspace"),
            Item("button", "Next", 4),
        ),
    ),
    "slack-manifest": Page(
        "api.slack.com/apps: Create app from manifest",
        "In the JSON tab the manifest replaces what is there; then Next and Create.",
        (
            Item("button", "JSON", 1),
            Item("field", "", 2, "paste what bystander slack-manifest printed"),
            Item("button", "Next, then Create", 3),
        ),
    ),
    "slack-install": Page(
        "api.slack.com/apps/…/install-on-team",
        "Install App is in the menu on the left; there, Install and Allow show the bot token.",
        (
            Item("button", "Install to your workspace", 2),
            Item("button", "Allow", 3),
            Item("field", "Bot User OAuth Token", 4, "xoxb-…"),
        ),
        ("Basic Information", "Socket Mode", "Install App", "OAuth & Permissions"),
        "Install App",
        1,
    ),
    "slack-app-token": Page(
        "api.slack.com/apps/…/general",
        "Basic Information, App-Level Tokens: Generate Token and Scopes, a name, connections:write.",
        (
            Item("text", "App-Level Tokens"),
            Item("button", "Generate Token and Scopes", 2),
            Item("field", "Token Name", 3, "socket"),
            Item("button", "Add Scope: connections:write", 4),
            Item("button", "Generate", 5),
        ),
        ("Basic Information", "Socket Mode", "Install App", "OAuth & Permissions"),
        "Basic Information",
        1,
    ),
}


def drawn(page: Page) -> str:
    """Return a page as an SVG document."""
    rows = max(len(page.items), len(page.menu))
    height = _BAR + 16 + rows * _ROW
    left = _MENU if page.menu else 0
    box = f'viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(page.about)}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {box}>',
        f"<title>{escape(page.about)}</title><style>{_STYLE}</style>",
        f'<rect class="page" x=".5" y=".5" width="{_WIDTH - 1}" height="{height - 1}" rx="8"/>',
        f'<rect class="bar" x="1" y="1" width="{_WIDTH - 2}" height="{_BAR}" rx="8"/>',
        _text(14, 19, page.address, "faint"),
    ]
    if page.menu:
        parts.append(
            f'<rect class="menu" x="1" y="{_BAR}" width="{_MENU - 10}" height="{height - _BAR - 1}"/>'
        )
        parts += [_entry(page, name, _BAR + 8 + index * _ROW) for index, name in enumerate(page.menu)]
    parts += [_item(item, left + 40, _BAR + 8 + index * _ROW) for index, item in enumerate(page.items)]
    return "\n".join([*parts, "</svg>", ""])


def _entry(page: Page, name: str, y: int) -> str:
    here = name == page.here
    back = f'<rect class="here" x="6" y="{y}" width="{_MENU - 20}" height="26" rx="4"/>' if here else ""
    return back + _text(14, y + 18, name) + (_mark(_MENU - 28, y, page.step) if here and page.step else "")


def _item(item: Item, x: int, y: int) -> str:
    mark = _mark(x - 18, y, item.step) if item.step else ""
    if item.kind == "button":
        width = 28 + 8 * len(item.label)
        box = f'<rect class="button" x="{x}" y="{y}" width="{width}" height="26" rx="5"/>'
        return box + _text(x + 14, y + 18, item.label) + mark
    if item.kind == "field":
        start = x + (150 if item.label else 0)
        box = f'<rect class="field" x="{start}" y="{y}" width="{_WIDTH - start - 20}" height="26" rx="3"/>'
        label = _text(x, y + 18, item.label) if item.label else ""
        return label + box + _text(start + 10, y + 18, item.value) + mark
    if item.kind == "tick":
        box = f'<rect class="field" x="{x}" y="{y + 6}" width="14" height="14" rx="2"/>'
        return box + _text(x + 24, y + 18, item.label) + mark
    return _text(x, y + 18, item.label) + mark


def _mark(x: int, y: int, step: int) -> str:
    """Return the number of a click in a circle."""
    circle = f'<circle class="mark" cx="{x}" cy="{y + 13}" r="10"/>'
    return f'{circle}<text x="{x}" y="{y + 18}" text-anchor="middle">{step}</text>'


def _text(x: int, y: int, words: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{x}" y="{y}"{named}>{escape(words)}</text>'


if __name__ == "__main__":
    for name, page in PAGES.items():
        (FOLDER / f"{name}.svg").write_text(drawn(page), "utf-8")
