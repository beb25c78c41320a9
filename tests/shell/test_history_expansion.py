"""History expansion as bash does it: recorded lines, and lines typed at a real bash."""

from __future__ import annotations

import itertools
import os
import pty
import select
import shutil
import signal
import termios
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from imagelab.shell.history.expansion import EventError, Expanded, Remembered, expand_events

#: A session that begins with no history, and what bash 5.2.15 showed for each line: nothing, the
#: expanded line, or a message. Recorded with ``_Bash`` below, which runs no command.
RECORDED: list[tuple[str, str]] = [
    ("!!", "bash: !!: event not found"),
    ("!1", "bash: !1: event not found"),
    ("!:1", "bash: !: event not found"),
    ("^a^b^", "bash: !!: event not found"),
    ("!#", ""),
    ("echo one two three", ""),
    ("!1:&", "bash: :&: no previous substitution"),
    ("!!", "echo one two three"),
    ("!echo:1", "one"),
    ("!-2:$", "three"),
    ("!1:2-", "two"),
    ("!1:0-1", "echo one"),
    ("!1*", "one two three"),
    ("!1:2*", "two three"),
    ("!1:-1", "echo one"),
    ("!1:^", "one"),
    ("echo !1:1-9", "bash: :1-9: bad word specifier"),
    ("ls /usr/lib/libc.so.6 'a b'  \"c d\" $(x y) >out 2>&1", ""),
    ("!!:1:h", "/usr/lib"),
    ("!ls:1:t", "libc.so.6"),
    ("!ls:1:r", "/usr/lib/libc.so"),
    ("!ls:1:e", ".6"),
    ("!ls:1:t:r:r", "libc"),
    ("!ls:2", "'a b'"),
    ("!ls:3-4", '"c d" $(x y)'),
    ("!ls:5", ">"),
    ("!ls:6-8", "bash: :6-8: bad word specifier"),
    ("!ls:2:q", "''\\''a b'\\'''"),
    ("!ls:1-2:x", "'/usr/lib/libc.so.6' ''\\''a' 'b'\\'''"),
    ("!ls:p", "ls /usr/lib/libc.so.6 'a b'  \"c d\" $(x y) >out 2>&1"),
    ("!?libc?:%", "/usr/lib/libc.so.6"),
    ("!?libc?:0", "/usr/lib/libc.so.6"),
    ("!% !%", "/usr/lib/libc.so.6 /usr/lib/libc.so.6"),
    ("!?nothing?", "bash: !?nothing?: event not found"),
    ("!nothing", "bash: !nothing: event not found"),
    ("!ls:20", "bash: :20: bad word specifier"),
    ("!ls:3-1", "bash: :3-1: bad word specifier"),
    ("!ls:k", "bash: k: unrecognized history modifier"),
    ("echo one two three", ""),
    ("^two^2^", "echo one 2 three"),
    ("^none^x^", "bash: :s^none^x^: substitution failed"),
    ("^o", "ech one 2 three"),
    ("!1:s/one/1/", "echo 1 two three"),
    ("!1:gs/e/E/", "Echo onE two thrEE"),
    ("!1:&", "Echo one two three"),
    ("!1:g&", "Echo onE two thrEE"),
    ("!1:Gs/e/(&)/", "((e))cho on(e) two thr(e)(e)"),
    ("!1:s/o/\\//", "ech/ one two three"),
    ("!1:s,one,a/b,:p", "echo a/b two three"),
    ("!1:s/none/x/", "bash: :s/none/x/: substitution failed"),
    ("!1:s", "echo one two three"),
    ("a!#:0", "aa"),
    ("echo a! b", ""),
    ('echo "a!"', ""),
    ('echo "!1:1"', 'echo "one"'),
    ("echo '!!'", ""),
    ("echo \\!!", ""),
    ('echo "\\!!"', ""),
    ("echo $! ${!x} [!a] !=", ""),
    ("echo it\\'s !1:1", "echo it\\'s one"),
    ("echo # !!", ""),
    ("! echo", ""),
    ("!99", "bash: !99: event not found"),
    ("!-99", "bash: !-99: event not found"),
    ("!;", "bash: !: event not found"),
    ("!1x", "echo one two threex"),
    ("!{x}", "bash: !{x}: event not found"),
    ('echo "!e"', 'echo "echo one two threex"'),
    ("!1:", "bash: : unrecognized history modifier"),
]

_SEED = ["echo one two b/lib.tar.gz", "make -C lib 'b b' >b.out 2>&1", "ls \"it's b\" x/y"]
_EVENTS = [
    "!!", "!-2", "!e", "!make", "!?lib?", "!?no such?", "!#", "!", "!1", "!0", "!-0", "!-99",
    "!none",
    "!;", "!??", "!00001", "x!!", "[!a]", "[!a", "[!a] !!", "[!] !!", "${!a}", "${!a", "$!", "$!m",
    "x$!m", "\\!!", "\\\\!!", "'!!'", "$'\\'!!'", '"!!"', '"!"', '"!e"', '\\"!"m', "`!e`",
    "a'!!'", "\"'!!'\"", "\"! '!!\"", "! !!", "a # !!", "a;#!!", "a#!!", "$(echo '!m')", "!e # !!",
    "!e'!m'", "!l !\"m", "!(x) !!", "ab !(x)", "ab !(x) !!", "!#!#", "a !#!#", "!=", "!=!!",
    "!ls!ls", "x!e-2!", "!ma-", "!m\"a",
]
_DESIGNATORS = [
    "", ":0", ":1", ":2", ":9", ":^", "^", ":$", "$", ":*", "*", ":%", "%", ":-", "-", ":1-",
    ":1-2", ":2-1", ":1*", ":9*", ":^-$", ":0-^", ":-1", ":3-", ":x", ":",
]
_MODIFIERS = [
    "", ":h", ":t", ":r", ":e", ":q", ":x", ":p", ":h:t", ":s/b/&&/", ":gs/b/\\&/", ":Gs/b/[]/",
    ":&", ":g&", ":G&", ":s/b", ":s/", ":s", ":s,/,|,:p", ":s/none/x/", ":s//new/", ":z", ":gz",
    ":as/o/\\//:s/e/E", ":gh:s/b/B/", ":Gs/o/0/:s/b/B/",
]
_QUICK = [
    "^b^B^", "^b^B", "^b", "^b^", "^none^x^", "^b^&&^:p", "^", "^^x^", "a^b^c", "^b^\\^^ x",
    "^b^B^!!",
]
_WORDS = [
    "echo one  'two three'  \"four \\\" five\"", "make lib/b.c >out 2>&1 <<<x 3>&- >>y &>z",
    "ls $(a b) `c d` $((1 + 2)) x$() y", "a|b&&c;d # e f", "cat <(a b) >(c) a(b c) 12 12>x 4a",
    "x <<<<y <>z >|w ;;v |& u", "echo @(a b) \\  c\\ d 'e\\' f", "   lead  and trail  ", "# b b",
]


class _Bash:
    """An interactive bash on a terminal that shows what it expands but runs no command."""

    def __init__(self, home: Path) -> None:
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            for each in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
                signal.signal(each, signal.SIG_DFL)
            os.chdir(home)
            os.execve(shutil.which("bash") or "bash", ["bash", "--norc", "--noediting", "-i"], {
                "HOME": str(home), "PATH": "", "LC_ALL": "C", "TERM": "dumb",
                "PS1": "@first@", "PS2": "@more@",
            })
        modes = termios.tcgetattr(self._terminal)
        modes[1] &= ~termios.OPOST
        modes[3] &= ~termios.ECHO
        termios.tcsetattr(self._terminal, termios.TCSANOW, modes)
        self._read()
        only = "trap '[[ $BASH_COMMAND == \"history -c\" ]]' DEBUG"
        for line in ("unset HISTFILE", f"shopt -s extdebug; {only}", "history -c"):
            self.type(line)

    def type(self, line: str) -> str:
        """Type a line and return what is shown before the next prompt."""
        os.write(self._terminal, line.encode() + b"\n")
        return self._read()

    def show(self, line: str) -> str:
        """Type a line, give it up if it wants another, and return what its expansion shows."""
        shown = self.type(line)
        if shown.endswith("@more@"):
            self.interrupt()
        lines = shown.removesuffix("@first@").removesuffix("@more@").splitlines(keepends=True)
        return "".join(each for each in lines if "syntax error" not in each)

    def interrupt(self) -> None:
        """Give up a command of several lines."""
        os.write(self._terminal, b"\x03")
        self._read()

    def close(self) -> None:
        """End the shell."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._terminal)

    def _read(self) -> str:
        shown = b""
        end = time.monotonic() + 20
        while not shown.endswith((b"@first@", b"@more@")):
            ready = select.select([self._terminal], [], [], max(0, end - time.monotonic()))[0]
            assert ready, f"bash shows no prompt after {shown!r}"
            shown += os.read(self._terminal, 1 << 16)
        return shown.decode()


class _Here:
    """The same with our expansion."""

    def __init__(self) -> None:
        self.entries: list[str] = []
        self._remembered = Remembered()

    def show(self, line: str, quote: str = "") -> str:
        """Return what bash shows for a line, and keep the line as bash does."""
        try:
            done = expand_events(line, self.entries, quote=quote,
                                 remembered=self._remembered)
        except EventError as error:
            return f"bash: {error}\n"
        if done.text:
            self.entries.append(done.text)
        return f"{done.text}\n" if done.changed else ""


@contextmanager
def _shells(home: Path) -> Iterator[tuple[_Bash, _Here]]:
    if shutil.which("bash") is None:
        pytest.skip("no bash on this machine")
    shell = _Bash(home)
    try:
        yield shell, _Here()
    finally:
        shell.close()


def test_recorded_lines_expand_as_they_did() -> None:
    here = _Here()
    assert [(line, here.show(line).removesuffix("\n")) for line, _ in RECORDED] == RECORDED


def _compare(both: tuple[_Bash, _Here], lines: Iterable[str]) -> None:
    """Type the lines, after others to refer to, at both; expect the same for each."""
    bash, here = both
    bash.type("history -c")
    here.entries.clear()
    for line in (*_SEED, *lines):
        assert (line, here.show(line)) == (line, bash.show(line))


def test_events_are_found_as_bash_finds_them(tmp_path: Path) -> None:
    with _shells(tmp_path) as both:
        for event, tail in itertools.product(_EVENTS, ["", ":$", ":1:h", " x", '"']):
            _compare(both, [event + tail])


def test_words_and_modifiers_are_those_of_bash(tmp_path: Path) -> None:
    with _shells(tmp_path) as both:
        _compare(both, (f"!2{a}{b}" for a, b in itertools.product(_DESIGNATORS, _MODIFIERS)))
        for event in ("!1:4:", "!#:", "!?lib?:"):
            _compare(both, (f"echo a {event}{b[1:]}" for b in _MODIFIERS))


def test_quick_substitutions_are_those_of_bash(tmp_path: Path) -> None:
    with _shells(tmp_path) as both:
        for line in _QUICK:
            _compare(both, [line])


def test_lines_have_the_words_that_bash_sees(tmp_path: Path) -> None:
    with _shells(tmp_path) as both:
        for line in _WORDS:
            _compare(both, [line, *(f"!4:{number}:p" for number in range(12))])


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_quotation_of_an_earlier_line_goes_on(tmp_path: Path, quote: str) -> None:
    with _shells(tmp_path) as both:
        for line in ["!!", "a' !!", 'a" !!', "'!!", '"!!', "it's !!", "^b^B^", "^b' !!", "!' !e",
                     "\\' !!", "a\"b' !!", "# !!", "a'# !!", "a' # !!", "!\"!!", "!e' \"it's !e"]:
            _compare(both, [])
            bash, here = both
            assert bash.type(f"echo {quote}x") == "@more@"
            assert (line, here.show(line, quote)) == (line, bash.show(line))


def test_results_say_what_happened() -> None:
    assert expand_events("ls", ["a b"]) == Expanded("ls", False, False)
    assert expand_events("!!", ["a b"]) == Expanded("a b", True, False)
    assert expand_events("x !7:1:p", ["a b", "c d"], first=6) == Expanded("x d", True, True)


# bash itself grows for ever over the one with "G".
@pytest.mark.parametrize("line", [
    "!!" * 50_000, "!!:gs/a/" + "b" * 1000, "!!:s/" + "a" * 5000 + "/" + "&" * 5000,
    "!!" + ":x" * 100_000, "!2" + "!-1:0" * 100_000, "!3:Gs/ab/&xyz&/", "!?ab?" * 1000,
    '"! ' + "'!2' " * 50_000, "[!2:p[" * 50_000,
])
def test_what_grows_without_end_is_refused_soon(line: str) -> None:
    entries = ["a" * 5000, "a " * 2000, "ab", *("b" * 1000 for _ in range(500)), "a" * 5000]
    began = time.monotonic()
    with pytest.raises(EventError, match=r"^\S+: the expanded line is too long$"):
        expand_events(line, entries)
    assert time.monotonic() - began < 10


def test_a_number_of_any_length_is_one_that_is_not_there() -> None:
    # Not so in bash, where 4294967297 is 1.
    for line in ("!" + "9" * 6000, "!-" + "9" * 6000):
        with pytest.raises(EventError, match=r"event not found$"):
            expand_events(line, ["a"])
