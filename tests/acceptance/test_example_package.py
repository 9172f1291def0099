"""The example of docs/add-an-adapter.md: a package that is installed beside Bystander, and nothing else.

The environment holds the two packages and what they need, and neither this source tree nor its tests.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import sysconfig
import venv
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.sample.blog import SampleBlog, load_posts
from bot.sample.server import SampleServer
from tests.contracts.apprise_platform import JsonService, json_service

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = ROOT / "examples" / "bystander-apprise"
pytestmark = pytest.mark.slow


async def output_of(*command: str | Path, cwd: Path, **environ: str) -> tuple[int, str]:
    """Run a command to its end; return its code and all it printed."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd), **environ},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


async def install(sources: Sequence[Path], folder: Path, python: Path) -> None:
    """Build a wheel of each project, and install them without what they need."""
    options = ("--quiet", "--disable-pip-version-check")
    alone = ("--no-deps", "--no-index")
    pip: tuple[str | Path, ...] = (sys.executable, "-m", "pip")
    build = ("wheel", *options, *alone, "--no-build-isolation", "-w", folder / "wheels")
    code, out = await output_of(*pip, *build, *sources, cwd=folder)
    assert code == 0, out
    wheels = sorted((folder / "wheels").glob("*.whl"))
    there = ("--python", python, "install", *options, *alone)  # with the pip that is here
    code, out = await output_of(*pip, *there, *wheels, cwd=folder)
    assert code == 0, out


@pytest.fixture
async def environment(tmp_path: Path) -> Path:
    """Return the scripts of a new environment with both packages; what they need is borrowed from here."""
    folder = tmp_path / "environment"
    venv.create(folder, symlinks=True)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    packages = next(folder.rglob("site-packages"))
    # A path file is not read for further path files, so that this tree's own editable install stays outside.
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    sources = shutil.copytree(
        ROOT,
        tmp_path / "bystander",
        ignore=lambda folder, names: [
            name for name in names if name.startswith((".", "tests", "bench")) and Path(folder) == ROOT
        ],
    )
    await install((sources, EXAMPLE), tmp_path, scripts / "python")
    return scripts


def config(folder: Path, feed_url: str, api_base: str) -> None:
    (folder / "config.toml").write_text(
        f"""
        [fetch]
        allow_networks = ["127.0.0.0/8"]
        [[feeds]]
        name = "The Sample Bystander"
        url = "{feed_url}"
        every = "0.5s"
        api_base = "{api_base}"
        [apprise]
        enabled = true
        destinations = ["phone"]
        [admins]
        apprise = ["phone"]
        """
    )


async def test_an_installed_package_talks_on_its_platform_without_a_change_of_bystander(
    environment: Path, tmp_path: Path
) -> None:
    posts, home = load_posts(), tmp_path / "home"
    home.mkdir()
    blog = SampleBlog(posts[:-1])
    bystander = environment / "bystander"
    async with SampleServer(blog) as server, json_service() as service:
        config(home, server.feed_url, server.api_base)
        urls = f"phone={service.url}"
        missing = await output_of(bystander, "once", cwd=home)
        first = await output_of(bystander, "once", cwd=home, APPRISE_URLS=urls)
        follow = "/alerts add China-U.S. channel:apprise:phone"
        call = (bystander, "command", "--as", "console:me", "--admin", follow)
        followed = await output_of(*call, cwd=home, APPRISE_URLS=urls)
        blog.publish(posts[-1])
        second = await output_of(bystander, "once", cwd=home, APPRISE_URLS=urls)
        checked = await output_of(bystander, "check", cwd=home, APPRISE_URLS=urls)

    assert missing[0] == 2, missing[1]
    assert (
        "APPRISE_URLS: is not set; put it into the environment, or its file into APPRISE_URLS_FILE"
        in missing[1]
    )
    assert (first[0], followed[0], second[0]) == (0, 0, 0), (first, followed, second)
    assert titles(service) == [posts[-1].title]
    assert checked[0] == 0, checked[1]
    for line in ("at least once: ", "no edits: ", "alerts only: "):
        assert f"ok  apprise: {line}" in checked[1]
    assert "ok  apprise:phone: its address can be used" in checked[1]
    assert service.url not in "".join(each[1] for each in (first, followed, second, checked))


def titles(service: JsonService) -> list[str]:
    return [each["title"] for each in service.received]
