"""No log line shows a secret."""

from __future__ import annotations

import io
import json
import logging
import pickle
import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings

from bot.config.secrets import RedactingFilter, Secrets
from tests.config.secret_texts import one, secret_texts


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        super().format(record)
        return json.dumps(vars(record), default=repr)


@pytest.fixture(scope="module", params=[logging.Formatter, JsonFormatter])
def make_formatter(request: pytest.FixtureRequest) -> Callable[[], logging.Formatter]:
    maker: Callable[[], logging.Formatter] = request.param
    return maker


def refuse(text: str) -> None:
    raise RuntimeError(text) from ValueError(text)


def logged(secrets: Secrets, formatter: logging.Formatter, say: Callable[[logging.Logger], None]) -> str:
    """Return what a handler with the filter writes when `say` logs to a child of its logger."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    handler.addFilter(RedactingFilter(secrets))
    logger = logging.Logger("test")  # noqa: LOG001 - outside the tree, so that nothing else hears it
    logger.addHandler(handler)
    say(logger)
    return stream.getvalue()


@settings(deadline=None, max_examples=30)
@given(value=secret_texts)
def test_no_log_line_shows_a_secret(value: str, make_formatter: Callable[[], logging.Formatter]) -> None:
    secrets = one("SLACK_BOT_TOKEN", value)

    def say(logger: logging.Logger) -> None:
        logger.error("in the message " + value)  # noqa: G003 - as careless code does
        logger.error("in an argument %s, %r", value, {"token": value})
        logger.error("by name %(token)s", {"token": value})
        logger.error("in an extra", extra={"url": f"https://h/?token={value}"}, stack_info=True)
        logger.error("wrong format %d", value)
        try:
            refuse(value)
        except RuntimeError:
            logger.exception("in an exception and its cause")

    text = logged(secrets, make_formatter(), say)

    assert value not in text
    assert json.dumps(value)[1:-1] not in text
    assert text.count("***") >= 7  # each record, and some twice


def test_a_log_line_keeps_everything_but_the_secret() -> None:
    secrets = one("DISCORD_TOKEN", "s3cret")

    def say(logger: logging.Logger) -> None:
        try:
            refuse("401 for s3cret")
        except RuntimeError:
            logger.exception("poll of %s failed", "https://a.example/?key=s3cret")

    text = logged(secrets, logging.Formatter("%(name)s %(message)s"), say)

    first, *_, last = text.splitlines()
    assert (first, last) == ("test poll of https://a.example/?key=*** failed", "RuntimeError: 401 for ***")


def test_a_record_that_passed_one_handler_is_fit_for_the_next() -> None:
    secrets = one("DISCORD_TOKEN", "s3cret")
    record = logging.LogRecord("n", logging.INFO, "p", 1, "a %s", ("s3cret",), None)
    redacting = RedactingFilter(secrets)

    passed = [redacting.filter(record), redacting.filter(record)]

    assert passed == [True, True]
    assert record.getMessage() == "a ***"
    assert not re.search("s3cret", repr(vars(record)))
    assert b"s3cret" not in pickle.dumps(vars(record))
