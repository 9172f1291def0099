from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.sanitize import _SHOWN, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (" two\n\n words\t", "two words"),
        ("a\u202eb\u2066c\u200fd", "abcd"),  # direction of writing
        ("a\u200bb\u2060c\ufeffd\xade", "abcde"),  # zero-width
        ("a\x00b\x1b[31mc", "a b [31mc"),
        ("a\ud800b", "ab"),
        ("\u3164\u2800\u115f", ""),  # letters without a shape
        ("\U0001f3f4\U000e0067\U000e007f", "\U0001f3f4"),  # tags
        ("نیم\u200cشب", "نیم\u200cشب"),  # a joiner that Persian is spelt with
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("h\u200dtt\u200cps:\u200d\u200d//", "https://"),  # a joiner that hides an address
        ("\u200dنور\u200d", "نور"),
    ],
)
def test_what_cannot_be_seen_is_left_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text() | st.text(alphabet="a:/ \u200c\u200d\u202e\u3164ن\ud800\n"))
def test_any_text_becomes_one_line_that_stays_as_it_is(text: str) -> None:
    shown = visible(text)

    assert shown == " ".join(shown.split())
    assert not any(unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp") for each in shown)
    assert visible(shown) == shown


def test_whoever_sends_every_character_fills_no_memory_and_changes_none() -> None:
    before = [visible(f"a{chr(code)}b") for code in range(0x3000)]
    for start in range(0, sys.maxunicode, 2**12):
        visible("".join(map(chr, range(start, start + 2**12))))

    assert len(_SHOWN) <= _SHOWN.most
    assert [visible(f"a{chr(code)}b") for code in range(0x3000)] == before
