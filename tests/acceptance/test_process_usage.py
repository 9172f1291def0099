"""Help, wrong usage and bad config: said at once, all of it, and nothing is written."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points

import pytest

import bot.__main__
from bot.calls import CALLS
from tests.acceptance.process import Home

pytestmark = pytest.mark.cold

# Arguments of a call that needs some.
_NEEDED = {
    "command": ["--as", "console:me", "/help"],
    "import": ["-"],
    "forget": ["console:me"],
    "backup": ["copy.db"],
    "move": ["configured", "new.db"],
}


async def test_the_help_of_every_call_shows_an_example(lonely: Home) -> None:
    whole = await lonely.call("--help")
    lonely.cold = False  # what starts any call has been started once
    shown = await asyncio.gather(*(lonely.call(call.name, "--help") for call in CALLS))

    for call, ended in zip(CALLS, shown, strict=True):
        assert (ended.code, ended.err) == (0, "")
        assert f"Example: bystander {call.name}" in ended.out
        assert re.search(rf"^    {call.name}\s", whole.out, re.MULTILINE)
    assert whole.code == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "Try it: bystander demo"),
        ([], "look at config, database, feeds"),
        (["--verbose"], "the following arguments are required: CALL"),
        (["runn"], "invalid choice: 'runn'"),
        (["run", "--wrong"], "unrecognized arguments: --wrong"),
        (["command", "/health"], "the following arguments are required: --as"),
        (["preview", "--posts", "many"], "argument --posts: invalid int value: 'many'"),
    ],
)
def test_wrong_usage_is_answered_with_the_right_one(
    refused: Callable[..., str], arguments: Sequence[str], says: str
) -> None:
    told = refused(*arguments)

    assert told.startswith("usage: bystander")
    assert says in told


@pytest.mark.parametrize("call", [call.name for call in CALLS if call.config])
def test_every_call_tells_all_that_is_wrong_with_the_config(
    lonely: Home, refused: Callable[..., str], call: str
) -> None:
    lonely.settings |= {"timezone": "Mars/Olympus", "databse": "x"}
    lonely.settings["fetch"]["timeout"] = "soon"
    lonely.feed.update(url="ftp://blog.example/", every="1s")
    first, *problems = refused(call, *_NEEDED.get(call, [])).splitlines()

    assert first == "The configuration cannot be used:"
    assert [problem.split()[0].rstrip(":") for problem in problems] == [
        "timezone",
        "fetch.timeout",
        "feeds[0].url",
        "databse",
    ]


async def test_a_bad_config_ends_the_process_with_2(lonely: Home) -> None:
    lonely.settings["timezone"] = "Mars/Olympus"
    ended = await lonely.call("run")

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("The configuration cannot be used:\n  timezone = ")
    assert lonely.database.untouched()


@pytest.mark.parametrize("call", ["run", "once"])
def test_a_bot_with_nowhere_to_talk_does_not_start(
    lonely: Home, refused: Callable[..., str], call: str
) -> None:
    lonely.settings["console"]["enabled"] = False

    assert "no chat is enabled; set console.enabled = true" in refused(call)


def test_a_config_that_is_not_there_is_said_to_be_missing(refused: Callable[..., str]) -> None:
    told = refused("run", "-c", "nowhere.toml")

    assert "nowhere.toml: there is no such file; `bystander init` writes one" in told


@pytest.mark.parametrize(
    ("caller", "says"),
    [
        ("console:", '--as console:: write "console:" and a name without spaces.'),
        ("alice", "--as alice: write"),
        ("discord:1", "--as discord:1: write"),
        ("console:a b", "--as console:a b: write"),
    ],
)
def test_command_takes_callers_on_the_console_alone(
    refused: Callable[..., str], caller: str, says: str
) -> None:
    assert refused("command", "--as", caller, "/health").startswith(says)


@pytest.mark.parametrize(
    ("garbage", "says"),
    [
        (b"\x00\xff\xfe garbage", "is no TOML"),
        (b"feeds = 3", "feeds"),
        (b'[[subscriptions]]\naddress = "console:a"\ninclude = ["Trade"]\nfeed = "Nowhere"', "Nowhere"),
        (b'[[subscriptions]]\naddress = "alice"\ninclude = ["Trade"]', "alice"),
        (b'[[subscriptions]]\naddress = "console:"\ninclude = ["Trade"]', "console:"),
        (b'[[subscriptions]]\naddress = "console:a"\ninclude = []', "console:a"),
        (b'[[subscriptions]]\naddress = "console:a"\ninclude = ["-"]', "“-”"),
        (b'[[subscriptions]]\naddress = "console:a"\ninclude = ["Trade"]\ncadence = "hourly"', "hourly"),
        (b'[[feeds]]\nname = "X"\nurl = "file:///etc/passwd"', "file:///etc/passwd is no URL"),
        (b'[[feeds]]\nname = "X"\nurl = "https://blog.example/"\nevery = 1.0', "10 minutes"),
        (b'[[feeds]]\nname = "X"\nurl = "https://blog.example/"\nevery = inf', "every = inf"),
        (b'[[feeds]]\nname = "-"\nurl = "https://blog.example/"', "“-” cannot be the name"),
        (b'[[feeds]]\nname = "X"\nurl = "https://blog.example/"\nsecret = "y"', "secret"),
    ],
)
def test_an_import_of_garbage_changes_nothing(
    lonely: Home, refused: Callable[..., str], garbage: bytes, says: str
) -> None:
    (lonely.folder / "garbage").write_bytes(garbage)
    told = refused("import", "garbage")

    assert says in told
    assert told.count("\n") == 1
    assert ".." not in told


@pytest.mark.parametrize("garbage", [b"", b"<opml><body/></opml>", b"no xml", b"<rss/>"])
def test_an_import_of_garbage_as_opml_changes_nothing(
    lonely: Home, refused: Callable[..., str], garbage: bytes
) -> None:
    (lonely.folder / "garbage").write_bytes(garbage)

    assert refused("import", "--opml", "garbage").startswith("The file ")


def test_an_import_of_nothing_is_refused(refused: Callable[..., str]) -> None:
    assert refused("import", "nowhere.toml") == "nowhere.toml cannot be read: No such file or directory.\n"


@pytest.mark.parametrize("pages", ["0", "-1", "1001"])
def test_a_backfill_is_of_some_pages(refused: Callable[..., str], pages: str) -> None:
    assert refused("backfill", f"--pages={pages}") == f"--pages {pages}: write a number from 1 to 1000.\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["chekc"], "bystander: error: argument CALL: invalid choice: 'chekc'"),
        (["demo", "--onec"], "bystander demo: error: unrecognized arguments: --onec; did you mean --once?"),
        (["run", "--env", "x.env"], "unrecognized arguments: --env x.env; did you mean --env-file?"),
    ],
)
def test_a_mistyped_word_is_answered_with_the_nearest_one(
    refused: Callable[..., str], arguments: Sequence[str], says: str
) -> None:
    last = refused(*arguments).splitlines()[-1]

    assert says in last
    assert "did you mean" in last


def test_a_word_that_is_near_to_none_gets_no_advice(refused: Callable[..., str]) -> None:
    assert "did you mean" not in refused("xyz")


async def test_a_forgotten_environment_file_is_named_by_run_and_by_check(lonely: Home) -> None:
    lonely.settings["discord"] = {"enabled": True}
    missing = await lonely.call("run")
    (lonely.folder / "bystander.env").write_text("DISCORD_TOKEN=x\n", "utf-8")
    (lonely.folder / "bystander.env").chmod(0o600)
    refused, checked = await lonely.call("run"), await lonely.call("check")
    advice = "add --env-file bystander.env"

    assert advice not in missing.err
    assert refused.code == 2
    assert refused.err.splitlines()[-1].endswith(advice)
    assert checked.code == 1
    assert any(
        line.startswith("warn bystander.env") and line.endswith(advice) for line in checked.out.splitlines()
    )


_INTERRUPTED_IMPORT = """
import sys

class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name == "bot.cli":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupts())
from bot.__main__ import main
sys.exit(main())
"""


async def test_ctrl_c_while_the_program_is_read_ends_it_without_a_traceback() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _INTERRUPTED_IMPORT, stderr=asyncio.subprocess.PIPE
    )
    _, err = await process.communicate()

    assert (process.returncode, err) == (130, b"")


async def test_the_command_that_is_installed_runs_what_python_m_bot_runs() -> None:
    (command,) = entry_points(group="console_scripts", name="bystander")

    assert command.load() is bot.__main__.main
