"""type and ``command -v``: what a name stands for."""

from __future__ import annotations

from imagelab.shell.builtins.aliases import listed
from imagelab.shell.builtins.reporting import write
from imagelab.shell.command import SPECIAL, SimpleFrame, builtin_of
from imagelab.shell.lookup import which
from imagelab.shell.machine import Machine

_RESERVED = [
    "if", "then", "else", "elif", "fi", "do", "done", "case", "esac", "while", "until", "for",
    "{", "}", "!",
]


def type_of(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """type: say what names stand for."""
    if m.shell.bash and args[:1] in (["-t"], ["-p"], ["-P"]):
        status = 0
        for name in args[1:]:
            kind, path = _classify(m, name)
            if args[0] == "-t" and kind:
                write(m, {"special": "builtin"}.get(kind, kind) + "\n")
            elif args[0] != "-t" and path:
                write(m, path + "\n")
            status = status if kind else 1
        return status
    if m.shell.dialect == "ash" and args[:1] and args[0][:1] == "-" and len(args[0]) == 2:
        return describe(m, args[1:], verbose=False, name="type")
    return describe(m, args, verbose=True, name="type")


def _classify(m: Machine, name: str) -> tuple[str, str]:
    shell = m.shell
    if name in shell.aliases and (not shell.bash or "expand_aliases" in shell.switches):
        return "alias", ""
    if name in _RESERVED or (shell.bash and name in ("[[", "]]", "function", "in")) or (
        shell.dialect == "ash" and name == "function"
    ):
        return "keyword", ""
    if name in shell.functions:
        return "function", ""
    if builtin_of(m, name) is not None:
        also = {"dash": ("local",), "ash": ("local", "source")}.get(shell.dialect, ())
        return ("special" if name in SPECIAL or name in also else "builtin"), ""
    if "/" in name:
        node = m.host.files.lookup(name, cwd=shell.cwd)
        return ("file", name) if node is not None else ("", "")
    path = which(m.host.files, name, path=shell.vars.get("PATH", ""), cwd=shell.cwd)
    return ("file", path) if path else ("", "")


def describe(m: Machine, names: list[str], *, verbose: bool, name: str) -> int:
    """Print what names stand for, in words or (not ``verbose``) as ``command -v`` does."""
    shell, status = m.shell, 0
    for each in names:
        kind, path = _classify(m, each)
        if not kind:
            status = 127 if not shell.bash else 1
            if verbose and (shell.bash or name == "command"):
                m.complain(f"{each}: not found", builtin=name) if shell.bash else write(
                    m, f"{each}: not found\n"
                )
            elif verbose:
                write(m, f"{each}: not found\n")
            continue
        if not verbose:
            alias = listed(m, each) if kind == "alias" else ""
            front = "" if shell.bash or not alias else "alias "
            write(m, front + (alias or (path or each) + "\n"))
            continue
        special = "a special shell builtin" if not shell.bash else "a shell builtin"
        alias = shell.aliases.get(each, "")
        words = {"alias": f"aliased to `{alias}'" if shell.bash else f"an alias for {alias}",
                 "keyword": "a shell keyword", "function":
                 "a function" if shell.bash else "a shell function" if shell.dialect == "dash"
                 else "a function", "special": special,
                 "builtin": "a shell builtin", "file": path}
        write(m, f"{each} is {words[kind]}\n")
    if shell.bash and names and not verbose and status and any(
        _classify(m, each)[0] for each in names
    ):
        return 0
    return status
