"""Keys become lines as a terminal makes them (termios(3), stty -a on Linux)."""

from __future__ import annotations

import pytest

from imagelab.api.keyboard import Keyboard, Typed


@pytest.mark.parametrize(("keys", "echo", "lines"), [
    (b"ls\r", b"ls\r\n", [b"ls\n"]),
    (b"a\nb\n", b"a\r\nb\r\n", [b"a\n", b"b\n"]),
    (b"lx\x7fs\r", b"lx\b \bs\r\n", [b"ls\n"]),
    (b"\x7f\x08ls\r", b"ls\r\n", [b"ls\n"]),
    (b"echo one  \x17two\r", b"echo one  " + b"\b \b" * 5 + b"two\r\n", [b"echo two\n"]),
    (b"whoa\x15ls\r", b"whoa" + b"\b \b" * 4 + b"ls\r\n", [b"ls\n"]),
    (b"\x04", b"", [b"\x04"]),
    (b"abc\x04", b"abc", [b"abc\x04"]),
    ("가\x7fls\r".encode(), "가".encode() + b"\b \b" * 2 + b"ls\r\n", [b"ls\n"]),
    ("é\x7fls\r".encode(), "é".encode() + b"\b \bls\r\n", [b"ls\n"]),
    (b"\x1b[A\x1b[1;5D\x1bOPls\r", b"ls\r\n", [b"ls\n"]),
    (b"a\tb\r", b"a\tb\r\n", [b"a\tb\n"]),
    (b"half", b"half", []),
])
def test_keys_make_lines(keys: bytes, echo: bytes, lines: list[bytes]) -> None:
    assert Keyboard().press(keys) == Typed(echo, tuple(lines))
    one_by_one = Keyboard()
    typed = [one_by_one.press(bytes([key])) for key in keys]
    assert b"".join(each.echo for each in typed) == echo
    assert [line for each in typed for line in each.lines] == lines


def test_ctrl_c_forgets_what_was_typed() -> None:
    assert Keyboard().press(b"sleep 9\rmore\x03ls\r") == Typed(
        b"sleep 9\r\nmore^Cls\r\n", (b"ls\n",), interrupted=True)


def test_keys_to_detach_with_may_come_apart() -> None:
    keyboard = Keyboard(b"\x10\x11")
    assert keyboard.press(b"ls\x10") == Typed(b"ls")
    assert keyboard.press(b"\x11rest") == Typed(detached=True)


def test_keys_that_only_begin_to_detach_are_typed() -> None:
    keyboard = Keyboard(b"ab")
    assert keyboard.press(b"a") == Typed()
    assert keyboard.press(b"c\r") == Typed(b"ac\r\n", (b"ac\n",))
    # The key that breaks the sequence off does not begin another.
    assert keyboard.press(b"aab\r") == Typed(b"aab\r\n", (b"aab\n",))


def test_a_line_has_an_end() -> None:
    typed = Keyboard().press(b"x" * 100_000 + b"\r")
    assert [len(line) for line in typed.lines] == [4097]
