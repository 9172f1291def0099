"""What the store writes is for its owner alone, whatever the umask; what an operator set is left so."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import open_store
from tests.contracts.store_samples import T0, add_feed

pytestmark = pytest.mark.skipif(os.name != "posix", reason="files have no such modes there")


@pytest.fixture(params=[0o000, 0o022, 0o002])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


@pytest.mark.usefixtures("umask")
async def test_no_file_of_the_store_can_be_read_by_others(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path / 'x.db'}")
    await store.take_over("me")
    await add_feed(store)
    await store.backup(str(tmp_path / "copy.db"))
    found = modes(tmp_path)
    await store.aclose()

    assert set(found) >= {"x.db", "x.db-wal", "x.db-shm", "x.db.lock", "copy.db"}
    assert set(found.values()) == {0o600}, found


@pytest.mark.usefixtures("umask")
async def test_the_mode_that_an_operator_gave_a_database_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    await (await open_store(f"sqlite:///{path}")).aclose()
    path.chmod(0o640)
    store = await open_store(f"sqlite:///{path}")
    await store.notify(["console:a"], "x", T0)
    found = modes(tmp_path)
    await store.aclose()

    assert (found["x.db"], found["x.db-wal"], found["x.db-shm"]) == (0o640, 0o640, 0o640)


async def test_a_link_to_a_database_that_is_not_there_yet_leads_to_a_private_one(tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "real.db")
    store = await open_store(f"sqlite:///{tmp_path / 'link.db'}")
    await store.aclose()

    assert modes(tmp_path)["real.db"] == 0o600
