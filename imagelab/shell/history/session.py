"""What an interactive shell remembers of what was typed, and the file it leaves behind.

bash appends a session's commands to ``$HISTFILE`` when it ends, ``~/.bash_history`` as a rule:
``docker diff`` lists it afterwards, and a commit takes it along. busybox's ash adds each line to
``~/.ash_history`` at once, where it reads a terminal. dash keeps nothing.
"""

from __future__ import annotations

from contextlib import suppress

from imagelab.model.content import Content
from imagelab.model.file_error import FileError
from imagelab.shell import pattern
from imagelab.shell.escapes import decode, encode
from imagelab.shell.parser import Parser
from imagelab.shell.state import History, Shell
from imagelab.shell.streams import Host, part

#: How much of a file of past commands is read, from its end.
_MOST = 1 << 20
_ASH_ENTRIES = 255


def begin(shell: Shell, host: Host) -> None:
    """Read the commands of earlier sessions; called at the first prompt."""
    history = shell.history = History()
    if shell.dialect == "dash":
        return
    if shell.bash:
        shell.vars.setdefault("HISTSIZE", "500")
        shell.vars.setdefault("HISTFILESIZE", shell.vars["HISTSIZE"])
    history.file = shell.vars.get("HISTFILE", "")
    history.entries = _lines(host, shell)
    _forget_oldest(shell, history)


def note(shell: Shell, host: Host, line: str, *, before: str, inside: str) -> None:
    """Remember a line that was typed.

    Args:
        shell: an interactive shell whose history has begun.
        host: for ash's file, which it only writes at a terminal.
        line: without its end.
        before: the lines before it that belong to the same command.
        inside: ``document`` where it goes on with a here-document, otherwise the sign of a
            quotation, if it goes on with one.
    """
    history = shell.history
    assert history is not None
    if shell.dialect == "ash":
        if host.tty and line and history.entries[-1:] != [line]:
            history.entries = [*history.entries, line][-_ASH_ENTRIES:]
            _append(host, shell, f"{line}\n")
    elif shell.bash and "history" in shell.options:
        host.budget.take("words", len(line))
        if before:
            _go_on(history, line, before, inside)
        else:
            _add(shell, history, line)
        _forget_oldest(shell, history)


def save(shell: Shell, host: Host) -> None:
    """Write what a bash that ends has to leave behind."""
    history = shell.history
    if history is None or not shell.bash or "history" not in shell.options:
        return
    if history.unsaved:
        old = max(0, len(history.entries) - history.unsaved)
        history.unsaved = 0
        _append(host, shell, "".join(f"{entry}\n" for entry in history.entries[old:]))
        _shorten(host, shell)


def rewrite(shell: Shell, host: Host) -> bool:
    """Write all entries in place of what the file holds (``history -w``), if there is one."""
    history = shell.history
    if history is None or not _file(shell):
        return False
    history.unsaved = 0
    with suppress(FileError):
        host.files.write(_file(shell), b"", cwd=shell.cwd, mode=0o600)
    _append(host, shell, "".join(f"{entry}\n" for entry in history.entries))
    return True


def forget(history: History) -> None:
    """Forget all entries (``history -c``)."""
    history.entries, history.unsaved, history.first, history.open = [], 0, 1, False


def _file(shell: Shell) -> str:
    if shell.dialect == "ash" and shell.history is not None:
        return shell.history.file
    return shell.vars.get("HISTFILE", "")


# --- entries -------------------------------------------------------------------------------


def _add(shell: Shell, history: History, line: str) -> None:
    history.open = False
    control = set(shell.vars.get("HISTCONTROL", "").split(":"))
    if "ignoreboth" in control:
        control |= {"ignorespace", "ignoredups"}
    last = history.entries[-1] if history.entries else None
    if not line or ("ignorespace" in control and line[0] in " \t"):
        return
    if ("ignoredups" in control and line == last) or _ignored(shell, line, last):
        return
    if "erasedups" in control:
        history.entries = [each for each in history.entries if each != line]
    history.entries.append(line)
    history.unsaved += 1
    history.open = True


def _ignored(shell: Shell, line: str, last: str | None) -> bool:
    """Whether one of the patterns in ``HISTIGNORE`` fits; ``&`` is the last command."""
    return any(
        line == last if each == "&" else pattern.matches(each, line)
        for each in shell.vars.get("HISTIGNORE", "").split(":") if each)


def _go_on(history: History, line: str, before: str, inside: str) -> None:
    """Put a further line of a command beside its first ones, in one line where that is possible."""
    if not (history.open and history.entries):
        return
    entry = history.entries[-1]
    if inside == "document":
        gap = "" if entry.endswith("\n") else "\n"
        entry = f"{entry}{gap}{line}\n"
    elif inside:
        entry = f"{entry}\n{line}"
    elif entry.endswith("\\") and not entry.endswith("\\\\"):
        entry = f"{entry[:-1]}{line}"
    elif not line.strip():
        plain = not before.endswith("\n\n") and _joint(before, entry, line) == "; "
        entry = f"{entry}; " if plain else entry
    elif not line.lstrip().startswith("#"):
        entry = f"{entry}{_joint(before, entry, line)}{line}"
    history.entries[-1] = entry


#: Behind these the next line of a command goes on without a semicolon.
_NO_SEMICOLON = frozenset([
    "newline", "{", "(", ")", ";", "&", "|", "&&", "||", ";;", ";&", ";;&", "case", "do", "else",
    "if", "then", "until", "while", "in", "elif",
])


def _joint(before: str, entry: str, line: str) -> str:
    """Return what stands between the lines before and the next one of a command."""
    if "<<" in line or _last_token(f"{before.removesuffix(chr(10))} ;") != ";":
        return "\n"  # behind a comment, or a here-document may come
    if entry.endswith("\n") or before.endswith("\n\n"):
        return " "
    return " " if _last_token(before) in _NO_SEMICOLON else "; "


def _last_token(text: str) -> str:
    return Parser(text, bash=True).last_token()


def _forget_oldest(shell: Shell, history: History) -> None:
    most = _number(shell, "HISTSIZE")
    gone = len(history.entries) - most if most is not None else 0
    if gone > 0:
        del history.entries[:gone]
        history.first += gone


def _number(shell: Shell, name: str) -> int | None:
    text = shell.vars.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


# --- the file ------------------------------------------------------------------------------


def _read(host: Host, shell: Shell) -> Content | None:
    if _file(shell):
        with suppress(FileError):
            return host.files.read(_file(shell), cwd=shell.cwd)
    return None


def _lines(host: Host, shell: Shell) -> list[str]:
    content = _read(host, shell)
    if content is None:
        return []
    size = min(content.size, _MOST)
    host.budget.take("words", size)
    return [line for line in decode(part(content, content.size - size, size).read()).split("\n")
            if line]


def _append(host: Host, shell: Shell, text: str) -> None:
    """Append to the file; one that cannot be written is no matter to the shell."""
    if not _file(shell):
        return
    data = encode(text)
    host.budget.take("written", len(data))
    with suppress(FileError):
        host.files.write(_file(shell), data, cwd=shell.cwd, append=True, mode=0o600)


def _shorten(host: Host, shell: Shell) -> None:
    """Leave as many of the file's last lines as ``HISTFILESIZE`` says."""
    most = _number(shell, "HISTFILESIZE")
    content = _read(host, shell)
    if most is None or content is None or content.size > _MOST:
        return
    lines = content.read().splitlines(keepends=True)
    if len(lines) > most:
        with suppress(FileError):
            host.files.write(
                _file(shell), b"".join(lines[len(lines) - most:]), cwd=shell.cwd)
