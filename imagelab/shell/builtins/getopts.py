"""getopts."""

from __future__ import annotations

from imagelab.shell.builtins.reporting import wrong
from imagelab.shell.command import SimpleFrame
from imagelab.shell.machine import Machine
from imagelab.shell.syntax import is_name


def getopts(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Take the next option off the arguments."""
    shell = m.shell
    if len(args) < 2:
        return _usage(m)
    letters, name = args[0], args[1]
    if not is_name(name):
        return wrong(m, "getopts", f"`{name}': not a valid identifier" if shell.bash
                     else f"{name}: bad variable name", 1 if shell.bash else 2)
    words = args[2:] or shell.args
    index = shell.vars.get("OPTIND", "1")
    at = int(index) if index.isdigit() and len(index) < 6 else 1
    if shell.getopts and not shell.bash:
        at -= 1  # inside of a word, OPTIND is already behind it
    inside = shell.getopts or 1
    if at > len(words) or not words[at - 1].startswith("-") or words[at - 1] == "-":
        shell.set(name, "?")
        shell.getopts = 0
        return 1
    word = words[at - 1]
    if word == "--":
        shell.vars["OPTIND"] = str(at + 1)
        shell.set(name, "?")
        return 1
    letter = word[inside]
    inside += 1
    known = letter in letters.lstrip(":") and letter != ":"
    takes = known and letters.lstrip(":")[letters.lstrip(":").index(letter) + 1 :][:1] == ":"
    shell.vars.pop("OPTARG", None)
    value = letter if known else "?"
    if takes:
        if inside < len(word):
            shell.vars["OPTARG"] = word[inside:]
        elif at < len(words):
            at += 1
            shell.vars["OPTARG"] = words[at - 1]
        else:
            value = ":" if letters.startswith(":") else "?"
            if letters.startswith(":"):
                shell.vars["OPTARG"] = letter
            else:
                _option_problem(m, "option requires an argument", "No arg for", letter)
        inside = len(word)
    elif not known:
        if letters.startswith(":"):
            shell.vars["OPTARG"] = letter
        else:
            _option_problem(m, "illegal option", "Illegal option", letter)
    if inside >= len(word):
        at, inside = at + 1, 0
    shell.getopts = inside
    shell.vars["OPTIND"] = str(at + bool(inside and not shell.bash))
    shell.set(name, value)
    return 0


def _usage(m: Machine) -> int:
    if m.shell.bash:
        m.write_error("getopts: usage: getopts optstring name [arg ...]\n")
        return 2
    return wrong(m, "getopts", "Usage: getopts optstring var [arg...]"
                 if m.shell.dialect == "dash" else "usage: getopts optstring var [arg]", 2)


def _option_problem(m: Machine, bash: str, ash: str, letter: str) -> None:
    shell = m.shell
    if shell.vars.get("OPTERR") == "0" and shell.dialect != "dash":
        return
    if shell.bash:
        m.write_error(f"{shell.name}: {bash} -- {letter}\n")
    else:
        tail = " option" if ash.startswith("No") else ""
        m.write_error(f"{ash} -{letter}{tail}\n")
