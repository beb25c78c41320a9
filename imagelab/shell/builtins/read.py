"""read."""

from __future__ import annotations

from imagelab.shell.builtins.reporting import unknown_option, wrong
from imagelab.shell.command import SimpleFrame
from imagelab.shell.escapes import decode, encode
from imagelab.shell.machine import Machine
from imagelab.shell.streams import BlockedError, ClosedError, is_terminal
from imagelab.shell.syntax import is_name

_OPTIONS = {"bash": "rsepntduiNa", "dash": "rp", "ash": "rspntdu"}


def read(m: Machine, frame: SimpleFrame, args: list[str]) -> int | None:
    """Read a line into variables."""
    shell = m.shell
    raw, prompt, count, delimiter, exact = False, "", -1, "\n", False
    args = list(args)
    while args and args[0].startswith("-") and len(args[0]) > 1:
        word = args.pop(0)
        if word == "--":
            break
        letters = list(word[1:])
        if set(letters[:1]) & {"a"} and shell.bash:
            m.write_error("imagelab does not simulate bash's arrays\n")
            return 2
        while letters:
            letter = letters.pop(0)
            if letter not in _OPTIONS[shell.dialect]:
                return _unknown(m, letter)
            if letter == "r":
                raw = True
            elif letter in "pnNtdui":
                value = "".join(letters) or (args.pop(0) if args else "")
                letters = []
                if letter == "p":
                    prompt = value
                elif letter in "nN":
                    exact = letter == "N"
                    count = int(value) if value.isdigit() and len(value) < 9 else -1
                elif letter == "d":
                    delimiter = value[:1] or "\0"
    if not args and shell.dialect == "dash":
        return wrong(m, "read", "arg count", 2)
    bad = next((name for name in args if not is_name(name)), None)
    if bad is not None:
        if shell.dialect == "ash":
            m.write_error(f"{shell.name}: read: '{bad}': bad variable name\n")
            return 1
        return wrong(m, "read", f"`{bad}': not a valid identifier" if shell.bash
                     else f"{bad}: bad variable name", 1 if shell.bash else 2)
    if prompt and frame.state is None and is_terminal(m.host, shell.fds.get(0)):
        m.write_error(prompt)
    if frame.state is None:
        frame.state = ""
    text, complete = _gather(m, frame, raw, count, "" if exact else delimiter)
    _assign_fields(m, text, args or ["REPLY"], whole=not args)
    return 0 if complete else 1


def _unknown(m: Machine, letter: str) -> int:
    return unknown_option(
        m, "read", letter, "read [-ers] [-a array] [-d delim] [-i text] [-n nchars] "
        "[-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]")


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
            if delimiter and data == encode(delimiter):
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
