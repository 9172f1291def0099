"""Turns every error of the driver into a StoreError that says what to do, without a password in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import psycopg
from psycopg import errors
from psycopg_pool import PoolTimeout

from bot.errors import StoreBusyError, StoreError, UnstorableError

_P = ParamSpec("_P")
_T = TypeVar("_T")
_TRIES = 5  # of a transaction that another one got in the way of

_AWAY = "does not answer; see whether the server runs and can be reached. What is to be stored waits"
_FULL_HOUSE = "has no connection left; raise max_connections of the server, or stop what else uses it"
_BUSY = "is locked by another program; close what else works on it and try again"
_REFUSED = "refuses the user or its password; check both in BYSTANDER_DATABASE"
_DAMAGED = "is damaged; restore a dump of it, and see the server's log"
# SQLSTATE, or its class (the first two signs) -> what is wrong and what to do.
_MENDS = {
    "08": _AWAY,
    "57": _AWAY,  # the server is stopped, starts, or ended the connection
    "25P": _AWAY,
    "57014": "stopped a statement that took too long; see what slows the server, or its statement_timeout",
    "25006": "cannot be written: it is a standby, or read-only; give the URL of the server that is written",
    "28": _REFUSED,
    "3D": "does not exist; make it with `createdb` for the user of the URL",
    "42501": "does not allow that to its user; make that user its owner (ALTER DATABASE ... OWNER TO ...)",
    "53100": "cannot grow because the server's disk is full; free some space, nothing is lost meanwhile",
    "53200": "has a server without enough memory; give it more, or fewer connections",
    "53300": _FULL_HOUSE,
    "55P03": _BUSY,
    "58": "cannot be read or written (I/O error of the server); check its disk and its log",
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}
# What a server says while it refuses a connection; the driver has no SQLSTATE then.
_REFUSALS = (
    (r"password|role .* does not exist|authentication failed|peer", _REFUSED),
    (r"database .* does not exist", _MENDS["3D"]),
    (r"pg_hba", "does not let this user in from here; add a line for it to pg_hba.conf of the server"),
    (r"too many|remaining connection slots", _FULL_HOUSE),
    (r"permission denied for database", _MENDS["42501"]),
    (r"SSL|certificate", "cannot be reached safely; check sslmode and the certificates of the server"),
)
_UNSTORABLE = (errors.DataError, errors.IntegrityError, errors.ProgramLimitExceeded, UnicodeEncodeError)
_CONFLICTS = (errors.DeadlockDetected, errors.SerializationFailure)
# What a server says of a prepared statement that reads whole rows of a table which has got a column since.
OutdatedPlan = errors.FeatureNotSupported


class ConflictError(StoreBusyError):
    """Something else got in the way of a transaction, and the server ended this one; see `retried`."""


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Raise StoreError in place of an error of the driver. `name`: of the database."""
    try:
        yield
    except _UNSTORABLE as error:
        text = error.diag.message_primary if isinstance(error, psycopg.Error) else None
        raise UnstorableError(
            f"The database {name} cannot hold a value it was given ({text or error})."
        ) from error
    except psycopg.Error as error:
        raise _translated(name, error) from error


@contextmanager
def translated_connecting(name: str) -> Iterator[None]:
    """As `translated`, for an attempt to connect. The driver's own text may name parts of the URL."""
    try:
        yield
    except psycopg.Error as error:
        raise refused(name, error) from None


def refused(name: str, error: psycopg.Error) -> StoreError:
    """Return the error for an attempt to connect to a database that failed."""
    text = str(error)
    mends = (mend for pattern, mend in _REFUSALS if re.search(pattern, text, re.IGNORECASE))
    return StoreError(f"The database {name} {next(mends, _AWAY)}.")


def _translated(name: str, error: psycopg.Error) -> StoreError:
    if isinstance(error, _CONFLICTS):
        return ConflictError(f"The database {name} {_BUSY}.")
    if isinstance(error, OutdatedPlan):
        return ConflictError(f"The database {name} was changed by a newer Bystander just now; try again.")
    state = error.sqlstate or ("08" if isinstance(error, PoolTimeout | psycopg.OperationalError) else "")
    mend = next((_MENDS[key] for key in (state, state[:3], state[:2]) if key in _MENDS), None)
    if mend is None:
        mend = f"refused a statement ({error.diag.message_primary or type(error).__name__})"
    return (StoreBusyError if mend is _BUSY else StoreError)(f"The database {name} {mend}.")


def retried(method: Callable[_P, Coroutine[Any, Any, _T]]) -> Callable[_P, Coroutine[Any, Any, _T]]:
    """Let a method that is one transaction begin anew when another transaction was in its way."""

    @wraps(method)
    async def again(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        for _ in range(_TRIES - 1):
            try:
                return await method(*args, **kwargs)
            except ConflictError:
                continue
        return await method(*args, **kwargs)

    return again
