"""Whatever a program does, it ends soon and says why."""

from __future__ import annotations

import gzip

import pytest

from imagelab.model.node import directory, file
from imagelab.shell.budget import LIMIT_STATUS
from tests.deadline import within
from tests.shell.support import ELF, container, run, text

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
    "packing a large file": "truncate -s 3G /f; tar czf /x.tgz /f",
    "packing without an end": "gzip < /dev/zero > /f.gz",
    "large files in an archive": "truncate -s 2G /f; tar cf /x.tar /f; tar xf /x.tar -C /tmp",
    "archive of archives": "> /f; while :; do tar cf /g /f; cp /g /f; done",
    "large numbers": "x=9; while :; do x=$(expr $x \\* $x) || x=9; done",
    "matching": "x=$(printf %05000d 0); while :; do expr $x : '\\(0*\\)*\\(0*\\)*\\1\\2x'; done",
    "files that differ": "seq 1 30000 > /a; sort -r /a > /b; diff /a /b",
    "files of one line": "yes | head -n 400000 > /a; seq 1 400000 > /b; diff /a /b",
    "dump": "truncate -s 9G /f; od -v /f",
    "dump of equal lines": "truncate -s 9G /f; hexdump /f",
    "text of zeros": "base64 /dev/zero",
    "folding": "yes | tr -d '\\n' | fold -w 1",
    "pasting": "yes | paste - - -",
    "awk loop": "awk 'BEGIN { while (1) ; }'",
    "awk loop of nothing": "awk 'BEGIN { for (;;) if (x) y; else z }'",
    "awk doubling": "awk 'BEGIN { x = \"x\"; while (1) x = x x }'",
    "awk array": "awk 'BEGIN { while (1) a[i++] = i }'",
    "awk recursion": "awk 'function f(n) { return f(n + 1) } BEGIN { f(0) }'",
    "awk printf": "awk 'BEGIN { printf \"%999999999d\", 1 }'",
    "awk star": "awk 'BEGIN { while (1) x = x sprintf(\"%*d\", 999999, 1) }'",
    "awk input": "yes | awk '{ s = s $0 }'",
    "awk replacing": "awk 'BEGIN { s = \"aa\"; while (1) gsub(/a/, \"&&\", s) }'",
    "awk pattern": "awk 'BEGIN { s = sprintf(\"%5000d\", 0); while (1) s ~ /( *)*( *)*x/ }'",
    "awk fields": "awk 'BEGIN { while (1) { $60000 = 1; $0 = \"\" } }'",
    "awk file": "awk 'BEGIN { while (1) print \"x\" > \"/f\" }'",
    "awk splitting": "seq 1 60000 | tr '\\n' ' ' > /f; awk '{ while (1) split($0, a) }' /f",
    "temporary files": "while :; do mktemp; done",
    "traps": "trap 'exit' EXIT; while :; do (trap 'while :; do :; done' EXIT); done",
}
_BASH_BOMBS = {
    "braces": "echo {1..999999999}",
    "braces of ten digits": "echo {1..1000000000}",
    "braces multiplied": "echo {1..999}{1..999}{1..999}",
    "replacing": "x=$(printf %050000d 0); echo ${x//*0*1/y}",
    "regex": "x=$(printf %02000d 0); [[ $x =~ (0*)*(0*)*(0*)*1$ ]]; while :; do :; done",
}


def _limited(flavour: str, shell: str, script: str) -> None:
    files = container(flavour)
    with within(4):  # 2 s on a machine that has nothing else to do
        result = run(files, shell, "-c", script)
    assert result.process.status == LIMIT_STATUS
    assert text(result, 2).splitlines()[-1].startswith(f"imagelab: {shell} was stopped: ")


@pytest.mark.parametrize("name", _BOMBS)
def test_bomb_in_busybox(name: str) -> None:
    _limited("busybox", "sh", _BOMBS[name])


@pytest.mark.parametrize("name", _BASH_BOMBS)
def test_bomb_in_bash(name: str) -> None:
    _limited("gnu", "bash", _BASH_BOMBS[name])


def _packages(flavour: str, script: str) -> None:
    """Run a script where packages may be installed, until it is stopped."""
    nodes = {f"usr/bin/{name}": file(ELF, 0o755) for name in ("apt-get", "dpkg", "apk")}
    for path in ("var", "var/lib", "var/lib/apt", "var/lib/apt/lists", "etc/apt", "etc/apk"):
        nodes[path] = directory()
    nodes["var/lib/apt/lists/x_Packages"] = file(b"")
    files = container(flavour, nodes)
    with within(6):
        result = run(files, "sh", "-c", script)
    assert result.process.status == LIMIT_STATUS


@pytest.mark.parametrize("script", [
    "while :; do apt-get install -y git; apt-get purge -y --auto-remove git; done",
    "while :; do apt-get install -y build-essential; apt-get autoremove -y build-essential; done",
    "while :; do apk add python3 vim; apk del python3 vim; done",
    "mkdir -p /var/lib/dpkg; yes 'Package: x' | head -c 30000000 > /var/lib/dpkg/status; dpkg -l;"
    "while :; do dpkg -l; done",
    "i=0; while :; do i=$((i+1)); echo \"deb http://h$i s $(seq 1 5000)\" >> /etc/apt/sources.list;"
    "apt-get update; done",
])
def test_packages_have_an_end(script: str) -> None:
    _packages("gnu", script)


def test_a_small_archive_of_much_is_no_danger() -> None:
    bomb = gzip.compress(bytes(30 << 20)) * 40
    for script in ("gunzip /b.gz", "zcat /b.gz | wc -c", "tar tf /b.gz", "tar xzf /b.gz"):
        files = container("gnu", {"b.gz": file(bomb)})
        with within(4):
            result = run(files, "sh", "-c", script)
        assert result.process.status in (2, LIMIT_STATUS)
    words = gzip.compress(bytes(range(256)) * (160 << 10))
    result = run(container("gnu", {"b.gz": file(words)}), "sh", "-c", "zcat /b.gz > /f")
    assert result.process.status == LIMIT_STATUS


@pytest.mark.parametrize("script", [
    "(" * 5000, "$(" * 5000, "{ " * 5000, "echo " + "${a:-" * 5000, "if " * 5000,
    "echo $((" + "(" * 5000, "echo $((" + "-" * 5000 + "1))", "echo $((" + "1+(" * 3000,
    "[ " + "\\( " * 3000 + "]", "[[ " + "( " * 3000 + "]]", "`" * 999, "echo \"" + "$(\"" * 999,
    "case x in " * 3000, "f() " * 3000 + "x", "! " * 9000 + "true", "echo " + "{a," * 3000,
    "find . " + "\\( " * 3000, "expr " + "\\( " * 3000 + "1", "expr 1" + " + 1" * 9000,
    "awk 'BEGIN { print " + "(" * 3000 + "'",
    "awk 'BEGIN " + "{" * 3000 + "'", "awk 'BEGIN { x = " + "!" * 3000 + "1 }'",
    "awk 'BEGIN { x = 1" + " + 1" * 9000 + " }'", "awk 'BEGIN { print $" + "$" * 3000 + "1 }'",
    "echo x | grep -E '" + "(" * 5000 + "'",
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
