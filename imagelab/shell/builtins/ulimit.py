"""ulimit: limits that are kept and shown, but bound nothing."""

from __future__ import annotations

from imagelab.shell.builtins.reporting import unknown_option, write, wrong
from imagelab.shell.command import SimpleFrame
from imagelab.shell.machine import Machine
from imagelab.shell.state import Shell

#: What a container starts with; all else is unlimited.
_START = {"c": "0", "n": "1048576", "s": "8192", "l": "8192", "p": "8", "e": "0", "r": "0",
          "i": "63459", "q": "819200"}
#: By shell, the lines of ``ulimit -a`` in their order: letter and what it says.
_LINES = {
    "ash": """c:core file size (blocks)|d:data seg size (kb)|e:scheduling priority
f:file size (blocks)|i:pending signals|l:max locked memory (kb)|m:max memory size (kb)
n:open files|q:POSIX message queues (bytes)|r:real-time priority|s:stack size (kb)
t:cpu time (seconds)|u:max user processes|v:virtual memory (kb)|x:file locks""",
    "dash": """t:time(seconds)|f:file(blocks)|d:data(kbytes)|s:stack(kbytes)|c:coredump(blocks)
m:memory(kbytes)|l:locked memory(kbytes)|p:process|n:nofiles|v:vmemory(kbytes)|w:locks|r:rtprio""",
    "bash": """R:real-time non-blocking time  (microseconds,|c:core file size (blocks,
d:data seg size (kbytes,|e:scheduling priority (|f:file size (blocks,|i:pending signals (
l:max locked memory (kbytes,|m:max memory size (kbytes,|n:open files (|p:pipe size (512 bytes,
q:POSIX message queues (bytes,|r:real-time priority (|s:stack size (kbytes,
t:cpu time (seconds,|u:max user processes (|v:virtual memory (kbytes,|x:file locks (""",
}
_MORE = {"bash": "bkPT", "dash": "", "ash": "p"}
_USAGE = "ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]"


def ulimit(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Show limits or change them."""
    shell, letters = m.shell, ""
    args = list(args)
    while args and args[0].startswith("-") and len(args[0]) > 1:
        letters += args.pop(0)[1:]
    lines = [line.split(":") for line in _LINES[shell.dialect].replace("\n", "|").split("|")]
    known = "SHa" + "".join(letter for letter, _ in lines) + _MORE[shell.dialect]
    unknown = next((c for c in letters if c not in known), "")
    if unknown:
        return _unknown(m, unknown)
    wanted = [c for c in letters if c not in "SHa"] or ["f"]
    if "a" in letters:
        return write(m, "".join(_line(shell, *line) for line in lines))
    if args:
        return _change(m, wanted[-1], args[0])
    for letter in wanted:
        write(m, f"{_value(shell, letter)}\n")
    return 0


def _value(shell: Shell, letter: str) -> str:
    start = "unlimited" if letter == "p" and shell.dialect == "dash" else _START.get(
        letter, "unlimited")
    return shell.limits.get(letter, start)


def _line(shell: Shell, letter: str, what: str) -> str:
    value = _value(shell, letter)
    if shell.dialect == "dash":
        return f"{what:<20} {value}\n"
    if shell.dialect == "ash":
        return f"{what:<32}(-{letter}) {value}\n"
    name, _, unit = what.partition(" (")
    unit = f"({unit} -{letter})" if unit else f"(-{letter})"
    return f"{name} {unit:>{39 - len(name)}} {value}\n"


def _change(m: Machine, letter: str, text: str) -> int:
    shell = m.shell
    if text == "unlimited" or (text.isascii() and text.isdigit() and len(text) < 19):
        shell.limits[letter] = text
        return 0
    if shell.dialect == "ash":
        m.write_error(f"{shell.name}: invalid number '{text}'\n")
        return 1
    return wrong(m, "ulimit", f"{text}: invalid number" if shell.bash else "bad number",
                 1 if shell.bash else 2)


def _unknown(m: Machine, letter: str) -> int:
    if m.shell.dialect == "ash":
        m.write_error(f"ulimit: invalid option -- '{letter}'\n")
        return 1
    return unknown_option(m, "ulimit", letter, _USAGE)
