"""The unit for systemd: what it promises, and that the bot can live with it."""

from __future__ import annotations

import asyncio
import ctypes.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import build_parser
from bot.vitals import LONGEST_SILENCE
from tests.acceptance.process import Home
from tests.databases import Database

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "packaging" / "bystander.service"
MOST_EXPOSED = 2.0  # of 10
SYSTEMD = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")


def values(key: str) -> list[str]:
    """Return what stands behind each line of a key."""
    return re.findall(rf"^{key}=(.*)$", UNIT.read_text("utf-8"), re.MULTILINE)


@SYSTEMD
def test_the_service_is_hardly_exposed() -> None:
    told = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(UNIT)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", told)

    assert found is not None, told
    assert float(found[1]) <= MOST_EXPOSED


@SYSTEMD
def test_systemd_knows_every_key_of_the_unit() -> None:
    told = subprocess.run(
        ["systemd-analyze", "verify", str(UNIT)], capture_output=True, text=True, check=False
    ).stderr
    complaints = [line for line in told.splitlines() if "is not executable" not in line]

    assert complaints == []


def test_the_unit_begins_the_bot_as_the_command_line_has_it() -> None:
    program, *arguments = values("ExecStart")[0].split()
    options = build_parser().parse_args(arguments)
    credentials = dict(each.split(":") for each in values("LoadCredential"))

    assert Path(program).name == "bystander"
    assert options.call == "run"
    assert options.config == "${RUNTIME_DIRECTORY}/config.toml"
    assert options.env_file == "${CREDENTIALS_DIRECTORY}/bystander.env"
    assert set(credentials) == {"bystander.env"}


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal on Windows")
async def test_the_reload_of_the_unit_gives_the_bot_the_changed_config(
    tmp_path: Path, database: Database
) -> None:
    home = Home(tmp_path, "http://127.0.0.1:9/feed/", "off", database)
    places = {
        "/etc/bystander": tmp_path / "etc",
        "${RUNTIME_DIRECTORY}": tmp_path / "run",
        "${CREDENTIALS_DIRECTORY}": tmp_path,
    }
    (tmp_path / "etc").mkdir()
    (tmp_path / "run").mkdir(0o700)
    (tmp_path / "bystander.env").touch(0o600)
    home.config = tmp_path / "etc" / "config.toml"

    def words(line: str) -> list[str]:
        for before, after in places.items():
            line = line.replace(before, str(after))
        return line.removeprefix("+").split()

    async def call(line: str) -> None:
        process = await asyncio.create_subprocess_exec(*words(line))
        assert await process.wait() == 0

    home.write_config()
    await call(values("ExecStartPre")[0])
    async with home.running(*words(values("ExecStart")[0])[2:]) as bot:
        await bot.ready()
        home.settings["limits"] = {"feeds_per_server": 7}
        home.write_config()
        for line in values("ExecReload"):
            await call(line.replace("$MAINPID", str(bot.process.pid)))
        await bot.until(lambda: "Changed: limits.feeds_per_server." in bot.log)


def test_the_unit_waits_longer_than_the_bot_takes_to_tell_that_it_lives() -> None:
    assert values("Type") == ["notify"]
    assert values("WatchdogSec") == ["2min"]
    assert LONGEST_SILENCE < 120


@SYSTEMD
@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="system calls are those of Linux")
@pytest.mark.skipif(not ctypes.util.find_library("seccomp"), reason="libseccomp is not here")
def test_the_bot_and_its_child_can_do_their_work_with_the_calls_that_the_unit_allows(tmp_path: Path) -> None:
    confined = [
        sys.executable,
        str(Path(__file__).with_name("confined.py")),
        *values("SystemCallFilter"),
        "--",
    ]
    limiting = "resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); print('limited', flush=True)"
    limited = f"import os, resource; {limiting}; os.sched_setaffinity(0, [0])"
    refused = subprocess.run(
        [*confined, sys.executable, "-c", limited], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    shown = subprocess.run(
        [*confined, sys.executable, "-m", "bot", "demo", "--once"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )

    assert refused.stdout == "limited\n"
    assert "PermissionError" in refused.stderr  # the filter holds
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "Filed under China-U.S." in shown.stdout
