"""Names of processes: which of them have certainly ended."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.owners import has_ended, new_owner
from tests.owners import ended_owner

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process can be looked up")

_TELL = "from bot.owners import new_owner; print(new_owner(), flush=True); input()"


def changed(owner: str, at: int, part: str) -> str:
    """Return the name with one of its parts replaced: host and start, namespace, number, or time of start."""
    parts = owner.split("/")
    parts[at] = part
    return "/".join(parts)


def test_no_two_names_are_the_same() -> None:
    assert len({new_owner() for _ in range(100)}) == 100


def test_a_process_that_runs_has_not_ended_until_it_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _TELL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        owner = child.stdout.readline().strip()
        before = has_ended(owner)
        child.kill()
        child.wait()

    assert (before, has_ended(owner)) == (False, True)


def test_this_process_has_not_ended() -> None:
    assert not has_ended(new_owner())


def test_a_number_that_was_given_to_another_process_is_no_sign_of_life() -> None:
    assert has_ended(changed(new_owner(), 4, "1"))


@pytest.mark.parametrize(("at", "part"), [(1, "elsewhere:of-another-start"), (2, "1")])
def test_what_cannot_be_seen_from_here_is_not_known_to_have_ended(at: int, part: str) -> None:
    assert not has_ended(changed(ended_owner(), at, part))


@pytest.mark.parametrize(
    "owner",
    ["", "one", "3f2a", "a/b/c/d", "/a/b/c/d", "a/b/c/d/e/f", "a/b/c/-1/0", "a/b/c/" + "9" * 40 + "/0"],
)
def test_what_is_no_such_name_is_not_known_to_have_ended(owner: str) -> None:
    assert not has_ended(owner)


@pytest.mark.parametrize("pid", ["x", "-1", "0", "", "1.5", "9" * 40])
def test_a_damaged_number_is_not_known_to_have_ended(pid: str) -> None:
    assert not has_ended(changed(new_owner(), 3, pid))
