"""set."""

from __future__ import annotations

from imagelab.shell.builtins.reporting import write, wrong
from imagelab.shell.command import SimpleFrame
from imagelab.shell.machine import Machine
from imagelab.shell.quoting import shell_quote
from imagelab.shell.state import BASH_OPTIONS, LONG_OPTIONS, Shell


def set_options(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Set options and arguments, or print the variables."""
    shell = m.shell
    if not args:
        for name in sorted(shell.vars):
            value = shell.vars[name]
            text = shell_quote(value) if shell.bash and value else _listed_set(shell, value)
            write(m, f"{name}={text}\n")
        return 0
    args = list(args)
    known = LONG_OPTIONS | (BASH_OPTIONS if shell.bash else {})
    while args and args[0][:1] in ("-", "+") and len(args[0]) > 1:
        word = args.pop(0)
        if word == "--":
            shell.args = args
            return 0
        change = shell.options.add if word[0] == "-" else shell.options.discard
        for letter in word[1:]:
            if letter == "o" and args:
                option = known.get(args.pop(0), "")
                if option:
                    change(option)
            elif letter == "o":
                for long, short in sorted(known.items()):
                    on = "on" if short in shell.options else "off"
                    gap = "\t" if shell.bash else ""
                    write(m, f"{long:<15}{gap}{on}\n" if shell.bash else f"{long:<16}{on}\n")
            elif letter in "aCefnuvxbhmB" or (letter == "H" and shell.bash):
                change(letter)
            else:
                text = (f"-{letter}: invalid option" if shell.bash
                        else f"Illegal option -{letter}" if shell.dialect == "dash"
                        else f"illegal option -{letter}")
                return wrong(m, "set", text, 2)
    if args or word == "-":
        shell.args = args if args != ["-"] else []
    return 0


def _listed_set(shell: Shell, value: str) -> str:
    return value if shell.bash else "'" + value.replace("'", "'\"'\"'") + "'"
