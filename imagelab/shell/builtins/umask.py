"""umask."""

from __future__ import annotations

from imagelab.shell.builtins.reporting import write, wrong
from imagelab.shell.command import SimpleFrame
from imagelab.shell.machine import Machine
from imagelab.shell.modes import new_mode


def umask(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Print or change the bits that new files do not get."""
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

    mode = new_mode(text, ~shell.umask & 0o777, 0, is_directory=False)
    if mode is None:
        return wrong(m, "umask", f"`{text[:1]}': invalid symbolic mode operator" if shell.bash
                     else f"Illegal mode: {text}")
    shell.umask = ~mode & 0o777
    return 0
