"""What the config says of installed packages that offer platforms: good, broken and badly named ones.

A package is a module and a `dist-info` folder on the path, which is all that `importlib.metadata` looks for.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import adapters
from bot.cli import all_calls
from bot.config.load import Config, parse_config
from bot.errors import ConfigError

ROOT = Path(__file__).parents[2]
PLUGIN = """
from adapters.plugin import AdapterPlugin, PluginCall, Secret
from bot.config.values import AdapterTable

class Table(AdapterTable):
    colour: str = "red"

PLUGIN = AdapterPlugin(
    name="{name}",
    label="Echo",
    settings=Table,
    build=lambda setup: None,
    secrets=(Secret("ECHO_TOKEN", "the token of Echo"), Secret("ECHO_URLS", "addresses")),
    calls=(PluginCall("{call}", "do it", "bystander do", lambda setup, options: None),),
)
"""
Install = Callable[..., None]


def install_into(folder: Path, name: str, code: str, package: str = "bystander-test") -> None:
    """Put a package with one entry point into a folder of the path."""
    module = f"{package}_{name}_{folder.name}".replace("-", "_").replace(" ", "_")
    (folder / f"{module}.py").write_text(code)
    info = folder / f"{package.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{adapters.GROUP}]\n{name} = {module}:PLUGIN\n")


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    monkeypatch.syspath_prepend(tmp_path)
    adapters._installed.cache_clear()

    def put(name: str = "echo", code: str = "", package: str = "bystander-test") -> None:
        install_into(tmp_path, name, code or PLUGIN.format(name=name, call="echo"), package)

    yield put
    adapters._installed.cache_clear()


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, {})
    return caught.value.problems


def parsed(text: str) -> Config:
    return parse_config(text, {})


def test_the_table_of_an_installed_package_is_read(install: Install) -> None:
    install()
    config = parsed('[echo]\nenabled = true\ncolour = "blue"\n[admins]\necho = ["me"]')

    assert [each.name for each in config.enabled] == ["echo"]
    assert config.table("echo").colour == "blue"
    assert config.admin_addresses == ("echo:me",)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[echo]\ncolor = "blue"', 'echo.color: unknown key; did you mean "colour"?'),
        ("[echo]\ncolour = 3", "echo.colour = 3: is no text; write it in quotes"),
        (
            '[echo]\nenabled = "yes"',
            'echo.enabled = "yes": is neither true nor false; write one of these, without quotes',
        ),
        ("echo = 3", "echo: is no table; write its name in brackets on a line, and its keys below"),
        (
            '[echo]\ntoken = "x"',
            "echo.token: secrets live in the environment; set ECHO_TOKEN (or ECHO_TOKEN_FILE) and take",
        ),
        (
            '[echo]\nurls = ["x"]',
            "echo.urls: secrets live in the environment; set ECHO_URLS (or ECHO_URLS_FILE)",
        ),
        ("[ecko]\nenabled = true", 'ecko: unknown key; did you mean "echo"?'),
        ("[ecko]", 'ecko: unknown key; did you mean "echo"?'),
        ('[admins]\necko = ["me"]', 'admins.ecko: unknown key; did you mean "echo"?'),
        ("[admins]\necho = [3]", "admins.echo[0] = 3: is no text; write it in quotes"),
        ('[fetch]\necho = "x"', 'fetch.echo: unknown key; did you mean "contact"?'),
    ],
)
def test_what_is_wrong_in_the_table_of_a_package_is_said(install: Install, text: str, problem: str) -> None:
    install()
    [found] = problems(text)

    assert found.startswith(problem)


def test_a_platform_that_no_package_offers_is_said_to_be_missing() -> None:
    assert problems("[qqq]\nenabled = true") == [
        "qqq: no installed package offers this platform; known are console, discord, slack"
    ]


USED = '[echo]\nenabled = true\ncolour = "blue"\n[admins]\necho = ["me"]'


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("import nothing_here", "cannot be loaded (ModuleNotFoundError: No module named 'nothing_here')"),
        ("raise ValueError('two\\nlines')", "cannot be loaded (ValueError: two lines)"),
        ("raise SystemExit", "cannot be loaded (SystemExit: )"),
        ("PLUGIN = 3", "has an entry point that is not an AdapterPlugin called 'echo'"),
        (
            PLUGIN.format(name="other", call="echo"),
            "has an entry point that is not an AdapterPlugin called 'echo'",
        ),
        (
            PLUGIN.format(name="echo", call="echo").replace("=Table", "=Table()"),
            "has settings that are not a class made from AdapterTable",
        ),
        (
            PLUGIN.format(name="echo", call="echo").replace("(AdapterTable)", ""),
            "has settings that are not a class made from AdapterTable",
        ),
        (
            PLUGIN.format(name="echo", call="echo").replace(' = "red"', ""),
            "has settings without a valid default (colour)",
        ),
        (
            PLUGIN.format(name="echo", call="echo").replace('"red"', "3"),
            "has settings without a valid default (colour)",
        ),
    ],
)
def test_a_broken_package_is_named_and_its_keys_are_not_blamed(
    install: Install, code: str, fault: str
) -> None:
    install("echo", code)

    assert problems(USED) == [f"echo: the package bystander-test {fault}; update or uninstall it"]
    assert parsed("").enabled == ()


def test_two_packages_of_one_name_are_both_named(install: Install) -> None:
    install(package="bystander-one")
    install(package="bystander-two")

    assert problems(USED) == [
        "echo: more than one package offers it; keep one of bystander-one, bystander-two"
    ]


@pytest.mark.parametrize("name", ["web", "fetch", "delivery", "admins"])
def test_no_package_takes_the_place_of_a_table_of_the_bot(install: Install, name: str) -> None:
    install(name)

    assert (
        f"{name}: the package bystander-test offers a platform of this name, which the config has for "
        "something else; uninstall it"
    ) in problems(f"[{name}]")
    assert parsed("").web.listen == ""


def test_no_package_takes_the_place_of_the_feeds(install: Install) -> None:
    install("feeds")
    [problem] = problems('[[feeds]]\nname = "A"\nurl = "https://blog.example/feed"')

    assert problem.startswith("feeds: the package bystander-test offers a platform of this name")


def test_a_package_cannot_stand_in_for_a_built_in_platform(install: Install) -> None:
    install("discord")

    assert parsed("[discord]\nshards = 'auto'").table("discord").shards is None


@pytest.mark.parametrize("name", ["json", "copy", "Echo", "_echo", "e cho", "1echo"])
def test_a_name_that_no_table_can_have_is_refused(install: Install, name: str) -> None:
    install(name)

    [problem] = problems(f'["{name}"]')

    assert problem == (
        f"{name}: the package bystander-test offers a platform with a name that the config cannot hold; "
        "update or uninstall it"
    )


def test_a_call_of_a_package_does_not_replace_one_of_the_bot(install: Install) -> None:
    install("echo", PLUGIN.format(name="echo", call="run"))
    names = [call.name for call in all_calls()]

    assert names.count("run") == 1


async def test_check_ends_with_2_and_names_the_broken_package(tmp_path: Path) -> None:
    install_into(tmp_path, "echo", "import nothing_here")
    (tmp_path / "config.toml").write_text(USED)
    path = os.pathsep.join([str(ROOT), str(tmp_path)])
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "check"),
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": path},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await process.communicate()

    assert process.returncode == 2
    assert "echo: the package bystander-test cannot be loaded (ModuleNotFoundError" in err.decode()
    assert "Traceback" not in err.decode()
