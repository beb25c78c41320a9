"""Whatever a program does, it ends soon and says why."""

from __future__ import annotations

import time

import pytest

from imagelab.shell.budget import LIMIT_STATUS
from tests.shell.support import container, run, text

_BOMBS = {
    "endless loop": "while :; do :; done",
    "endless loop with a program": "while true; do /bin/true; done",
    "yes": "yes",
    "yes into nothing": "yes > /dev/null",
    "yes into a file": "yes > /f",
    "yes into a counter": "yes | wc -l",
    "yes into a variable": "x=$(yes)",
    "wide printf": "printf %999999999d 1",
    "wide printf with a star": "printf '%*d' 999999999 1",
    "fork bomb": "b() { b | b & }; b",
    "recursion": "f() { f; }; f",
    "recursion by script": "echo 'sh /s' > /s; sh /s",
    "recursion by eval": "x='eval \"$x\"'; eval \"$x\"",
    "recursion by substitution": "f() { echo $(f); }; f",
    "terabytes of zeros": "dd if=/dev/zero of=/f bs=1G count=5000",
    "endless zeros": "dd if=/dev/zero of=/f",
    "zeros to the terminal": "cat /dev/zero",
    "zeros counted": "head -c 9000000000 /dev/zero | wc -l",
    "zeros hashed": "truncate -s 4000000000 /f; sha256sum /f",
    "large file": "truncate -s 100T /f",
    "doubling": "x=xxxxxxxx; while :; do x=$x$x; done",
    "doubling a file": "echo x > /f; while :; do cat /f /f > /g; cat /g > /f; done",
    "back-reference": "printf '%0500d' 0 | grep '\\(0*\\)*\\(0*\\)*\\1\\2x'",
    "many files": "i=0; while :; do i=$((i+1)); > /f$i; done",
    "many numbers": "seq 1 999999999",
    "many fields": "x=$(seq 1 99999999)",
    "quadratic pattern": "x=$(printf %050000d 0); echo ${x%%*1*1*1*1}",
    "traps": "trap 'exit' EXIT; while :; do (trap 'while :; do :; done' EXIT); done",
}
_BASH_BOMBS = {
    "braces": "echo {1..999999999}",
    "braces multiplied": "echo {1..999}{1..999}{1..999}",
    "replacing": "x=$(printf %050000d 0); echo ${x//*0*1/y}",
    "regex": "x=$(printf %02000d 0); [[ $x =~ (0*)*(0*)*(0*)*1$ ]]; while :; do :; done",
}


def _limited(flavour: str, shell: str, script: str) -> None:
    files = container(flavour)
    start = time.perf_counter()
    result = run(files, shell, "-c", script)
    took = time.perf_counter() - start
    assert result.process.status == LIMIT_STATUS
    assert text(result, 2).splitlines()[-1].startswith(f"imagelab: {shell} was stopped: ")
    assert took < 4  # 2 s on a machine that has nothing else to do


@pytest.mark.parametrize("name", _BOMBS)
def test_bomb_in_busybox(name: str) -> None:
    _limited("busybox", "sh", _BOMBS[name])


@pytest.mark.parametrize("name", _BASH_BOMBS)
def test_bomb_in_bash(name: str) -> None:
    _limited("gnu", "bash", _BASH_BOMBS[name])


@pytest.mark.parametrize("script", [
    "(" * 5000, "$(" * 5000, "{ " * 5000, "echo " + "${a:-" * 5000, "if " * 5000,
    "echo $((" + "(" * 5000, "echo $((" + "-" * 5000 + "1))", "echo $((" + "1+(" * 3000,
    "[ " + "\\( " * 3000 + "]", "[[ " + "( " * 3000 + "]]", "`" * 999, "echo \"" + "$(\"" * 999,
    "case x in " * 3000, "f() " * 3000 + "x", "! " * 9000 + "true", "echo " + "{a," * 3000,
    "find . " + "\\( " * 3000, "echo x | grep -E '" + "(" * 5000 + "'",
    "echo $((" + "1?" * 3000 + "1" + ":1" * 3000 + "))", "a=" * 50000, "cat " + "<<a " * 3000,
    "echo $((" + "a=" * 3000 + "1))", "echo $((" + "2**" * 3000 + "1))",
    "echo $((" + "1||" * 9000 + "1))", "while " * 900 + "x", "x && " * 20000 + "y",
])
@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_nesting_is_no_danger(shell: str, script: str) -> None:
    result = run(container("gnu"), shell, "-c", script)
    assert result.process.status is not None


def test_a_reader_that_stops_early_ends_the_writer() -> None:
    files = container()
    assert text(run(files, "sh", "-c", "yes | head -n 2; echo $?")) == "y\ny\n0\n"
    assert text(run(files, "sh", "-c", "while :; do echo z; done | head -n 1")) == "z\n"
    assert text(run(files, "sh", "-c", "cat /dev/zero | head -c 3 | wc -c")) == "3\n"
    result = run(files, "sh", "-c", "cat /dev/urandom | head -c 5 | wc -c; exit 3")
    assert (text(result), result.process.status) == ("5\n", 3)


def test_zeros_stay_lazy() -> None:
    from imagelab.model.content import Zeros

    files = container()
    run(files, "sh", "-c", "head -c 100000 /dev/zero > /a;"
        "dd if=/dev/zero of=/b bs=1M count=90 2> /dev/null;"
        "cat /b /b > /c; cp /b /d; truncate -s 1G /e; cat < /b > /g")
    for name, size in (("a", 100000), ("b", 90 << 20), ("d", 90 << 20), ("e", 1 << 30),
                       ("g", 90 << 20)):
        assert files.stat(name).content == Zeros(size)
    assert files.stat("c").size == 180 << 20


def test_output_has_an_end() -> None:
    result = run(container(), "sh", "-c", "cat /dev/zero | head -c 100000000")
    assert result.process.status == LIMIT_STATUS
    assert sum(len(data) for _, data in result.output) < 20 << 20
