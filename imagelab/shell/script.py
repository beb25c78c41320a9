"""Reading a script command by command, and starting a shell."""

from __future__ import annotations

from dataclasses import dataclass

from imagelab.model.filesystem import FileError
from imagelab.shell.codec import register
from imagelab.shell.compound import run_command
from imagelab.shell.escapes import decode
from imagelab.shell.lookup import DEFAULT_PATH
from imagelab.shell.machine import Base, Frame, Machine
from imagelab.shell.messages import syntax_error
from imagelab.shell.parser import Parser, ScriptError, is_name
from imagelab.shell.state import Shell
from imagelab.shell.streams import ClosedError, Open, is_terminal
from imagelab.shell.users import user_name

_UNFINISHED = ("end", "quote", "brace")


@dataclass
class Script(Frame):
    """A script that is read and run.

    Attributes:
        kind: ``c``, ``file``, ``stdin``; ``dot``, ``eval``, ``trap`` inside another one.
        text: what was read and not forgotten yet.
        pos: where the next command begins.
        line: its line.
        ended: standard input came to its end.
        saved: status to give back after a trap.
        ran: whether a command was run.
        prompted: whether the prompt for the next line stands already.
    """

    kind: str
    text: str
    pos: int = 0
    line: int = 1
    ended: bool = False
    saved: int | None = None
    ran: bool = False
    prompted: bool = False

    def step(self, m: Machine) -> None:
        """Run the next command, or be done."""
        if m.signals and self.kind != "trap":
            m.run_trap()
            return
        parser = self._parser(m)
        try:
            command = parser.next_command()
            unfinished = parser.open_document
        except ScriptError as error:
            if self.kind == "stdin" and not self.ended and error.kind in _UNFINISHED:
                self._read(m, more=True)
                return
            self._bad(m, error)
            return
        if self.kind == "stdin" and not self.ended and (command is None or unfinished):
            self._read(m, more=command is not None)
            return
        if command is None:
            self._end(m)
            return
        source = self.text[self.pos : parser.pos]
        self.pos, self.line = parser.pos, parser.line
        if self.kind == "stdin":
            self.text, self.pos = self.text[self.pos :], 0
        self.ran = True
        if "v" in m.shell.options:
            m.write_error(source)
        if "n" not in m.shell.options:
            run_command(m, command, tested=self.tested)

    def _parser(self, m: Machine) -> Parser:
        m.host.budget.take("steps", 1 + (len(self.text) - self.pos) // 2000)
        return Parser(self.text, pos=self.pos, line=self.line, bash=m.shell.bash)

    def _end(self, m: Machine) -> None:
        if self.kind == "stdin" and m.shell.interactive:
            m.write_error("exit\n" if m.shell.bash else "\n")
        if self.kind == "trap" and self.saved is not None:
            m.done(self.saved)
        else:
            m.done(m.shell.status if self.ran or self.kind in ("stdin", "file") else 0)

    def _bad(self, m: Machine, error: ScriptError) -> None:
        shell = m.shell
        if shell.mode != "c" or shell.dialect != "ash":
            shell.line = error.line
        m.write_error(syntax_error(shell, error, self.text, self.kind))
        status = shell.status = 1 if error.kind == "for" and shell.bash else 2
        if self.kind == "stdin" and shell.interactive:
            self.text, self.pos = "", 0
            return
        if shell.bash and self.kind in ("eval", "dot", "trap"):
            m.done(status)
            return
        m.exit_shell(status)

    # --- standard input --------------------------------------------------------------------

    def _read(self, m: Machine, *, more: bool) -> None:
        """Read a line; shells that are not bash read ahead where there is no terminal."""
        shell, host = m.shell, m.host
        source = shell.fds.get(0)
        try:
            if shell.interactive and not self.prompted:
                m.write_error(prompt(m, "PS2" if more else "PS1"))
                self.prompted = True
            if shell.bash or shell.interactive:
                data = host.read_line(source)
            else:
                data = host.read_some(source, 8191).read()
            self.prompted = False
        except ClosedError:
            data = b""
        if not data:
            self.ended = True
        text = decode(data)
        m.host.budget.take("words", len(text))
        self.text += text




def prompt(m: Machine, name: str) -> str:
    """Return a prompt.

    bash's is the one that Ubuntu's ``/etc/bash.bashrc`` sets; busybox's its own default.
    """
    shell = m.shell
    defaults = {"bash": r"\u@\h:\w\$ ", "ash": r"\w \$ ", "dash": r"\$ "}
    text = shell.vars.get(name, "> " if name == "PS2" else defaults[shell.dialect])
    if shell.dialect == "dash":
        return "# " if text == r"\$ " and m.uid == 0 else text.replace(r"\$", "$")
    home = shell.vars.get("HOME", "")
    cwd = shell.cwd
    if home and home != "/" and (cwd == home or cwd.startswith(home + "/")):
        cwd = "~" + cwd[len(home) :]
    values = {
        "u": user_name(m.host.files, m.uid) or "I have no name!", "h": m.host.hostname, "w": cwd,
        "H": m.host.hostname, "W": cwd.rpartition("/")[2] or "/", "$": "#$"[m.uid != 0],
        "n": "\n", "s": shell.name.rpartition("/")[2], "[": "", "]": "", "e": "\x1b",
        "\\": "\\", "a": "", "v": "5.2", "r": "\r",
    }
    out, pos = [], 0
    while pos < len(text):
        if text[pos] == "\\" and text[pos + 1 : pos + 2] in values and text[pos + 1 : pos + 2]:
            out.append(values[text[pos + 1]])
            pos += 2
        else:
            out.append(text[pos])
            pos += 1
    return "".join(out)


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


LONG_OPTIONS = {"errexit": "e", "nounset": "u", "xtrace": "x", "noglob": "f", "noexec": "n",
                "verbose": "v", "allexport": "a", "noclobber": "C", "pipefail": "pipefail"}


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


register(Script)
