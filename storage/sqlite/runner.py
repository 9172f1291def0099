"""The lock of the only runner of a file; the operating system releases it when the process dies."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout

from bot.errors import StoreBusyError, StoreError
from storage.sqlite.connection import PRIVATE


class Runner:
    """Holds the lock."""

    def __init__(self, path: str) -> None:
        self._path = path
        # Locks the resolved path, so that two names of one file count as one database.
        self._lock = FileLock(f"{Path(path).resolve()}.lock", timeout=0, mode=PRIVATE, thread_local=False)

    def take_over(self) -> None:
        """Become the only runner; StoreBusyError if another one is alive."""
        try:
            if not self._lock.is_locked:
                self._lock.acquire()
        except Timeout as error:
            raise StoreBusyError(
                f"Another bystander runs on {self._path}; stop it first, or let it do the work."
            ) from error
        except OSError as error:
            raise StoreError(
                f"{self._lock.lock_file} cannot be made ({error.strerror}); check the folder's permissions."
            ) from error

    def end(self) -> None:
        """Release the lock, so that another runner can take over."""
        self._lock.release()
