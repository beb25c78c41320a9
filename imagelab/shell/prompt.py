"""Prompts: what stands in front of a line that is typed."""

from __future__ import annotations

from imagelab.shell.machine import ExpandingFrame, Machine
from imagelab.shell.parser import Parser
from imagelab.shell.state import FaultError, Shell
from imagelab.shell.users import user_name
from imagelab.shell.words import ScriptError

#: The first prompt of each shell, as long as no file has set another.
FIRST = {"bash": r"\s-\v\$ ", "ash": r"\w \$ ", "dash": "$ "}
SECOND = "> "


def prompt(m: Machine, frame: ExpandingFrame, name: str) -> str | None:
    """Return the prompt that ``PS1`` or ``PS2`` stands for.

    bash and ash read its backslash escapes, and all shells expand it as between double quotes.
    None says that a substitution has to run first.
    """
    shell = m.shell
    text = shell.vars.get(name, "")
    if shell.dialect != "dash":
        text = _decoded(text, _values(m, shell))
    if "$" not in text and "`" not in text:
        return text.replace("\\\\", "\\") if shell.dialect != "dash" else text
    try:
        return m.text(frame, Parser(text, bash=shell.bash, ash=shell.dialect == "ash").quoted())
    except (ScriptError, FaultError):
        if shell.bash:
            m.complain(f"{text}: bad substitution")
        return text


def _values(m: Machine, shell: Shell) -> dict[str, str]:
    home, cwd = shell.vars.get("HOME", ""), shell.cwd
    if home and home != "/" and (cwd == home or cwd.startswith(home + "/")):
        cwd = "~" + cwd[len(home) :]
    return {
        "u": user_name(m.host.files, m.uid) or "I have no name!", "h": m.host.hostname, "w": cwd,
        "H": m.host.hostname, "W": cwd.rpartition("/")[2] or "/", "$": "#$"[m.uid != 0],
        "n": "\n", "s": shell.name.rpartition("/")[2], "[": "", "]": "", "e": "\x1b",
        "\\": "\\", "a": "", "v": "5.2", "r": "\r",
    }


def _decoded(text: str, values: dict[str, str]) -> str:
    """Replace escapes; what they stand for is not expanded any further."""
    out, pos = [], 0
    while pos < len(text):
        after = text[pos + 1 : pos + 2]
        if text.startswith('\\"', pos):
            out.append('"')
            pos += 2
        elif text[pos] == "\\" and after in values and after:
            out.append("".join(f"\\{c}" if c in "$`\\" else c for c in values[after]))
            pos += 2
        else:
            out.append(text[pos])
            pos += 1
    return "".join(out)
