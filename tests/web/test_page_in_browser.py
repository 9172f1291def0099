"""The status page in a real browser: nothing in the console, usable by everybody, and good on a telephone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.web.access import Access
from bot.web.server import WebServer
from tests.web.browser import Page, axe, browsing
from tests.web.busy import BLOGS, PERSON, TITLES, fill
from tests.web.scene import Scene

TOKEN = "a-long-enough-token"
KINDS = ("busy", "trouble", "empty")
# axe-core's results, without what it cannot decide by itself.
RUN_AXE = """
axe.run(document).then(found => found.violations.map(each =>
    each.id + ': ' + each.nodes.map(node => node.html).join(' | ')))
"""
VISIBLE = "document.querySelector('main').innerText"
SPILLING = """
[...document.querySelectorAll('body *')].filter(each => each.getBoundingClientRect().right > innerWidth + 0.5)
    .map(each => each.outerHTML.slice(0, 120))
"""


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    async with browsing(tmp_path) as opened:
        yield opened


async def shown(scene: Scene, kind: str) -> WebServer:
    """Return a server of a database of this kind."""
    if kind != "empty":
        await fill(scene, trouble=kind == "trouble")
    return scene.server(access=Access("127.0.0.1", token=TOKEN))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
async def test_everybody_can_use_the_page_in_both_schemes_and_on_a_telephone(
    scene: Scene, page: Page, kind: str
) -> None:
    source = axe()
    async with await shown(scene, kind) as server:
        for dark in (False, True):
            for width in (1200, 360):
                await page.visit(f"http://127.0.0.1:{server.port}/", width=width, dark=dark, token=TOKEN)
                await page.value("document.querySelectorAll('details').forEach(each => { each.open = true })")

                assert await page.value(SPILLING) == []
                assert await page.value("document.documentElement.scrollWidth") == width
            background = await page.value("getComputedStyle(document.body).backgroundColor")
            await page.value(f"{source}; 0")

            assert (background == "rgb(15, 19, 24)") == dark, "the colours follow the scheme"
            assert await page.value(RUN_AXE) == []
    assert page.faults == []


@pytest.mark.slow
async def test_the_page_shows_what_there_is_to_see(scene: Scene, page: Page) -> None:
    async with await shown(scene, "trouble") as server:
        await page.visit(f"http://127.0.0.1:{server.port}/", token=TOKEN)
        text = await page.value(VISIBLE)
        bars = await page.value(
            "[...document.querySelectorAll('.spark rect')].map(each => each.getBoundingClientRect())"
            ".filter(each => each.width > 1 && each.height > 1).length"
        )
        await page.visit(f"http://127.0.0.1:{server.port}/")
        public = await page.value(VISIBLE)

    for each in (*BLOGS, *TITLES, "7 things need a look.", "From publication to alert", "China-U.S."):
        assert each in text
        assert each in public
    assert bars > 4 * 14, "posts and polls of four feeds"
    for name in (PERSON, "slack:channel-1"):
        assert name in text
        assert name not in public
    assert page.faults == []
