"""Starting a shell: its arguments, its options and its variables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from imagelab.model.file_error import FileError
from imagelab.shell.busybox_build import debian_version
from imagelab.shell.escapes import decode
from imagelab.shell.lookup import DEFAULT_PATH
from imagelab.shell.machine import Base, Machine
from imagelab.shell.prompt import FIRST, SECOND
from imagelab.shell.script import Script
from imagelab.shell.state import BASH_OPTIONS, LONG_OPTIONS, SWITCHED_ON, Shell
from imagelab.shell.streams import ClosedError, Open, is_terminal
from imagelab.shell.syntax import is_name


def start_shell(
    m: Machine, dialect: str, argv: list[str], *, env: dict[str, str], cwd: str, umask: int,
    fds: dict[int, Open], text: str | None = None,
) -> None:
    """Push a new shell's frames, as its arguments say."""
    shell = Shell(dialect, argv[0], "stdin", cwd, dict(fds), umask=umask)
    _import(shell, env)
    parent = "0"
    if m.shells:  # the exec of another shell keeps the number
        replaced = isinstance(m.frames[-1], Base)
        shell.pid = m.shell.pid if replaced else 10 * len(m.shells) + m.shell.pid
        parent = m.shell.vars.get("PPID", "0") if replaced else str(m.shell.pid)
    shell.vars["PPID"] = parent
    _know_place(m, shell)
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
    if shell.interactive or not shell.bash:
        _set_prompts(shell, m.uid)
    if shell.interactive:
        _prepare_for_typing(m, shell)
    files = list(_startup_files(m, shell))
    shell.options -= {"s", "i", "l", "norc", "noprofile"}
    m.push(script)
    for path, content in reversed(files):
        m.push(Script("dot", content, path=path))


def _know_place(m: Machine, shell: Shell) -> None:
    """Set what says where the shell runs and for whom."""
    if shell.dialect != "dash":
        shell.vars.setdefault("HOSTNAME", m.host.hostname)
    if shell.bash:
        shell.vars |= {"UID": str(m.uid), "EUID": str(m.uid)}
        shell.readonly |= {"UID", "EUID", "PPID"}


def _set_prompts(shell: Shell, uid: int) -> None:
    first = "# " if shell.dialect == "dash" and uid == 0 else FIRST[shell.dialect]
    shell.vars.setdefault("PS1", first)
    shell.vars.setdefault("PS2", SECOND)


def _prepare_for_typing(m: Machine, shell: Shell) -> None:
    """Set what only a shell has that reads what somebody types."""
    variables = shell.vars
    if m.host.tty:
        shell.options.add("m")
    if shell.bash:
        shell.options |= set(BASH_OPTIONS.values())
        shell.switches.add("expand_aliases")
    if shell.dialect == "ash" and _greeted(m, shell):
        return
    if shell.dialect != "dash" and variables.get("HOME"):
        home = variables["HOME"].rstrip("/")
        variables.setdefault("HISTFILE", f"{home}/.{shell.dialect}_history")


def _greeted(m: Machine, shell: Shell) -> bool:
    """Greet as Debian's busybox does; that one keeps no history."""
    version = debian_version(m.host.files, shell.name, path=shell.vars.get("PATH"), cwd=shell.cwd,
                             budget=m.host.budget)
    if version:
        greeting = (f"\n\n{version} built-in shell (ash)\n"
                    "Enter 'help' for a list of built-in commands.\n\n")
        with suppress(ClosedError):
            m.host.write(shell.fds.get(1), greeting.encode())
    return bool(version)


def _startup_files(m: Machine, shell: Shell) -> Iterator[tuple[str, str]]:
    """Yield paths and texts of the files that a shell reads before anything else.

    bash's are those of Debian, whose bash reads ``/etc/bash.bashrc`` too.
    """
    home = shell.vars.get("HOME", "")
    paths: list[str] = []
    if "l" in shell.options or shell.name.startswith("-"):
        names = (".bash_profile", ".bash_login", ".profile") if shell.bash else (".profile",)
        own = (f"{home}/{name}" for name in names)
        there = next((path for path in own if m.host.files.lookup(path)), None)
        paths = ["/etc/profile", *([there] if there else [])] * ("noprofile" not in shell.options)
    elif shell.interactive and not shell.bash:
        paths = [shell.vars["ENV"]] if shell.vars.get("ENV") else []
    elif shell.interactive and "norc" not in shell.options:
        paths = ["/etc/bash.bashrc", f"{home}/.bashrc"]
    for path in paths:
        with suppress(FileError):
            content = m.host.files.read(path, cwd=shell.cwd)
            m.host.budget.take("words", content.size)
            yield path, decode(content.read())


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
    return "No such file" if error.code in ("ENOENT", "ENOTDIR") else error.message


def _import(shell: Shell, env: dict[str, str]) -> None:
    for name, value in env.items():
        if is_name(name):
            shell.vars[name] = value
            shell.exported.add(name)
    shell.vars["IFS"] = " \t\n"
    shell.exported.discard("IFS")
    shell.vars["PWD"] = shell.cwd
    shell.vars["OPTIND"] = "1"
    shell.vars.setdefault("PS4", "+ ")
    shell.vars.setdefault("PATH", DEFAULT_PATH)
    if shell.bash:
        shell.switches |= SWITCHED_ON
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
            shell.options |= {"l"} if word == "--login" else {word[2:]} - {"posix"}
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
