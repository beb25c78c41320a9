"""shopt: bash's switches beside those of ``set``."""

from __future__ import annotations

from imagelab.shell.builtins.reporting import write
from imagelab.shell.command import SimpleFrame
from imagelab.shell.machine import Machine
from imagelab.shell.state import SWITCHED_ON, Shell

#: All names of bash 5.2, and which are on at the start beside those of an interactive shell.
_OFF = frozenset([
    "autocd", "assoc_expand_once", "cdable_vars", "cdspell", "checkhash", "checkjobs",
    "compat31", "compat32", "compat40", "compat41", "compat42", "compat43", "compat44",
    "direxpand", "dirspell", "dotglob", "execfail", "expand_aliases", "extdebug", "extglob",
    "failglob", "globstar", "gnu_errfmt", "histappend", "histreedit", "histverify", "huponexit",
    "inherit_errexit", "lastpipe", "lithist", "localvar_inherit", "localvar_unset",
    "login_shell", "mailwarn", "no_empty_cmd_completion", "nocaseglob", "nocasematch",
    "noexpand_translation", "nullglob", "progcomp_alias", "restricted_shell", "shift_verbose",
    "varredir_close", "xpg_echo",
])
_NAMES = sorted(_OFF | SWITCHED_ON)
#: Scripts would go on as if these had worked.
_NOT_SIMULATED = frozenset([
    "autocd", "extglob", "failglob", "globstar", "inherit_errexit", "lastpipe", "nocaseglob",
    "nocasematch", "xpg_echo",
])
_USAGE = "shopt: usage: shopt [-pqsu] [-o] [optname ...]\n"


def shopt(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Turn switches on or off, or say which are."""
    letters: set[str] = set()
    while args and args[0].startswith("-") and len(args[0]) > 1:
        if unknown := args[0][1:].strip("pqsu"):
            m.complain(f"-{unknown[0]}: invalid option", builtin="shopt")
            m.write_error(_USAGE)
            return 2
        letters |= set(args[0][1:])
        args = args[1:]
    if {"s", "u"} <= letters:
        m.complain("cannot set and unset shell options simultaneously", builtin="shopt")
        return 1
    unknown_names = [name for name in args if name not in _NAMES]
    for name in unknown_names:
        m.complain(f"{name}: invalid shell option name", builtin="shopt")
    names = [name for name in args if name in _NAMES]
    if args and letters & {"s", "u"}:
        done = [_turn(m, name, on="s" in letters) for name in names]
        return int(bool(unknown_names) or not all(done))
    return _say(m, names if args else _wanted(m.shell, letters), letters, bool(args)) or int(
        bool(unknown_names))


def _turn(m: Machine, name: str, *, on: bool) -> bool:
    if on and name in _NOT_SIMULATED:
        m.write_error(f"imagelab does not simulate bash's {name}\n")
        return False
    (m.shell.switches.add if on else m.shell.switches.discard)(name)
    return True


def _wanted(shell: Shell, letters: set[str]) -> list[str]:
    if not letters & {"s", "u"}:
        return _NAMES
    return [name for name in _NAMES if (name in shell.switches) == ("s" in letters)]


def _say(m: Machine, names: list[str], letters: set[str], asked: bool) -> int:
    for name in names if "q" not in letters else ():
        on = name in m.shell.switches
        write(m, f"shopt -{'s' if on else 'u'} {name}\n" if "p" in letters
              else f"{name:<15}\t{'on' if on else 'off'}\n")
    return int(asked and not all(name in m.shell.switches for name in names))
