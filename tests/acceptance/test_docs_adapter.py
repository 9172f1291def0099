"""The package of docs/add-an-adapter.md, made from the page as it stands, and run."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tomllib
from pathlib import Path

import pytest
import tomli_w

from bot.sample.blog import SampleBlog, load_posts
from bot.sample.server import SampleServer

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "add-an-adapter.md").read_text("utf-8")
FILES = dict(re.findall(r"^`([\w/.]+)` .*\n\n```\w+\n((?s:.*?))^```$", PAGE, re.MULTILINE))
SWITCH = re.findall(r"^```toml\n(\[echo\](?s:.*?))^```$", PAGE, re.MULTILINE)[0]
CALLS = re.findall(r"^    \.venv/bin/bystander (.*)$", PAGE, re.MULTILINE)
pytestmark = pytest.mark.slow


def install(folder: Path) -> None:
    """Lay the package's files out as `pip install` would, without the minute that it takes."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    project = tomllib.loads(FILES["pyproject.toml"])["project"]
    points = project["entry-points"]["bystander.adapters"]
    info = folder / "bystander_echo-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: 0.1.0\n")
    lines = ["[bystander.adapters]", *(f"{name} = {value}" for name, value in points.items())]
    (info / "entry_points.txt").write_text("\n".join(lines))


async def bystander(arguments: str, home: Path, package: Path) -> str:
    """Run a call as the page writes it; return what it printed."""
    path = os.pathsep.join([str(package), str(ROOT)])
    words = [quoted or plain for quoted, plain in re.findall(r'"([^"]*)"|(\S+)', arguments)]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *words,
        cwd=home,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": path},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    return out.decode()


async def test_the_package_of_the_page_works_as_the_page_says(tmp_path: Path) -> None:
    package, home = tmp_path / "package", tmp_path / "home"
    package.mkdir()
    home.mkdir()
    install(package)
    posts = load_posts()
    blog = SampleBlog(posts[:-1])
    check, once, follow = CALLS
    async with SampleServer(blog) as server:
        feed = {"name": "Blog", "url": server.feed_url, "api_base": server.api_base, "every": "0.5s"}
        config = {"fetch": {"allow_networks": ["127.0.0.0/8"]}, "feeds": [feed], **tomllib.loads(SWITCH)}
        (home / "config.toml").write_text(tomli_w.dumps(config), "utf-8")
        checked = await bystander(check, home, package)
        await bystander(once, home, package)
        await bystander(follow, home, package)
        blog.publish(posts[-1])
        await bystander(once, home, package)

    assert "ok  chats: echo" in checked
    (message,) = (home / "echo").iterdir()
    to, title, summary, link = message.read_text("utf-8").splitlines()
    assert (to, title) == ("to news", posts[-1].title)
    assert summary
    assert link.startswith("http://127.0.0.1")
