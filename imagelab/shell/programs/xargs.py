"""xargs."""

from __future__ import annotations

from imagelab.shell.programs.io import Io, RunRequest
from imagelab.shell.programs.options import parse
from imagelab.shell.streams import Open


def xargs(argv: list[str], io: Io) -> int:
    """Run a program with words of the input as arguments."""
    options, command = parse(io, argv, "0rtx", "nIiLPEds", permute=False)
    command = command or ["echo"]
    if io.state is None:
        data = io.stdin().read(4 << 20)
        one = options.get("I", options.get("i"))
        if "0" in options:
            words = data.split(b"\0")
            words = words[:-1] if words[-1:] == [b""] else words
            texts = [w.decode("utf-8", "surrogateescape") for w in words]
        elif one is not None or "d" in options:
            cut = options.get("d", ["\n"])[-1].replace("\\n", "\n")
            text = data.decode("utf-8", "surrogateescape")
            texts = [t.lstrip() if one is not None else t for t in text.split(cut)]
            texts = [t for t in texts if t]
        else:
            texts = _xargs_words(data.decode("utf-8", "surrogateescape"), io)
        io.host.budget.take("words", len(data))
        io.state = {"words": texts, "status": 0, "ran": False}
    elif io.result:
        status: int = 124 if io.result == 255 else io.result if io.result in (126, 127) else 123
        io.state["status"] = status
        if io.result in (126, 127, 255):
            return int(status)
    words, state = io.state["words"], io.state
    if not words and (state["ran"] or "r" in options or "I" in options):
        return int(state["status"])
    one = options.get("I", options.get("i"))
    if one is not None:
        mark = one[-1] or "{}"
        line = [word.replace(mark, words[0]) for word in command]
        rest = words[1:]
    else:
        most = options.get("n", options.get("L", ["5000"]))[-1]
        count = int(most) if most.isdigit() and len(most) < 6 and int(most) else 5000
        line, rest = [*command, *words[:count]], words[count:]
    if "t" in options:
        io.err(" ".join(line) + "\n")
    state = {"words": rest, "status": state["status"], "ran": True}

    raise RunRequest(line, state, fds={0: Open("null")},
                     missing=io.words("{name}: {message}", "'{name}': {message}"))


def _xargs_words(text: str, io: Io) -> list[str]:
    words: list[str] = []
    current: list[str] | None = None
    quote = ""
    at = 0
    while at < len(text):
        char = text[at]
        if quote:
            if char == quote:
                quote = ""
            elif current is not None:
                current.append(char)
        elif char in "'\"":
            quote, current = char, current or []
        elif char == "\\" and at + 1 < len(text):
            at += 1
            current = [*(current or []), text[at]]
        elif char in " \t\n":
            if current is not None:
                words.append("".join(current))
                current = None
        else:
            current = current if current is not None else []
            current.append(char)
        at += 1
    if current is not None:
        words.append("".join(current))
    return words
