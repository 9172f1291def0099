"""The signatures of pushes."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from bot.web.signature import Signature

KEY, BODY = "s3cret", b"<rss/>"


def signed(method: str, key: str = KEY, body: bytes = BODY) -> str:
    return f"{method}={hmac.new(key.encode(), body, method).hexdigest()}"


def matches(header: str, *parts: bytes) -> bool:
    signature = Signature(header, KEY)
    for part in parts or (BODY,):
        signature.update(part)
    return signature.matches()


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_a_body_that_was_signed_with_the_key_is_genuine(method: str) -> None:
    assert matches(signed(method))
    assert matches(signed(method).upper().replace("SHA", "sha"))
    assert matches(signed(method), BODY[:3], BODY[3:])


@pytest.mark.parametrize(
    "header",
    [
        signed("sha256", "other"),
        signed("sha256", body=b"<rss />"),
        signed("sha256")[:-1],
        signed("sha256")[:-1] + "\u00e9",
        "sha256=",
        "sha256",
        "=",
        "",
        f"md5={hmac.new(KEY.encode(), BODY, hashlib.md5).hexdigest()}",
        signed("sha1").replace("sha1", "sha256"),
        signed("sha3_256"),
    ],
)
def test_any_other_body_is_not(header: str) -> None:
    assert not matches(header)


def test_what_cannot_be_checked_is_told_from_what_is_wrong() -> None:
    assert not Signature("", KEY).is_usable
    assert not Signature("md5=00", KEY).is_usable
    assert Signature("sha1=00", KEY).is_usable
