"""JSON as the daemon writes it; the expectations are bytes of a configuration it made."""

from __future__ import annotations

import json
import random

import pytest

from imagelab.formats import gojson

#: The author given to ``docker commit``, and how Docker 20.10.24 (Go 1.19) wrote it down.
AUTHOR = (
    b"q\" bs\\ sl/ \\b \x01\x08\x0c\n\r\t\x1b\x1f\x7f < > & \xe2\x80\xa8\xe2\x80\xa9 caf\xe9 "
    b"\xe2\x82 \xff \xef\xbf\xbd \xf0\x9f\x98\x80 \xed\xa0\x80 '\xea\xb0\x80")
WRITTEN = (
    rb'"q\" bs\\ sl/ \\b \u0001\u0008\u000c\n\r\t\u001b\u001f' b"\x7f"
    rb" \u003c \u003e \u0026 \u2028\u2029 caf\ufffd \ufffd\ufffd \ufffd " b"\xef\xbf\xbd "
    b"\xf0\x9f\x98\x80 " rb"\ufffd\ufffd\ufffd '" b'\xea\xb0\x80"')


def test_the_daemons_bytes() -> None:
    assert gojson.dumps(AUTHOR.decode("utf-8", "surrogateescape")).encode() == WRITTEN


@pytest.mark.parametrize(("value", "text"), [
    ("C:\\bin\\for", r'"C:\\bin\\for"'),
    ("\\\b\\\f\\u0008", r'"\\\u0008\\\u000c\\u0008"'),
    ({"b": 1, "a": None}, '{"b":1,"a":null}'),
    ({"<k>": "&&"}, r'{"\u003ck\u003e":"\u0026\u0026"}'),
    ([], "[]"), ({}, "{}"), ([True, False, 0, -1, 2**62], "[true,false,0,-1,4611686018427387904]"),
    ("\udcff", r'"\ufffd"'), ("가/é", '"가/é"'), ("", '""'),
])
def test_values(value: object, text: str) -> None:
    assert gojson.dumps(value) == text


@pytest.mark.parametrize("seed", range(20))
def test_any_text_comes_back(seed: int) -> None:
    dice = random.Random(seed)
    signs = "\\\"/bfnrtu08<>&\b\f\n\x00\u2028\u2029가\U0001f600"
    text = "".join(dice.choice(signs) for _ in range(99))
    written = gojson.dumps({text: [text]})
    assert json.loads(written) == {text: [text]}
    assert not set("<>&\u2028\u2029\b\f\n\0") & set(written)


def test_clean_gives_one_sign_for_each_undecodable_byte() -> None:
    assert gojson.clean(b"caf\xe9 \xe2\x82 \xea\xb0\x80".decode("utf-8", "surrogateescape")) == (
        "caf\ufffd \ufffd\ufffd 가")


@pytest.mark.parametrize("value", [
    [], {}, [[]], {"a": {}}, {"a": [1, 2.5, -3, None, True, "b"], "c": {"d": ["e"], "f": ()}},
    ['q"\\ \n\t\x01\x7f', "한글", "\u2028<&>", "\ud800"], "text", 1 << 70, None, {"": [{"": 0}]},
])
def test_indented_json_is_what_the_library_writes(value: object) -> None:
    assert gojson.indented(value) == json.dumps(value, ensure_ascii=False, indent=4)
