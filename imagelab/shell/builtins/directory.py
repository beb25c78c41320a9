"""cd and pwd."""

from __future__ import annotations

from imagelab.model.file_error import FileError
from imagelab.shell.builtins.reporting import write, wrong
from imagelab.shell.command import SimpleFrame
from imagelab.shell.machine import Machine
from imagelab.shell.streams import plain_path


def cd(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Change the working directory."""
    shell = m.shell
    physical = False
    while args and args[0] in ("-P", "-L", "--"):
        physical = args[0] == "-P"
        args = args[1:]
    if len(args) > 1 and shell.bash:
        return wrong(m, "cd", "too many arguments")
    show = False
    if not args:
        target = shell.vars.get("HOME", "")
        if not target:
            return wrong(m, "cd", "HOME not set") if shell.bash else 0
    elif args[0] == "-":
        target, show = shell.vars.get("OLDPWD", ""), True
        if not target:
            if shell.bash:
                return wrong(m, "cd", "OLDPWD not set")
            target = shell.cwd
    else:
        target = args[0]
    if target == "":
        return 0
    try:
        path = plain_path(target, shell.cwd)
        found = m.host.files.resolve(target, cwd=shell.cwd)
        node = m.host.files.stat("/" + found)
        if not node.is_directory:
            raise FileError("ENOTDIR", target)
        m.host.files.resolve("/" + found + "/.")
    except FileError as error:
        words = {"bash": f"{target}: {error.message}", "dash": f"can't cd to {target}",
                 "ash": f"can't cd to {target}: {error.message}"}
        m.complain(words[shell.dialect], builtin="cd")
        return 1 if shell.bash else 2
    old = shell.cwd
    if physical or m.host.files.lookup(path) is not node:
        path = "/" + found
    shell.cwd = path
    shell.vars["OLDPWD"], shell.vars["PWD"] = old, path
    if show:
        write(m, path + "\n")
    return 0


def pwd(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Print the working directory."""
    path = m.shell.cwd
    if "-P" in args:
        path = "/" + m.host.files.resolve(path)
    return write(m, path + "\n")
