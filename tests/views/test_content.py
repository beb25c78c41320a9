from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

import pytest

from imagelab.model.content import CHUNK, Bytes, Content, Zeros
from imagelab.views.layers.content import MAX_HEX, MAX_TEXT, beginning


class Counted(Content):
    """Zeros that tell how many bytes were asked for."""

    size = 1 << 40
    read_so_far = 0

    def chunks(self, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        for chunk in Zeros(self.size).chunks(start, length):
            self.read_so_far += len(chunk)
            yield chunk


def test_text_is_shown_as_text() -> None:
    data = "안녕\thello\r\n".encode()
    found = beginning(Bytes(data))
    assert (found.text, found.lines) == ("안녕\thello\n", ())
    assert found.digest == f"sha256:{sha256(data).hexdigest()}"


@pytest.mark.parametrize("data", [b"\x7fELF", b"a\0b", b"\xff\xfe", b"\x1b[31mred", b"a\x85\xff"])
def test_what_is_no_text_is_a_hex_dump(data: bytes) -> None:
    found = beginning(Bytes(data))
    assert found.text is None
    assert found.lines[0][:2] == ("00000000", data.hex(" "))


def test_a_hex_dump_shows_ascii_and_ends_early() -> None:
    found = beginning(Bytes(b"\x00<b>~" + bytes(range(256)) * 2))
    assert found.shown == MAX_HEX
    assert len(found.lines) == MAX_HEX // 8
    assert found.lines[0][2].startswith(".<b>~.")
    assert found.lines[1][0] == "00000008"


def test_direction_characters_do_not_turn_anything() -> None:
    assert beginning(Bytes("a\u202eb\u2066c".encode())).text == "a\ufffdb\ufffdc"


def test_a_character_cut_in_two_does_not_make_text_into_bytes() -> None:
    data = b"x" * (MAX_TEXT - 1) + "가나".encode()
    found = beginning(Bytes(data))
    assert found.text == "x" * (MAX_TEXT - 1)
    assert (found.size, found.shown) == (len(data), MAX_TEXT)
    # At the end of a file it is no text.
    assert beginning(Bytes(b"x" + "가".encode()[:2])).text is None


def test_a_large_file_is_not_read_whole() -> None:
    content = Counted()
    found = beginning(content)
    assert content.read_so_far <= CHUNK
    assert (found.size, found.digest) == (1 << 40, "")


def test_an_empty_file_is_empty_text() -> None:
    assert beginning(Bytes()).text == ""
