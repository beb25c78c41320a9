"""Commands that are part of the shell."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from imagelab.model.filesystem import FileError
from imagelab.shell.escapes import decode, encode
from imagelab.shell.lookup import StartError, find, which
from imagelab.shell.machine import Base, Machine
from imagelab.shell.parser import is_name
from imagelab.shell.quoting import shell_quote
from imagelab.shell.state import FaultError, Shell
from imagelab.shell.streams import BlockedError, ClosedError, plain_path
from imagelab.shell.utilities import TestProblem, echo, printf, tester

if TYPE_CHECKING:
    from imagelab.shell.command import SimpleFrame


class Gone(Exception):
    """The builtin left its command's frame behind, or the command goes on in another frame."""


#: Returns a status; None when the frame goes on with other frames on top.
Builtin: TypeAlias = "Callable[[Machine, SimpleFrame, list[str]], int | None]"

#: POSIX special builtins: an error in them ends the shell, assignments stay.
SPECIAL = frozenset(
    [
        ":", ".", "break", "continue", "eval", "exec", "exit", "export", "readonly",
        "return", "set", "shift", "times", "trap", "unset",
    ]
)
_RESERVED = [
    "if", "then", "else", "elif", "fi", "do", "done", "case", "esac", "while", "until", "for",
    "{", "}", "!",
]


def write(m: Machine, data: str | bytes) -> int:
    """Write to the shell's standard output."""
    m.host.write(m.shell.fds.get(1), encode(data) if isinstance(data, str) else data)
    return 0


def wrong(m: Machine, name: str, message: str, status: int = 1) -> int:
    """An error of a builtin; in shells that are not bash it ends the shell if special."""
    if name in SPECIAL and not m.shell.bash:
        raise FaultError(message, 2, builtin=name)
    m.complain(message, builtin=name)
    return status


# --- nothing much ------------------------------------------------------------------------------


def _true(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    return 0


def _false(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    return 1


def _echo(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    dash = m.shell.dialect == "dash"
    return write(m, echo(args, options="n" if dash else "neE", escapes=dash))


def _printf(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    if m.shell.bash and args[:1] == ["-v"] and len(args) > 2:
        m.shell.set(args[1], decode(printf(args[2:], m.host.budget).data))
        return 0
    if args[:1] == ["--"]:
        args = args[1:]
    if not args:
        words = {"bash": "usage: printf [-v var] format [arguments]",
                 "dash": "usage: printf format [arg ...]",
                 "ash": "usage: printf FORMAT [ARG]..."}
        m.complain(words[m.shell.dialect], builtin="printf")
        return 2
    printed = printf(args, m.host.budget, strict=m.shell.dialect == "ash")
    for kind, text in printed.problems:
        m.write_error(printf_problem(m.shell, kind, text))
    write(m, printed.data)
    return 1 if printed.problems else 0


def printf_problem(shell: Shell, kind: str, text: str) -> str:
    """Return a shell's words for an error of printf."""
    if shell.bash:
        words = {"number": f"{text}: invalid number", "rest": f"{text}: invalid number",
                 "directive": f"`{text[-1:]}': invalid format character",
                 "format": f"`{text}': missing format character"}
        return f"{shell.prefix('printf')}{words[kind]}\n"
    if shell.dialect == "dash":
        words = {"number": f"{text}: expected numeric value",
                 "rest": f"{text}: not completely converted",
                 "directive": f"{text}: invalid directive", "format": "missing format character"}
        return f"{shell.prefix('printf')}{words[kind]}\n"
    words = {"number": f"invalid number '{text}'", "rest": f"invalid number '{text}'",
             "directive": f"{text}: invalid format", "format": f"{text}: invalid format"}
    return f"{shell.name}: {words[kind]}\n"


def _test(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    return run_test(m, "test", args)


def _bracket(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    if args[-1:] != ["]"]:
        message = {"bash": "missing `]'", "dash": "missing ]", "ash": "missing ]"}
        return _test_error(m, "[", message[m.shell.dialect])
    return run_test(m, "[", args[:-1])


def _ash_double(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    if args[-1:] != ["]]"]:
        return _test_error(m, "[[", "missing ]]")
    return run_test(m, "[[", args[:-1])


def _test_error(m: Machine, name: str, message: str) -> int:
    if m.shell.dialect == "ash":
        m.write_error(f"{m.shell.name}: {message}\n")
    else:
        m.complain(message, builtin=name)
    return 2


def run_test(m: Machine, name: str, args: list[str]) -> int:
    """Run test and word its errors."""
    judge = tester(m.host, m.shell.fds, m.shell.cwd, m.uid, m.gid)
    m.host.budget.take("steps", 1 + len(args) // 20)
    try:
        return int(not judge.run(args))
    except TestProblem as problem:
        kind, token, before = problem.kind, problem.token, problem.before
    words = {
        "bash": {"integer": f"{token}: integer expression expected",
                 "unary": f"{token}: unary operator expected",
                 "binary": f"{token}: binary operator expected",
                 "argument": "argument expected", "many": "too many arguments",
                 "paren": "`)' expected"},
        "dash": {"integer": f"Illegal number: {token}", "unary": f"{token}: unexpected operator",
                 "binary": f"{before}: unexpected operator", "argument": "argument expected",
                 "many": f"{token}: unexpected operator", "paren": "closing paren expected"},
        "ash": {"integer": f"{token}: bad number", "unary": f"{before}: unknown operand",
                "binary": f"{token}: unknown operand", "argument": "argument expected",
                "many": f"{token}: unknown operand", "paren": "closing paren expected"},
    }
    return _test_error(m, name, words[m.shell.dialect][kind])


# --- leaving -----------------------------------------------------------------------------------


def _number(m: Machine, name: str, text: str, least: int = 0) -> int:
    if text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= least:
        return int(text)
    raise FaultError(f"{text}: numeric argument required" if m.shell.bash
                     else f"Illegal number: {text}", 2, builtin=name)


def _exit(m: Machine, frame: SimpleFrame, args: list[str]) -> int | None:
    shell = m.shell
    if shell.bash and shell.interactive:
        m.write_error("exit\n")
    running = m.frames
    trap = next((b for b in reversed(running) if isinstance(b, Base)), None)
    status = shell.status if trap is None or trap.ending is None else trap.ending
    if args:
        negative = args[0].startswith("-") and shell.bash and args[0][1:].isdigit()
        status = -int(args[0][1:]) if negative else _number(m, "exit", args[0])
    m.exit_shell(status & 255)
    raise Gone


def _return(m: Machine, frame: SimpleFrame, args: list[str]) -> int | None:
    from imagelab.shell.compound import CallFrame
    from imagelab.shell.script import Script

    status = m.shell.status
    if args:
        status = _number(m, "return", args[0]) & 255
    for at in range(len(m.frames) - 1, -1, -1):
        each = m.frames[at]
        if isinstance(each, Base):
            break
        if isinstance(each, CallFrame) or (isinstance(each, Script) and each.kind == "dot"):
            while len(m.frames) > at + 1:
                m.pop()
            m.done(status)
            raise Gone
    if m.shell.bash:
        m.complain("can only `return' from a function or sourced script", builtin="return")
        return 2
    m.exit_shell(status)
    raise Gone


def _leave_loop(m: Machine, name: str, args: list[str]) -> int | None:
    from imagelab.shell.compound import CallFrame, Loop

    count = _number(m, name, args[0], 1) if args else 1
    loops = []
    for at in range(len(m.frames) - 1, -1, -1):
        each = m.frames[at]
        if isinstance(each, Base | CallFrame):
            break
        if isinstance(each, Loop):
            loops.append(at)
    if not loops:
        if m.shell.bash:
            m.complain("only meaningful in a `for', `while', or `until' loop", builtin=name)
        return 0
    target = loops[min(count, len(loops)) - 1]
    while len(m.frames) > target + 1:
        m.pop()
    m.status = m.shell.status = 0
    if name == "break":
        m.done(0)
    raise Gone


def _break(m: Machine, frame: SimpleFrame, args: list[str]) -> int | None:
    return _leave_loop(m, "break", args)


def _continue(m: Machine, frame: SimpleFrame, args: list[str]) -> int | None:
    return _leave_loop(m, "continue", args)


# --- running text and programs -----------------------------------------------------------------


def _eval(m: Machine, frame: SimpleFrame, args: list[str]) -> int | None:
    from imagelab.shell.script import Script

    text = " ".join(args)
    if not text.strip():
        return 0
    frame.stage = "wait"
    m.push(Script("eval", text, line=m.shell.line, tested=frame.tested))
    return None


def _dot(m: Machine, frame: SimpleFrame, args: list[str]) -> int | None:
    from imagelab.shell.script import Script

    shell = m.shell
    if not args:
        if shell.bash:
            m.complain("filename argument required", builtin=frame.argv[0])
            m.write_error(".: usage: . filename [arguments]\n")
            return 2
        return 2
    name = args[0]
    path = name
    if "/" not in name:
        found = _in_path(m, name)
        if found is None and shell.bash and m.host.files.lookup(name, cwd=shell.cwd):
            found = name
        if found is None:
            if shell.bash:
                m.complain(f"{name}: No such file or directory")
                return 1
            message = f"{name}: not found"
            raise FaultError(message, 2 if shell.dialect == "ash" else 127, builtin=".")
        path = found
    try:
        content = m.host.files.read(path, cwd=shell.cwd)
    except FileError as error:
        if shell.bash:
            m.complain(f"{name}: {error.message}")
            return 1
        if shell.dialect == "ash":
            raise FaultError(f"can't open '{name}': {error.message}", builtin=".") from None
        what = "No such file" if error.code == "ENOENT" else error.message
        raise FaultError(f"cannot open {name}: {what}", builtin=".") from None
    m.host.budget.take("words", content.size)
    frame.stage = "wait"
    if len(args) > 1 and shell.dialect != "dash":
        from imagelab.shell.compound import CallFrame
        from imagelab.shell.syntax import EMPTY

        call = CallFrame(EMPTY, args[1:], begun=True, outer=shell.args)
        shell.args = args[1:]
        m.push(call)
    m.push(Script("dot", decode(content.read()), tested=frame.tested))
    return None


def _in_path(m: Machine, name: str) -> str | None:
    for folder in m.shell.vars.get("PATH", "").split(":"):
        candidate = f"{folder or '.'}/{name}"
        node = m.host.files.lookup(candidate, cwd=m.shell.cwd)
        if node is not None and not node.is_directory:
            return candidate
    return None


def _exec(m: Machine, frame: SimpleFrame, args: list[str]) -> int | None:
    shell = m.shell
    if args[:1] == ["--"]:
        args = args[1:]
    if not args:
        frame.permanent = True
        return 0
    from imagelab.shell.command import start_problem

    env, cwd, umask, fds = shell.environment(), shell.cwd, shell.umask, dict(shell.fds)
    try:
        found = find(m.host.files, args[0], path=shell.vars.get("PATH", ""), cwd=cwd)
    except StartError as error:
        if shell.bash and "/" in args[0]:
            error.name = plain_path(args[0], cwd)
        message, status = start_problem(shell, error)
        if shell.bash:
            raise FaultError(message.replace("command not found", "not found"), status,
                             builtin="exec" if error.kind == "not found" else "") from None
        raise FaultError(message, status, builtin="exec") from None
    while not isinstance(m.frames[-1], Base):
        m.pop()
    shell.traps.clear()
    m.start(found, args, env=env, cwd=cwd, umask=umask, fds=fds)
    raise Gone


def _command(m: Machine, frame: SimpleFrame, args: list[str]) -> int | None:
    while args and args[0] in ("-p", "--"):
        args = args[1:]
    if not args:
        return 0
    if args[0] in ("-v", "-V"):
        names = args[1:] if m.shell.bash else args[1:2]
        return _describe(m, names, verbose=args[0] == "-V", name="command")
    builtin = BUILTINS[m.shell.dialect].get(args[0])
    if builtin is None:
        frame.external(m, args)
        return None
    frame.argv = args
    return builtin(m, frame, args[1:])


def _builtin(m: Machine, frame: SimpleFrame, args: list[str]) -> int | None:
    if not args:
        return 0
    builtin = BUILTINS[m.shell.dialect].get(args[0])
    if builtin is None:
        return wrong(m, "builtin", f"{args[0]}: not a shell builtin")
    return builtin(m, frame, args[1:])


def _type(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
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
    return _describe(m, args, verbose=True, name="type")


def _classify(m: Machine, name: str) -> tuple[str, str]:
    shell = m.shell
    if name in _RESERVED or (shell.bash and name in ("[[", "]]", "function", "in")):
        return "keyword", ""
    if name in shell.functions:
        return "function", ""
    if name in BUILTINS[shell.dialect]:
        return ("special" if name in SPECIAL else "builtin"), ""
    if "/" in name:
        node = m.host.files.lookup(name, cwd=shell.cwd)
        return ("file", name) if node is not None else ("", "")
    path = which(m.host.files, name, path=shell.vars.get("PATH", ""), cwd=shell.cwd)
    return ("file", path) if path else ("", "")


def _describe(m: Machine, names: list[str], *, verbose: bool, name: str) -> int:
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
            write(m, (path or each) + "\n")
            continue
        special = "a special shell builtin" if not shell.bash else "a shell builtin"
        words = {"keyword": "a shell keyword", "function":
                 "a function" if shell.bash else "a shell function" if shell.dialect == "dash"
                 else "a function", "special": special,
                 "builtin": "a shell builtin", "file": path}
        write(m, f"{each} is {words[kind]}\n")
    if shell.bash and names and not verbose and status and any(
        _classify(m, each)[0] for each in names
    ):
        return 0
    return status


# --- variables and options ---------------------------------------------------------------------


def _export(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    return _mark(m, "export", args, m.shell.exported)


def _readonly(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    return _mark(m, "readonly", args, m.shell.readonly)


def _mark(m: Machine, command: str, args: list[str], marked: set[str]) -> int:
    shell, status = m.shell, 0
    remove = False
    while args and args[0].startswith("-") and len(args[0]) > 1:
        remove = remove or "n" in args[0]
        args = args[1:]
    if not args:
        front = {"export": "declare -x", "readonly": "declare -r"}[command]
        front = front if shell.bash else command
        for name in sorted(marked):
            value = shell.vars.get(name)
            text = "" if value is None else f"={_listed(shell, value)}"
            write(m, f"{front} {name}{text}\n")
        return 0
    for arg in args:
        name, equals, value = arg.partition("=")
        append = name.endswith("+") and bool(equals)
        name = name[:-1] if append else name
        if not is_name(name):
            text = (f"`{arg}': not a valid identifier" if shell.bash
                    else f"{name}: bad variable name")
            status = wrong(m, command, text)
            continue
        if equals:
            shell.set(name, shell.vars.get(name, "") + value if append else value)
        if remove:
            marked.discard(name)
        else:
            marked.add(name)
    return status


def _listed(shell: Shell, value: str) -> str:
    if shell.bash:
        return '"' + "".join("\\" + c if c in '"\\$`' else c for c in value) + '"'
    return "'" + value.replace("'", "'\"'\"'") + "'"


def _unset(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    functions = args[:1] == ["-f"]
    if args[:1] in (["-f"], ["-v"]):
        args = args[1:]
    shell = m.shell
    for name in args:
        if functions:
            shell.functions.pop(name, None)
        elif not is_name(name):
            if not shell.bash:
                return wrong(m, "unset", f"{name}: bad variable name")
        elif name in shell.readonly:
            return wrong(m, "unset", f"{name}: cannot unset: readonly variable" if shell.bash
                         else f"{name}: is read only")
        elif name in shell.vars:
            del shell.vars[name]
            shell.exported.discard(name)
        elif shell.bash:
            shell.functions.pop(name, None)
    return 0


def _local(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    from imagelab.shell.compound import CallFrame

    shell = m.shell
    call = None
    for each in reversed(m.frames):
        if isinstance(each, Base):
            break
        if isinstance(each, CallFrame):
            call = each
            break
    export = False
    while args and args[0].startswith("-"):
        export = export or "x" in args[0]
        args = args[1:]
    if call is None and frame.argv[0] == "local":
        if shell.bash:
            return wrong(m, "local", "can only be used in a function")
        raise FaultError("not in a function", 2, builtin="local")
    for arg in args:
        name, equals, value = arg.partition("=")
        if not is_name(name):
            return wrong(m, frame.argv[0], f"`{arg}': not a valid identifier" if shell.bash
                         else f"{name}: bad variable name")
        if call is not None and name not in call.locals:
            call.locals[name] = shell.vars.get(name)
            if shell.bash and not equals:
                shell.vars.pop(name, None)
        if equals:
            shell.set(name, value)
        if export:
            shell.exported.add(name)
    return 0


def _shift(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    count = _number(m, "shift", args[0]) if args else 1
    if count > len(m.shell.args):
        if m.shell.dialect == "dash":
            raise FaultError("can't shift that many", 2, builtin="shift")
        return 1
    del m.shell.args[:count]
    return 0


def _set(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    from imagelab.shell.script import LONG_OPTIONS

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
                option = LONG_OPTIONS.get(args.pop(0), "")
                if option:
                    change(option)
            elif letter == "o":
                for long, short in sorted(LONG_OPTIONS.items()):
                    on = "on" if short in shell.options else "off"
                    gap = "\t" if shell.bash else ""
                    write(m, f"{long:<15}{gap}{on}\n" if shell.bash else f"{long:<16}{on}\n")
            elif letter in "aCefnuvxbhmB":
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


# --- places ------------------------------------------------------------------------------------


def _cd(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
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


def _pwd(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    path = m.shell.cwd
    if "-P" in args:
        path = "/" + m.host.files.resolve(path)
    return write(m, path + "\n")


def _umask(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    shell = m.shell
    if not args or args == ["-S"]:
        if args:
            rest = ~shell.umask
            parts = []
            for who, shift in (("u", 6), ("g", 3), ("o", 0)):
                bits = rest >> shift
                letters = "".join(c for c, b in (("r", 4), ("w", 2), ("x", 1)) if bits & b)
                parts.append(f"{who}={letters}")
            return write(m, ",".join(parts) + "\n")
        return write(m, f"{shell.umask:04o}\n")
    text = args[-1]
    if text.isdigit() and len(text) < 6 and set(text) <= set("01234567"):
        shell.umask = int(text, 8) & 0o777
        return 0
    from imagelab.shell.programs.modes import new_mode

    mode = new_mode(text, ~shell.umask & 0o777, 0, is_directory=False)
    if mode is None:
        return wrong(m, "umask", f"`{text[:1]}': invalid symbolic mode operator" if shell.bash
                     else f"Illegal mode: {text}")
    shell.umask = ~mode & 0o777
    return 0


# --- reading -----------------------------------------------------------------------------------


def _read(m: Machine, frame: SimpleFrame, args: list[str]) -> int | None:
    shell = m.shell
    raw, prompt, count, silent, delimiter = False, "", -1, False, "\n"
    args = list(args)
    while args and args[0].startswith("-") and len(args[0]) > 1:
        word = args.pop(0)
        if word == "--":
            break
        letters = list(word[1:])
        while letters:
            letter = letters.pop(0)
            if letter == "r":
                raw = True
            elif letter == "s":
                silent = True
            elif letter in "pntdu":
                value = "".join(letters) or (args.pop(0) if args else "")
                letters = []
                if letter == "p":
                    prompt = value
                elif letter == "n":
                    count = int(value) if value.isdigit() and len(value) < 9 else -1
                elif letter == "d":
                    delimiter = value[:1] or "\0"
            elif letter not in "aei":
                return wrong(m, "read", f"-{letter}: invalid option" if shell.bash
                             else f"Illegal option -{letter}", 2)
    if not args and shell.dialect == "dash":
        return wrong(m, "read", "arg count", 2)
    bad = next((name for name in args if not is_name(name)), None)
    if bad is not None:
        return wrong(m, "read", f"`{bad}': not a valid identifier" if shell.bash
                     else f"{bad}: bad variable name", 1 if shell.bash else 2)
    if prompt and frame.state is None and (m.host.tty or shell.dialect == "dash"):
        m.write_error(prompt)
    if frame.state is None:
        frame.state = ""
    del silent
    text, complete = _gather(m, frame, raw, count, delimiter)
    _assign_fields(m, text, args or ["REPLY"], whole=not args)
    return 0 if complete else 1


def _gather(
    m: Machine, frame: SimpleFrame, raw: bool, count: int, delimiter: str
) -> tuple[list[tuple[str, bool]], bool]:
    """Read up to the delimiter; the flag of a character says that it was escaped."""
    source = m.shell.fds.get(0)
    out: list[tuple[str, bool]] = []
    if count >= 0 or delimiter != "\n":
        text, ended = "", False
        limit = count if count >= 0 else 1 << 16
        while len(text) < limit:
            data = m.host.read_some(source, 1).read()
            if not data:
                ended = True
                break
            if data == encode(delimiter):
                break
            text += data.decode("latin-1")
        return [(c, False) for c in decode(text.encode("latin-1"))], not ended
    while True:
        try:
            data = m.host.read_line(source)
        except BlockedError:
            if out:
                frame.state = "".join(c for c, _ in out)
            raise
        except ClosedError:
            return out, False
        m.host.budget.take("words", len(data))
        complete = data.endswith(b"\n")
        text = decode(data.rstrip(b"\n") if complete else data).replace("\0", "")
        if raw:
            return out + [(c, False) for c in text], complete
        at = 0
        while at < len(text):
            if text[at] == "\\" and at + 1 < len(text):
                out.append((text[at + 1], True))
                at += 2
            elif text[at] == "\\" and complete:
                break
            else:
                out.append((text[at], False))
                at += 1
        if not (text.endswith("\\") and at == len(text) - 1 and complete):
            return out, complete


def _assign_fields(
    m: Machine, text: list[tuple[str, bool]], names: list[str], *, whole: bool
) -> None:
    shell = m.shell
    if whole:
        shell.set(names[0], "".join(c for c, _ in text))
        return
    ifs = shell.vars.get("IFS", " \t\n")
    white = "".join(c for c in ifs if c in " \t\n")

    def skip(at: int) -> int:
        while at < len(text) and text[at][0] in white and not text[at][1]:
            at += 1
        return at

    at = skip(0)
    for name in names[:-1]:
        start = at
        while at < len(text) and (text[at][0] not in ifs or text[at][1]):
            at += 1
        shell.set(name, "".join(c for c, _ in text[start:at]))
        at = skip(at)
        if at < len(text) and text[at][0] in ifs and not text[at][1] and (
            text[at][0] not in white
        ):
            at = skip(at + 1)
    end = len(text)
    while end > at and text[end - 1][0] in white and not text[end - 1][1]:
        end -= 1
    rest = text[at:end]
    if rest and rest[-1][0] in ifs and not rest[-1][1] and not any(
        c in ifs and not escaped for c, escaped in rest[:-1]
    ):
        rest = rest[:-1]
    shell.set(names[-1], "".join(c for c, _ in rest))


# --- others ------------------------------------------------------------------------------------

_SIGNALS = {"0": "EXIT", "1": "HUP", "2": "INT", "3": "QUIT", "6": "ABRT", "9": "KILL",
            "10": "USR1", "12": "USR2", "13": "PIPE", "14": "ALRM", "15": "TERM"}


def signal_name(text: str) -> str:
    """Return a signal's name without SIG, or nothing if there is no such signal."""
    name = _SIGNALS.get(text, text.upper().removeprefix("SIG"))
    return name if name in (*_SIGNALS.values(), "ERR", "DEBUG", "CHLD", "CONT", "STOP") else ""


def _trap(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    shell = m.shell
    if args[:1] == ["--"]:
        args = args[1:]
    if not args or args == ["-p"]:
        for name, action in shell.traps.items():
            front = "SIG" if shell.bash and name not in ("EXIT", "ERR") else ""
            write(m, f"trap -- {_quoted(action)} {front}{name}\n")
        return 0
    action, names = args[0], args[1:]
    if not names or (action.isdigit() and shell.dialect != "bash"):
        names, action = args, "-"
    for text in names:
        name = signal_name(text)
        if not name:
            return wrong(m, "trap", f"{text}: invalid signal specification" if shell.bash
                         else f"bad trap {text}" if shell.dialect == "dash"
                         else f"{text}: invalid signal specification")
        if action == "-":
            shell.traps.pop(name, None)
        else:
            shell.traps[name] = action
    return 0


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _wait(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    known = str(m.shell.background)
    for arg in args:
        if arg.isdigit() and arg != known:
            if m.shell.bash:
                m.complain(f"pid {arg} is not a child of this shell", builtin="wait")
            return 127
    return 0


def _kill(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    shell = m.shell
    pids = [a for a in args if not a.startswith("-")]
    status = 0
    for pid in pids:
        if pid in ("1", str(shell.background), "0"):
            continue
        words = {"bash": f"({pid}) - No such process", "dash": "No such process\n",
                 "ash": f"can't kill pid {pid}: No such process"}
        if shell.dialect == "ash":
            m.write_error(f"{shell.name}: {words['ash']}\n")
        else:
            m.complain(words[shell.dialect], builtin="kill")
        status = 1
    return status


def _times(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    zero = "0m0.000s 0m0.000s" if m.shell.bash else "0m0.000000s 0m0.000000s"
    return write(m, f"{zero}\n{zero}\n")


def _let(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    from imagelab.shell.expand import Expansion
    from imagelab.shell.syntax import Lit

    value = 0
    for arg in args:
        value = Expansion(m.shell, m.host, []).arithmetic((Lit(arg, True),))
    return int(value == 0)


def _getopts(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    shell = m.shell
    if len(args) < 2:
        return 2
    letters, name = args[0], args[1]
    words = args[2:] or shell.args
    index = shell.vars.get("OPTIND", "1")
    at = int(index) if index.isdigit() and len(index) < 6 else 1
    if at == 1 and shell.getopts > 100:
        shell.getopts = 0
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
    shell.vars["OPTIND"] = str(at)
    shell.set(name, value)
    return 0


def _option_problem(m: Machine, bash: str, ash: str, letter: str) -> None:
    shell = m.shell
    if shell.bash:
        m.write_error(f"{shell.name}: {bash} -- {letter}\n")
    else:
        tail = " option" if ash.startswith("No") else ""
        m.write_error(f"{ash} -{letter}{tail}\n")


def _alias(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    return 0


_COMMON: dict[str, Builtin] = {
    ":": _true, ".": _dot, "[": _bracket, "alias": _alias, "bg": _true, "break": _break, "cd": _cd,
    "command": _command, "continue": _continue, "echo": _echo, "eval": _eval, "exec": _exec,
    "exit": _exit, "export": _export, "false": _false, "fg": _true, "getopts": _getopts,
    "hash": _true, "jobs": _true, "kill": _kill, "local": _local, "printf": _printf, "pwd": _pwd,
    "read": _read, "readonly": _readonly, "return": _return, "set": _set, "shift": _shift,
    "test": _test, "times": _times, "trap": _trap, "true": _true, "type": _type,
    "ulimit": _true, "umask": _umask, "unalias": _true, "unset": _unset, "wait": _wait,
}
_ASH: dict[str, Builtin] = {**_COMMON, "[[": _ash_double, "source": _dot, "let": _let,
                            "help": _true, "history": _true, "chdir": _cd}
_BASH: dict[str, Builtin] = {**_COMMON, "source": _dot, "let": _let, "builtin": _builtin,
                             "declare": _local, "typeset": _local, "shopt": _true,
                             "history": _true, "disown": _true, "enable": _true}
BUILTINS: dict[str, dict[str, Builtin]] = {
    "ash": _ASH, "dash": {**_COMMON, "chdir": _cd}, "bash": _BASH,
}
