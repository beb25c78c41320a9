"""Starting a shell: its arguments, its options and its variables."""

from __future__ import annotations

from imagelab.model.file_error import FileError
from imagelab.shell.escapes import decode
from imagelab.shell.lookup import DEFAULT_PATH
from imagelab.shell.machine import Base, Machine
from imagelab.shell.script import Script
from imagelab.shell.state import LONG_OPTIONS, Shell
from imagelab.shell.streams import Open, is_terminal
from imagelab.shell.syntax import is_name


def start_shell(
    m: Machine, dialect: str, argv: list[str], *, env: dict[str, str], cwd: str, umask: int,
    fds: dict[int, Open], text: str | None = None,
) -> None:
    """Push a new shell's frames, as its arguments say."""
    shell = Shell(dialect, argv[0], "stdin", cwd, dict(fds), umask=umask)
    shell.depth = 0
    _import(shell, env)
    base = Base(kind="shell")
    m.push(base)
    m.shells.append(shell)
    rest, bad = _options(shell, argv[1:])
    if bad:
        m.write_error(bad)
        base.end(m, 2)
        return
    script: Script
    if text is not None:
        shell.name, shell.args, shell.mode, shell.numbered = argv[1], argv[2:], "file", True
        script = Script("file", text)
    elif "c" in shell.options:
        shell.options.discard("c")
        if not rest:
            m.complain("-c: option requires an argument" if shell.bash
                       else "-c requires an argument")
            base.end(m, 2)
            return
        shell.mode = "c"
        script = Script("c", rest[0])
        if len(rest) > 1:
            shell.name, shell.args, shell.numbered = rest[1], rest[2:], True
    elif rest and "s" not in shell.options:
        shell.args, shell.mode, shell.numbered = rest[1:], "file", True
        found = _script_file(m, shell, rest[0])
        if found is None:
            base.end(m, 127 if shell.bash or shell.dialect == "dash" else 2)
            return
        shell.name = rest[0]
        script = Script("file", found)
    else:
        shell.args = rest
        shell.interactive = "i" in shell.options or is_terminal(m.host, fds.get(0))
        script = Script("stdin", "")
    shell.options -= {"s", "i", "l"}
    m.push(script)


def _script_file(m: Machine, shell: Shell, path: str) -> str | None:
    try:
        content = m.host.files.read(path, cwd=shell.cwd)
    except FileError as error:
        if shell.bash:
            words = f"{shell.name}: {path}: {error.message}\n"
        elif shell.dialect == "dash":
            words = f"{shell.name}: 0: cannot open {path}: {_short(error)}\n"
        else:
            words = f"{shell.name}: can't open '{path}': {error.message}\n"
        m.write_error(words)
        return None
    m.host.budget.take("words", content.size)
    return decode(content.read())


def _short(error: FileError) -> str:
    return "No such file" if error.code == "ENOENT" else error.message


def _import(shell: Shell, env: dict[str, str]) -> None:
    for name, value in env.items():
        if is_name(name):
            shell.vars[name] = value
            shell.exported.add(name)
    shell.vars["IFS"] = " \t\n"
    shell.exported.discard("IFS")
    shell.vars["PWD"] = shell.cwd
    shell.vars["OPTIND"] = "1"
    shell.vars.setdefault("PATH", DEFAULT_PATH)
    if shell.bash:
        level = env.get("SHLVL", "0")
        shell.vars["SHLVL"] = str(int(level) + 1 if level.isdigit() and len(level) < 4 else 1)
        shell.exported |= {"SHLVL", "PWD", "OLDPWD", "_"}
        shell.vars.setdefault("BASH_VERSION", "5.2.15(1)-release")
        shell.vars.setdefault("BASH", "/bin/bash")
    elif shell.dialect == "ash":
        shell.exported.add("PWD")
        shlvl = env.get("SHLVL", "0")
        shell.vars["SHLVL"] = str(int(shlvl) + 1 if shlvl.isdigit() and len(shlvl) < 4 else 1)
        shell.exported.add("SHLVL")
    else:
        shell.exported.add("PWD")


def _options(shell: Shell, args: list[str]) -> tuple[list[str], str]:
    """Take options off the arguments; an error message if one is unknown."""
    while args and args[0][:1] in ("-", "+") and len(args[0]) > 1:
        word = args.pop(0)
        if word in ("--", "-"):
            break
        if word in ("--login", "--norc", "--noprofile", "--posix"):
            continue
        if word.startswith("--"):
            return args, f"{shell.name}: {word}: invalid option\n"
        for letter in word[1:]:
            if letter == "o":
                option = LONG_OPTIONS.get(args.pop(0) if args else "", "")
                if not option:
                    return args, f"{shell.name}: invalid option name\n"
            elif letter in "aCefilnsuvxc":
                option = letter
            else:
                what = f"-{letter}: invalid option" if shell.bash else f"Illegal option -{letter}"
                where = "0: " if shell.dialect == "dash" else ""
                return args, f"{shell.name}: {where}{what}\n"
            (shell.options.add if word[0] == "-" else shell.options.discard)(option)
    return args, ""
