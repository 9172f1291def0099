"""Whatever an adapter raises, something definite follows from it. Pure."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

import pytest

from bot.errors import DeliveryError, NotYetError, PermanentError, Scope, TemporaryError
from bot.model import Action
from bot.pipeline.deliver.retry_policy import POLICY, after_error, understood
from bot.ports import Failed, Parked, Requeued, Retry
from tests.contracts.adapters import REFUSED
from tests.contracts.store_samples import T0
from tests.pipeline.deliver.test_outbox import CLAIM

ODD: list[Any] = [
    math.nan,
    -math.nan,
    math.inf,
    "soon",
    "nan",
    b"5",
    None,
    [],
    {},
    Decimal(5),
    1j,
    10**400,
    True,
]
OWN_BACK_OFF = 1.0


class MuteError(Exception):
    """An error whose text cannot be read."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


class BareError(TemporaryError):
    """An error without the fields that it should have."""

    def __init__(self) -> None:
        Exception.__init__(self, "bare")


class TrapError(TemporaryError):
    """An error whose fields cannot be read."""

    def __init__(self) -> None:
        Exception.__init__(self, "trap")

    def __getattribute__(self, name: str) -> Any:
        if name in ("retry_after", "uncertain"):
            raise ValueError(name)
        return super().__getattribute__(name)


class NamelessError(PermanentError):
    """A permanent error that does not say how far it reaches."""

    def __init__(self) -> None:
        Exception.__init__(self, "nameless")


class LastError(BaseException):
    """What an adapter should never raise."""


def wait_of(error: BaseException) -> float:
    settlement = after_error(CLAIM, error, T0, ())
    assert isinstance(settlement, Retry | Requeued)
    assert settlement.due_at is not None
    return (settlement.due_at - T0).total_seconds()


@pytest.mark.parametrize("asked", ODD)
def test_a_time_that_is_none_is_our_own_back_off(asked: Any) -> None:
    assert wait_of(TemporaryError("Slow down.", retry_after=asked)) == OWN_BACK_OFF
    assert wait_of(NotYetError("Not yet.", retry_after=asked)) == OWN_BACK_OFF


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        (1e300, POLICY.longest_wish),
        (10**300, POLICY.longest_wish),
        ("7", 7.0),
        (-math.inf, 0.05),
        (-1, 0.05),
        (5e-324, 0.05),
    ],
)
def test_a_wish_beyond_reason_is_bounded(asked: Any, waited: float) -> None:
    assert wait_of(TemporaryError("Slow down.", retry_after=asked)) == waited
    assert wait_of(NotYetError("Not yet.", retry_after=asked)) == waited


@pytest.mark.parametrize(
    ("error", "text", "uncertain"),
    [
        (MuteError(), "MuteError in the adapter", True),
        (BareError(), "bare", True),
        (TrapError(), "trap", True),
        (TemporaryError("odd", uncertain=cast("bool", "no")), "odd", True),
        (TemporaryError(cast("str", None)), "None", False),
        (TemporaryError(""), "TemporaryError", False),
        (DeliveryError("neither"), "neither", True),
        (KeyError("token"), "KeyError in the adapter", True),
        (LastError(), "LastError in the adapter", True),
        (BaseExceptionGroup("several", [LastError()]), "BaseExceptionGroup in the adapter", True),
    ],
)
def test_any_error_is_one_for_now(error: BaseException, text: str, *, uncertain: bool) -> None:
    settlement = after_error(CLAIM, error, T0, ())

    assert isinstance(settlement, Retry)
    assert (settlement.error, settlement.uncertain) == (text, uncertain)


@pytest.mark.parametrize(
    ("error", "scope"),
    [
        (NamelessError(), Scope.MESSAGE),
        (PermanentError("x", scope=cast("Scope", "destination")), Scope.DESTINATION),
        (PermanentError("x", scope=cast("Scope", ["adapter"])), Scope.MESSAGE),
        (PermanentError("x", scope=cast("Scope", None)), Scope.MESSAGE),
    ],
)
def test_an_error_that_does_not_say_how_far_it_reaches_is_one_of_the_message(
    error: PermanentError, scope: Scope
) -> None:
    found = understood(error)

    assert isinstance(found, PermanentError)
    assert found.scope is scope


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("error", [REFUSED, MuteError(), NamelessError(), LastError()])
def test_every_error_has_an_outcome(action: Action, error: BaseException) -> None:
    outcome = after_error(replace(CLAIM, action=action), error, T0, ("console:admin",))

    assert isinstance(outcome, Retry | Failed | Parked | Requeued)
