"""umask."""

from __future__ import annotations

from imagelab.shell.builtins.reporting import unknown_option, write, wrong
from imagelab.shell.command import SimpleFrame
from imagelab.shell.machine import Machine
from imagelab.shell.modes import new_mode


def umask(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Print or change the bits that new files do not get."""
    shell, letters = m.shell, ""
    args = list(args)
    while args and args[0].startswith("-") and len(args[0]) > 1:
        word = args.pop(0)
        if word == "--":
            break
        letters += word[1:]
        unknown = next((c for c in word[1:] if c not in ("Sp" if shell.bash else "S")), "")
        if unknown:
            return unknown_option(m, "umask", unknown, "umask [-p] [-S] [mode]")
    if args:
        status = _change(m, args[0])
        if status or not (shell.bash and "S" in letters):
            return status
    text = _symbolic(shell.umask) if "S" in letters else f"{shell.umask:04o}"
    front = "umask " + "-S " * ("S" in letters) if "p" in letters and not args else ""
    return write(m, f"{front}{text}\n")


def _symbolic(mask: int) -> str:
    parts = []
    for who, shift in (("u", 6), ("g", 3), ("o", 0)):
        bits = ~mask >> shift
        letters = "".join(c for c, b in (("r", 4), ("w", 2), ("x", 1)) if bits & b)
        parts.append(f"{who}={letters}")
    return ",".join(parts)


def _change(m: Machine, text: str) -> int:
    shell = m.shell
    octal = bool(text) and set(text) <= set("01234567")
    if octal and len(text) < 6 and (int(text, 8) <= 0o777 or shell.dialect != "ash"):
        shell.umask = int(text, 8) & 0o777
        return 0
    if not shell.bash:
        text = text.rstrip(",")
        if not text:
            return 0
    digit = text[:1].isdigit()
    mode = None if digit else new_mode(text, ~shell.umask & 0o777, 0, is_directory=False)
    if mode is not None:
        shell.umask = ~mode & 0o777
        return 0
    sign = text.lstrip("ugoa")[:1] or text[-1:]
    words = {"bash": f"{text}: octal number out of range" if digit
             else f"`{sign}': invalid symbolic mode operator",
             "dash": f"Illegal number: {text}" if digit else f"Illegal mode: {text}",
             "ash": f"illegal mode: {text}"}
    return wrong(m, "umask", words[shell.dialect], 1 if shell.bash else 2)
