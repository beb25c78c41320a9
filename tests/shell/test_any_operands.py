"""Whatever programs and builtins are given, they answer: none breaks off."""

from __future__ import annotations

import os
import random

import pytest

from tests.shell.support import TOOLS, container, run

#: How many lines are tried for each shell; ``make stress`` tries many more.
COUNT = 50_000 if os.environ.get("IMAGELAB_STRESS") else 500
_BUILTINS = (
    "set", "export", "read", "shift", "trap", "kill", "wait", "jobs", "fg", "getopts", "local",
    "unset", "umask", "ulimit", "alias", "type", "command", "eval", "exec", "cd", "declare", "let",
    "shopt", "hash", "return", "break", "exit", ".", "mapfile", "pushd", "popd", "history",
    "compgen", "complete", "readonly", "apt-get", "apk", "dpkg", "adduser", "useradd", "su",
)
_WORDS = (
    "", "a", "f", "l", "d", ".", "..", "/", "/etc", "/etc/passwd", "/nofile", "-", "--", "--help",
    *(f"-{letter}" for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHILNPRSTUX019"), "0", "1", "2",
    "10", "-5", "1.5", "1k", "99999999999999999999", "1,2", "2-", "+", "+3", "+%s", "%d", "%5.2f",
    "x=y", "if=f", "of=g", "bs=1", "count=2", "skip=x", "s/a/b/", "s/a", "y/ab/cd/", "1,2p", "/a/",
    "[a", "[[:x:]]", "(", ")", "\\", "\\1", "=", "!", "-eq", "644", "u+x", "zzz", "root", ":",
    "root:root", "한", "\udc80", "-name", "-type", "-exec", "-size", "-perm", ";", "{}", "KILL",
    "{ print $1 }", "p", "c", "b", "now", "@0", "2020-01-01", "aXXXXXX", "xf", "cf", "\n", " ", "*",
)
_FILES = r'mkdir d; ln -s f l; printf "a 1\nb 2\n" > f; cp f a; "$@"'


@pytest.mark.parametrize(("flavour", "shell"), [
    ("busybox", "sh"), ("gnu", "dash"), ("gnu", "bash"),
])
def test_no_program_breaks_off(flavour: str, shell: str) -> None:
    chance = random.Random(shell)
    names = [name for name in (*TOOLS, *_BUILTINS) if name != "yes"]  # which has an end elsewhere
    for _ in range(COUNT):
        few = chance.choices(_WORDS, k=4)  # words that come together come again
        line = [chance.choice(names), *chance.choices(few, k=chance.randrange(6))]
        try:
            done = run(container(flavour), shell, "-c", _FILES, "sh", *line, stdin=b"a\nb\n")
        except Exception as error:
            raise AssertionError(f"{shell}: {line}") from error
        assert done.process.status in (None, *range(256)), line
