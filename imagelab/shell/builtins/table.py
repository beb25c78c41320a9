"""Which builtins each shell has."""

from __future__ import annotations

from imagelab.shell.command import Builtin
from imagelab.shell.lazy import Place, Table, load, places

_COMMON: Table = {
    "aliases": {"alias": "alias", "unalias": "unalias"},
    "describe": {"type_of": "type"},
    "directory": {"cd": "cd", "pwd": "pwd"},
    "echo": {"echo": "echo", "printf": "printf"},
    "getopts": {"getopts": "getopts"},
    "leave": {"exit_shell": "exit", "return_from": "return", "break_loop": "break",
              "continue_loop": "continue"},
    "nothing": {"true": ": true jobs hash", "false": "false"},
    "options": {"set_options": "set"},
    "read": {"read": "read"},
    "run": {"eval_text": "eval", "dot": ".", "execute": "exec", "command": "command"},
    "kill": {"kill": "kill"},
    "signals": {"trap": "trap", "wait": "wait", "times": "times",
                "foreground": "fg bg"},
    "test": {"test": "test", "bracket": "["},
    "ulimit": {"ulimit": "ulimit"},
    "umask": {"umask": "umask"},
    "variables": {"export": "export", "readonly": "readonly", "unset": "unset",
                  "local": "local", "shift": "shift"},
}
_MORE: dict[str, Table] = {
    "ash": {
        "directory": {"cd": "chdir"}, "history": {"history": "history"},
        "nothing": {"true": "help"}, "run": {"dot": "source"},
        "test": {"ash_double": "[["}, "variables": {"let": "let"},
    },
    "dash": {"directory": {"cd": "chdir"}},
    "bash": {
        "history": {"history": "history"}, "nothing": {"true": "disown enable"},
        "shopt": {"shopt": "shopt"},
        "run": {"dot": "source", "builtin": "builtin"},
        "variables": {"let": "let", "local": "declare typeset"},
    },
}
_PACKAGE = __package__ or ""
#: Where builtins are, by shell and name.
PLACES: dict[str, dict[str, Place]] = {
    dialect: places(_PACKAGE, _COMMON) | places(_PACKAGE, more)
    for dialect, more in _MORE.items()
}


def find_builtin(dialect: str, name: str) -> Builtin | None:
    """Return the function of a shell's builtin; None if the shell has none of the name."""
    place = PLACES[dialect].get(name)
    if place is None:
        return None
    found: Builtin = load(place)
    return found
