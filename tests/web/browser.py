"""Chromium without a window, driven over its DevTools protocol, to look at a page as people do.

https://chromedevtools.github.io/devtools-protocol/ describes the commands and events that are used here.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

AXE = Path(__file__).parents[2] / ".ci" / "page" / "node_modules" / "axe-core" / "axe.min.js"
NO_BROWSER = "needs Chromium; Debian's package `chromium` has it"
NO_AXE = "needs axe-core; `npm ci` in .ci/page brings it"
_PATIENCE = 60.0  # seconds
_OPTIONS = (  # it asks nobody on the network for anything, and runs as any user
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-port=0"),
)


def chromium() -> str:
    """Return the browser's path; skip the test where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return found or pytest.skip(NO_BROWSER)


def axe() -> str:
    """Return the source of axe-core; skip the test where it is not installed."""
    return AXE.read_text("utf-8") if AXE.exists() else pytest.skip(NO_AXE)


class Page:
    """A tab. `faults`: what it wrote to its console as errors, and what its policy kept it from loading."""

    def __init__(self, wire: aiohttp.ClientWebSocketResponse) -> None:
        self._wire = wire
        self._numbers = 0
        self._session = ""
        self.faults: list[str] = []

    async def attach(self) -> None:
        """Open the tab."""
        target = await self.call("Target.createTarget", url="about:blank")
        attached = await self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            await self.call(f"{domain}.enable")

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result."""
        self._numbers += 1
        session = {"sessionId": self._session} if self._session else {}
        await self._wire.send_json({"id": self._numbers, "method": method, "params": parameters, **session})
        while (message := await self._next()).get("id") != self._numbers:
            pass
        assert "error" not in message, message
        found: dict[str, Any] = message["result"]
        return found

    async def visit(self, url: str, *, width: int = 1200, dark: bool = False, token: str = "") -> None:
        """Load a page in a window of this width."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.call("Emulation.setEmulatedMedia", features=[scheme])
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=800,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        await self.call("Network.setExtraHTTPHeaders", headers=headers)
        await self.call("Page.navigate", url=url)
        while (await self._next()).get("method") != "Page.loadEventFired":
            pass

    async def value(self, expression: str) -> Any:
        """Return the value of an expression of JavaScript, also of a promise."""
        found = await self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    async def picture(self, path: Path) -> None:
        """Write a picture of the whole page as PNG."""
        found = await self.call("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(b64decode(found["data"]))

    async def _next(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await self._wire.receive_str())
        parameters = message.get("params", {})
        match message.get("method"):
            case "Runtime.exceptionThrown":
                self.faults.append(str(parameters["exceptionDetails"]))
            case "Runtime.consoleAPICalled" if parameters["type"] == "error":
                self.faults.append(str(parameters["args"]))
            case "Log.entryAdded" if parameters["entry"]["level"] == "error":
                self.faults.append(parameters["entry"]["text"])
        return message


@asynccontextmanager
async def browsing(folder: Path) -> AsyncIterator[Page]:
    """Start Chromium with an empty profile below `folder`, and give a tab of it."""
    command = [chromium(), *_OPTIONS, f"--user-data-dir={folder / 'chromium'}", "about:blank"]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(_PATIENCE):
            address = await _address_of(process)
            async with (
                aiohttp.ClientSession() as session,
                session.ws_connect(address, max_msg_size=0) as wire,
            ):
                page = Page(wire)
                await page.attach()
                yield page
                await wire.send_json({"id": 0, "method": "Browser.close"})
    finally:
        if process.returncode is None:
            try:
                async with asyncio.timeout(5):
                    await process.communicate()
            except TimeoutError:
                process.kill()
                await process.communicate()


async def _address_of(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    while line := await process.stderr.readline():
        if found := re.search(rb"listening on (ws://\S+)", line):
            return found[1].decode()
    raise AssertionError("Chromium ended before it listened")
