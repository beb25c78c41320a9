"""Tables; the expectations are what docker's client (28.2.2) printed for the same cells."""

from __future__ import annotations

import pytest

from imagelab.docker.table import align, display_width, ellipsis


def test_columns_are_ten_wide_or_three_wider_than_their_cells() -> None:
    assert align("NAMES\tIMAGE ID\tSIZE\na\t843f8abc34bd\t2B\n") == (
        "NAMES     IMAGE ID       SIZE\na         843f8abc34bd   2B\n"
    )


def test_the_last_cell_of_a_line_is_in_no_column() -> None:
    assert align("a\tlonger than the column\nb\tc\n") == (
        "a         longer than the column\nb         c\n"
    )
    assert align("a\t\n\tb\n") == "a         \n          b\n"


def test_a_line_without_tabs_ends_the_columns() -> None:
    assert align("aaaaaaaaaaaa\tx\nno tab\nb\ty\n") == "aaaaaaaaaaaa   x\nno tab\nb         y\n"


def test_lines_with_fewer_cells_end_the_columns_on_their_right() -> None:
    text = "a\tbbbbbbbbbbbb\tc\na\tx\nlonger than ten\tb\tc\n"
    assert align(text) == (
        "a                 bbbbbbbbbbbb   c\na                 x\nlonger than ten   b         c\n"
    )


def test_a_form_feed_ends_all_columns_and_a_vertical_tab_is_a_tab() -> None:
    assert align("aaaaaaaaaaaa\tx\fb\vy\n") == "aaaaaaaaaaaa   x\nb         y\n"


def test_minimum_width() -> None:
    assert align("a\tb", min_width=20) == "a" + " " * 19 + "b"


def test_hangul_takes_two_columns() -> None:
    assert align("c1\t한글 이름\tx\nc2-한\t\ty\n") == (
        "c1        한글 이름   x\nc2-한               " + " " * 2 + "y\n"
    )


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("abc", 3),
        ("한글", 4),
        ("\u1112\u1161\u11ab", 2),
        ("가\u11a8", 2),
        ("각\u1161", 3),
        ("ㅎㅏㄴ", 6),
        ("…", 1),
        ("e\u0301", 1),
        ("\u0301", 0),
        ("か\u3099", 2),
        ("ｱＡ", 3),
        ("\u200b", 0),
        ("a\x07", 1),
        ("\xad", 0),
        ("①α±※", 4),
        ("㈜㎏", 4),
        ("😀", 2),
        ("👨\u200d👩\u200d👧", 2),
        ("👍🏽", 2),
        ("🇰🇷", 1),
        ("🇰🇷🇺🇸", 2),
        ("☺\ufe0f", 1),
        ("1\ufe0f\u20e3", 1),
        ("a\u200db", 2),
        ("ก็", 1),
        ("", 0),
    ],
)
def test_display_width(text: str, width: int) -> None:
    assert display_width(text) == width


def test_a_long_cluster_takes_linear_time() -> None:
    assert display_width("e" + "\u0301" * 200_000) == 1


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("a" * 20, 20, "a" * 20),
        ("a" * 21, 20, "a" * 19 + "…"),
        ("가" * 10, 20, "가" * 10),
        ("가" * 11, 20, "가" * 9 + "…"),
        ("a" + "가" * 10, 20, "a" + "가" * 9 + "…"),
        ("x" * 19 + "가", 20, "x" * 19 + "…"),
        ("sh -c 'echo 가나다라마바사아'", 20, "sh -c 'echo 가나다…"),
        ("/bin/sh -c mkdir -p /srv/data && fill /srv/data", 45,
         "/bin/sh -c mkdir -p /srv/data && fill /srv/d…"),
        ("", 20, ""),
        ("abc", 1, "a"),
        ("abc", 0, ""),
        ("가나", 2, "가나"),
    ],
)  # fmt: skip
def test_ellipsis(text: str, width: int, expected: str) -> None:
    assert ellipsis(text, width) == expected
