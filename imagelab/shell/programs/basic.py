"""Small programs: echo, printf, test, sleep, env, yes, seq, xargs and the like."""

from __future__ import annotations

import re

from imagelab.shell.programs.io import Io, RunRequest, SleepRequest
from imagelab.shell.programs.options import parse
from imagelab.shell.streams import ENDLESS
from imagelab.shell.utilities import TestProblem, printf, tester
from imagelab.shell.utilities import echo as echo_bytes

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def true(argv: list[str], io: Io) -> int:
    """Succeed."""
    return 0


def false(argv: list[str], io: Io) -> int:
    """Fail."""
    return 1


def echo(argv: list[str], io: Io) -> int:
    """Print words."""
    io.out(echo_bytes(argv[1:], options="neE", escapes=False))
    return 0


def print_formatted(argv: list[str], io: Io) -> int:
    """Print by a format."""
    if len(argv) < 2:
        io.err(io.words("printf: missing operand\nTry 'printf --help' for more information.\n",
                        "BusyBox: Usage: printf FORMAT [ARG]...\n"))
        return 1
    printed = printf(argv[1:], io.host.budget, strict=not io.gnu)
    for kind, text in printed.problems:
        words = {"number": io.words(f"'{text}': expected a numeric value",
                                    f"invalid number '{text}'"),
                 "rest": io.words(f"'{text}': value not completely converted",
                                  f"invalid number '{text}'"),
                 "directive": io.words(f"{text}: invalid conversion specification",
                                       f"{text}: invalid format"),
                 "format": f"{text}: invalid conversion specification"}
        io.fail(words[kind])
    io.out(printed.data)
    return 1 if printed.problems else 0


def test(argv: list[str], io: Io) -> int:
    """Evaluate an expression."""
    args = argv[1:]
    if argv[0].rpartition("/")[2] == "[":
        if args[-1:] != ["]"]:
            io.err(io.words("[: missing ']'\n", "[: missing ]\n"))
            return 2
        args = args[:-1]
    try:
        return int(not tester(io.host, io.fds, io.cwd, io.uid, io.gid).run(args))
    except TestProblem as problem:
        words = {"integer": io.words(f"invalid integer '{problem.token}'",
                                     f"{problem.token}: bad number"),
                 "unary": io.words(f"'{problem.token}': unary operator expected",
                                   f"{problem.before}: unknown operand"),
                 "binary": io.words(f"'{problem.token}': binary operator expected",
                                    f"{problem.token}: unknown operand")}
        return io.fail(words.get(problem.kind, "too many arguments"), 2)


def sleep(argv: list[str], io: Io) -> int:
    """Sleep for a time; several are added."""
    if io.state is not None:
        if io.host.now >= io.state:
            return 0
        raise SleepRequest(io.state, io.state)
    args = [a for a in argv[1:] if a != "--"]
    if not args:
        io.err(io.words("sleep: missing operand\nTry 'sleep --help' for more information.\n",
                        _busybox_usage("sleep [N]...")))
        return 1
    total = 0
    for arg in args:
        if arg in ("inf", "infinity"):
            total += ENDLESS
            continue
        match = re.fullmatch(r"(\d{1,12})?(?:\.(\d{0,9})\d*)?([smhd]?)", arg, re.ASCII)
        if match is None or not (match[1] or match[2]):
            io.err(io.words(f"sleep: invalid time interval '{arg}'\n"
                            "Try 'sleep --help' for more information.\n",
                            f"sleep: invalid number '{arg}'\n"))
            return 1
        nanos = int(match[1] or 0) * 10**9 + int((match[2] or "").ljust(9, "0"))
        total += nanos * _UNITS[match[3]]
    until = io.host.now + total
    if total == 0:
        return 0
    raise SleepRequest(until, until)


def _busybox_usage(line: str) -> str:
    return f"BusyBox v1.35.0 multi-call binary.\n\nUsage: {line}\n"


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


def yes(argv: list[str], io: Io) -> int:
    """Print a line until nobody listens."""
    line = (" ".join(argv[1:]) or "y").encode("utf-8", "surrogateescape") + b"\n"
    block = line * (65536 // len(line) or 1)
    while True:
        io.step(100)
        io.out(block)


def seq(argv: list[str], io: Io) -> int:
    """Print numbers."""
    options, args = parse(io, argv, "w", "sf", numbers=True)
    if not 1 <= len(args) <= 3:
        if not args:
            return io.fail("missing operand\nTry 'seq --help' for more information." if io.gnu
                           else "missing operand")
        return io.fail(f"extra operand '{args[3]}'\nTry 'seq --help' for more information.")
    for arg in args:
        if not re.fullmatch(r"[-+]?\d{1,15}(\.\d{1,9})?", arg, re.ASCII):
            return io.fail(io.words(f"invalid floating point argument: '{arg}'\n"
                                    "Try 'seq --help' for more information.",
                                    f"invalid number '{arg}'"))
    places = max(len(arg.partition(".")[2]) for arg in args)
    scaled = [_scaled(arg, places) for arg in args]
    first, step, last = (scaled[0] if len(args) > 1 else 10**places,
                         scaled[1] if len(args) == 3 else 10**places, scaled[-1])
    if step == 0:
        return io.fail(io.words(f"invalid Zero increment value: '{args[1]}'\n"
                                "Try 'seq --help' for more information.",
                                "invalid number '0'"))
    count = max(0, (last - first) // step + 1)
    io.host.budget.take("words", count * 2)
    io.step(count // 50)
    texts = [_unscaled(first + step * i, places) for i in range(count)]
    if "w" in options and texts:
        width = max(len(texts[0]), len(texts[-1]))
        texts = [t.zfill(width) for t in texts]
    separator = options.get("s", ["\n"])[-1]
    if texts:
        io.out(separator.join(texts) + "\n")
    return 0


def _scaled(text: str, places: int) -> int:
    whole, _, rest = text.partition(".")
    value = int(whole.lstrip("+-") + rest.ljust(places, "0"))
    return -value if text.startswith("-") else value


def _unscaled(value: int, places: int) -> str:
    if not places:
        return str(value)
    sign, digits = "-" * (value < 0), str(abs(value)).zfill(places + 1)
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


def tee(argv: list[str], io: Io) -> int:
    """Copy the input to the output and to files."""
    options, args = parse(io, argv, "ai")
    content = io.stdin()
    io.out(content)
    status = 0
    for path in args:
        try:
            target = io.open(path, "a" if "a" in options else "w")
        except OSError:
            continue
        io.host.write(target, content)
    return status


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
    from imagelab.shell.streams import Open

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


def run_other(argv: list[str], io: Io) -> int:
    """nohup, nice, time and such: run the rest of the line."""
    args = argv[1:]
    name = argv[0].rpartition("/")[2]
    if name == "nice" and args[:1] == ["-n"]:
        args = args[2:]
    if name == "timeout" and args:
        args = args[1:]
    if not args:
        return io.fail("missing operand")
    raise RunRequest(args, replace=True, missing="{name}: {message}")


def busybox(argv: list[str], io: Io) -> int:
    """Run the applet that the first argument names."""
    if len(argv) < 2:
        io.out("BusyBox v1.35.0 multi-call binary.\n")
        return 0
    if argv[1] not in io.applets:
        io.err(f"{argv[1]}: applet not found\n")
        return 127
    raise RunRequest(argv[1:], replace=True, applet=True)



PROGRAMS = {
    "true": true, "false": false, "echo": echo, "printf": print_formatted, "test": test, "[": test,
    "[[": test, "sleep": sleep, "env": env, "printenv": printenv, "yes": yes, "seq": seq,
    "tee": tee, "xargs": xargs, "nohup": run_other, "nice": run_other, "timeout": run_other,
    "busybox": busybox,
}
