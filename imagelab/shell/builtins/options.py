"""set."""

from __future__ import annotations

from imagelab.shell.builtins.reporting import unknown_option, write, wrong
from imagelab.shell.command import SimpleFrame
from imagelab.shell.machine import Machine
from imagelab.shell.quoting import shell_quote, single_quoted
from imagelab.shell.state import BASH_OPTIONS, LONG_OPTIONS, Shell

#: Names of options in the order in which ``set -o`` lists them.
_NAMES = {
    "ash": [
        "errexit", "noglob", "ignoreeof", "monitor", "noexec", "xtrace", "verbose", "noclobber",
        "allexport", "notify", "nounset", "errtrace", "vi", "pipefail",
    ],
    "dash": [
        "errexit", "noglob", "ignoreeof", "interactive", "monitor", "noexec", "stdin", "xtrace",
        "verbose", "vi", "emacs", "noclobber", "allexport", "notify", "nounset", "privileged",
        "nolog", "debug",
    ],
    "bash": [
        "allexport", "braceexpand", "emacs", "errexit", "errtrace", "functrace", "hashall",
        "histexpand", "history", "ignoreeof", "interactive-comments", "keyword", "monitor",
        "noclobber", "noexec", "noglob", "nolog", "notify", "nounset", "onecmd", "physical",
        "pipefail", "posix", "privileged", "verbose", "vi", "xtrace",
    ],
}
_ALWAYS = frozenset(["braceexpand", "hashall", "interactive-comments"])


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
    while args and args[0][:1] in ("-", "+") and len(args[0]) > 1:
        word = args.pop(0)
        if word == "--":
            shell.args = args
            return 0
        change = shell.options.add if word[0] == "-" else shell.options.discard
        for letter in word[1:]:
            if letter == "o" and args:
                name = args.pop(0)
                if name not in _NAMES[shell.dialect]:
                    return _unknown_name(m, name)
                change(_letter(name))
            elif letter == "o":
                _list(m, commands=word[0] == "+")
            elif letter in "aCefnuvxbhmBE" or (letter in "HT" and shell.bash):
                change(letter)
            else:
                return unknown_option(m, "set", letter)
    if args or word == "-":
        shell.args = args if args != ["-"] else []
    return 0


def _letter(name: str) -> str:
    return (LONG_OPTIONS | BASH_OPTIONS).get(name, name)


def _unknown_name(m: Machine, name: str) -> int:
    if m.shell.dialect == "ash":
        m.complain(f"illegal option -o {name}", builtin="set")
        return 1
    return wrong(m, "set", f"{name}: invalid option name" if m.shell.bash
                 else f"Illegal option -o {name}", 2)


def _list(m: Machine, *, commands: bool) -> None:
    """Print all options, or the commands that set them as they are."""
    shell = m.shell
    if shell.dialect == "dash" and not commands:
        write(m, "Current option settings\n")
    for name in _NAMES[shell.dialect]:
        on = _letter(name) in shell.options or (shell.bash and name in _ALWAYS) or (
            name == "interactive" and shell.interactive)
        if commands:
            write(m, f"set {'-' if on else '+'}o {name}\n")
        elif shell.bash:
            write(m, f"{name:<15}\t{'on' if on else 'off'}\n")
        else:
            write(m, f"{name:<16}{'on' if on else 'off'}\n")


def _listed_set(shell: Shell, value: str) -> str:
    return value if shell.bash else single_quoted(value, shell.dialect)
