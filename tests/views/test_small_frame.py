"""Tables without pandas, held against what pandas makes of the same lab."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import operator
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from imagelab.docker.table import display_width
from imagelab.messages import languages, text
from imagelab.model.image import Image
from imagelab.model.state import State
from imagelab.views import frames
from imagelab.views.frames import Frames
from imagelab.views.small_frame import MOST_ROWS, NeedsPandas, SmallFrame, times
from tests.views import labs

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
STRANGE = b"""{"created": "9999-01-01T00:00:00Z", "history": [
    {"created_by": "\\ud800 <b> \\\\(x^2\\\\)  two\\tspaces\\n", "created": "2020-01-01T00:00:00Z"}
]}"""


def strange() -> State:
    """Return a lab with texts and times that are hard to show."""
    return State().with_image(Image(STRANGE))


TABLES: dict[str, Callable[[], Any]] = {
    "images": lambda: frames.images(labs.second()),
    "no images": lambda: frames.images(State()),
    "nameless": lambda: frames.images(labs.without_image(labs.second(), "commit_test:first")),
    "strange": lambda: frames.images(strange()),
    "containers": lambda: frames.containers(labs.second()),
    "layers": lambda: frames.layers(labs.second()),
    "history": lambda: frames.history(labs.second(), "commit_test:second"),
    "strange history": lambda: frames.history(strange(), Image(STRANGE).id),
    "sharing": lambda: frames.sharing(labs.second()),
    "sharing of some": lambda: frames.sharing(labs.second(), "ubuntu:14.04", "commit_test:first"),
    "sharing of none": lambda: frames.sharing(State()),
}


class Cells(HTMLParser):
    """The texts of a table's body, row by row."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._body = self._cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._body |= tag == "tbody"
        self._cell = tag in ("td", "th") and self._body
        if self._body and tag == "tr":
            self.rows.append([])
        if self._cell:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._cell = False

    def handle_data(self, data: str) -> None:
        if self._cell:
            self.rows[-1][-1] += data


def without_pandas(make: Callable[[], Any]) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "pandas", None)
        return make()


@pytest.fixture
def pd() -> Any:
    return pytest.importorskip("pandas", reason="install imagelab[lab]")


@pytest.mark.parametrize("name", TABLES)
def test_columns_and_values_are_those_of_pandas(pd: Any, name: str) -> None:
    whole, small = TABLES[name](), without_pandas(TABLES[name])
    assert list(small.columns) == list(small) == list(whole.columns)
    assert small.shape == whole.shape
    assert len(small) == len(whole)
    for column in whole:
        values = small[column].tolist()
        if column in ("created", "started", "finished"):
            moments = pd.to_datetime(pd.Series(values, dtype="str"), utc=True, format="ISO8601")
            assert moments.astype(whole[column].dtype).equals(whole[column])
        else:
            # As they are written, for True is 1 and False is 0.
            assert repr(values) == repr(list(small[column])) == repr(whole[column].tolist())


@pytest.mark.parametrize("name", TABLES)
def test_it_is_shown_as_pandas_shows_it(pd: Any, name: str) -> None:
    whole, small = TABLES[name](), without_pandas(TABLES[name])
    assert Cells(small._repr_html_()).rows == Cells(whole._repr_html_()).rows
    assert "mathjax_ignore" in small._repr_html_()
    assert "<b>" not in small._repr_html_()


@pytest.mark.parametrize("data", [
    {"n": list(range(MOST_ROWS))},
    {"n": list(range(MOST_ROWS + 1)), "flag": [True] * (MOST_ROWS + 1)},
    {"s": ["x" * length for length in (0, 48, 49, 50, 500)]},
    {"s": ["가" * length for length in (0, 48, 49, 50, 500)]},
    {"s": ["\n" * length for length in (0, 24, 25, 50, 500)]},
    {"s": ["a   b", "<&>\"'", "t\tx\rz\n"], "n": [-1, 0, 2**62], "b": [True, False, True]},
])
def test_long_rows_and_cells_are_cut_as_pandas_cuts_them(pd: Any, data: dict[str, Any]) -> None:
    whole, small = pd.DataFrame(data), SmallFrame(data, "en")
    assert Cells(small._repr_html_()).rows == Cells(whole._repr_html_()).rows
    said = f"{len(whole)} rows × {len(data)} columns"
    assert (said in small._repr_html_()) == (said in whole._repr_html_())


@pytest.mark.parametrize("moments", [
    [1505345183_127186526, None, 1], [1505345183_127186000, 0], [1505345183_120000000],
    [1505345183_000000000, None], [0], [None], [], [2**63 - 1]])
def test_times_are_written_as_pandas_writes_them(pd: Any, moments: list[int | None]) -> None:
    whole = pd.DataFrame({"t": pd.Series(moments, dtype="datetime64[ns, UTC]")})
    assert times(moments) == [row[1] for row in Cells(whole._repr_html_()).rows]


def lesson_cells() -> list[str]:
    cells = {
        "".join(cell["source"])
        for path in sorted(NOTEBOOKS.glob("*/*.ipynb"))
        for cell in json.loads(path.read_text("utf-8"))["cells"]
        if cell["cell_type"] == "code"}
    return sorted(each for each in cells if "lab.frames." in each)


def shown(cell: str) -> tuple[str, Any]:
    """Run a lesson's cell; return what it prints and its last value, if there is one."""
    daemon = SimpleNamespace(state=labs.second())
    names = {"lab": SimpleNamespace(frames=Frames(daemon, lambda: "ko"))}  # type: ignore[arg-type]
    tree = ast.parse(cell)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(tree, "cell", "exec"), names)
        value = eval(ast.unparse(last), names) if last else None
    return out.getvalue(), value


def test_there_are_lessons_with_tables() -> None:
    assert len(lesson_cells()) >= 4


@pytest.mark.parametrize("cell", lesson_cells())
def test_lessons_show_the_same(pd: Any, cell: str) -> None:
    (out, whole), (small_out, small) = shown(cell), without_pandas(lambda: shown(cell))
    if not cell.splitlines()[-1].startswith("print("):
        assert isinstance(small, SmallFrame)
        assert Cells(small._repr_html_()).rows == Cells(whole._repr_html_()).rows
        assert all(name in repr(small) for name in whole.columns)
        return
    assert small_out == out != ""


def table(language: str = "en") -> Any:
    return without_pandas(lambda: frames.images(labs.second(), language))


def test_rows_come_as_dicts() -> None:
    rows = table().to_dict("records")
    assert [row["tag"] for row in rows] == ["second", "first", "14.04"]
    assert rows[2]["size"] == 187971405


@pytest.mark.parametrize("language", languages)
def test_it_says_in_one_line_what_it_is(language: str) -> None:
    small = table(language)
    line = text("frames.small", language)
    assert "pandas" in line
    assert repr(small).splitlines().count(line) == 1
    assert small._repr_html_().count(f"<p>{line}</p>") == 1


REFUSED: list[Callable[[Any], Any]] = [
    lambda table: table.groupby("tag"), lambda table: table.iloc, lambda table: table.size,
    lambda table: table.sort_values("size"), lambda table: table[table["dangling"]],
    lambda table: table[0], lambda table: table[["tag", 1]], lambda table: table == table,
    lambda table: table.to_dict(), lambda table: table.assign(size=1),
    lambda table: table.assign(tag=["one"]), lambda table: table.assign(n=lambda each: 1),
    lambda table: table.rename(columns={"tag": "name"}), lambda table: table.rename(index=len),
    lambda table: operator.setitem(table, "tag", 1), lambda table: table["tag"] + ":",
    lambda table: ":" + table["tag"], lambda table: table["size"] > 5,
    lambda table: table["size"] == 5, lambda table: -table["size"], lambda table: 2 * table["size"],
    lambda table: ~table["dangling"], lambda table: table["size"].mean(),
    lambda table: table["size"][True], lambda table: table["tag"].sum(),
    lambda table: table["tag"].str.upper(), lambda table: table["tag"].str[0],
    lambda table: table["size"].str,
]


@pytest.mark.parametrize("ask", REFUSED)
@pytest.mark.parametrize("language", languages)
def test_what_it_cannot_do_needs_pandas(ask: Callable[[Any], Any], language: str) -> None:
    with pytest.raises(NeedsPandas) as error:
        ask(table(language))
    assert str(error.value) == text("frames.needs_pandas", language)
    assert isinstance(error.value, AttributeError)
    assert isinstance(error.value, TypeError)


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(KeyError, match="nothing"):
        table()["nothing"]
    with pytest.raises(KeyError, match="3"):
        table()["tag"][3]


def test_lines_of_text_fit_a_console() -> None:
    small = SmallFrame({f"열 {number}": ["가나다라마바사"] * 3 for number in range(12)}, "en")
    lines = repr(small).splitlines()
    assert max(map(display_width, lines[:4])) <= 80
    assert all("..." in line for line in lines[:4])
    assert "열 0" in lines[0]
    assert "열 11" in lines[0]
    assert "3 rows × 12 columns" in lines
    assert repr(table().tag).count("\n") == 4


def test_what_moves_a_terminals_cursor_is_not_shown() -> None:
    small = SmallFrame({"\x1b[2J": ["\x1b[1m\x00\u202e", "\ud800"]}, "en")
    assert "\x1b" not in repr(small)
    assert repr(small).replace("\n", "").isprintable()
    small._repr_html_().encode()


def test_an_image_cannot_write_html() -> None:
    html = SmallFrame({"<i>": ["<script>alert(1)</script>"]}, "en")._repr_html_()
    assert "<script" not in html
    assert "<i>" not in html
