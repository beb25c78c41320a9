"""env and printenv."""

from __future__ import annotations

from imagelab.shell.programs.io import Io, RunRequest


def env(argv: list[str], io: Io) -> int:
    """Print the environment, or run a program in another one."""
    environment = dict(io.env)
    args = argv[1:]
    while args and args[0].startswith("-"):
        word = args.pop(0)
        if word in ("-", "-i", "--ignore-environment"):
            environment = {}
        elif word == "-u" and args:
            environment.pop(args.pop(0), None)
        elif word.startswith("-u"):
            environment.pop(word[2:], None)
        elif word == "--":
            break
        else:
            return io.fail(f"invalid option -- '{word[1:2]}'",
                           125 if io.gnu else 1)
    while args and "=" in args[0]:
        name, _, value = args.pop(0).partition("=")
        environment[name] = value
    if args:
        raise RunRequest(args, env=environment, replace=True,
                         missing=io.words("'{name}': {message}", "can't execute '{name}': "
                                          "{message}"))
    io.out("".join(f"{name}={value}\n" for name, value in environment.items()))
    return 0


def printenv(argv: list[str], io: Io) -> int:
    """Print variables of the environment."""
    names = argv[1:]
    if not names:
        return env(["env"], io)
    for name in names:
        if name in io.env:
            io.out(io.env[name] + "\n")
    return int(any(name not in io.env for name in names))
