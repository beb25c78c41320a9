"""awk: mawk's words on Debian and Ubuntu, busybox's elsewhere."""

from __future__ import annotations

from imagelab.model.file_error import FileError
from imagelab.shell.budget import ExhaustedError
from imagelab.shell.escapes import encode, unescape
from imagelab.shell.programs.awk_lexer import AwkCallError, AwkSyntaxError
from imagelab.shell.programs.awk_parser import parse
from imagelab.shell.programs.awk_run import Awk
from imagelab.shell.programs.awk_values import AwkError, Input, Value
from imagelab.shell.programs.io import Io, UsageError
from imagelab.shell.programs.options import parse as parse_options


def awk(argv: list[str], io: Io) -> int:
    """Run a program over the lines of files."""
    source, args, variables = _arguments(argv, io)
    try:
        program = parse(source, mawk=io.gnu)
        # Standard input is taken first: what is missing stops the program before it begins.
        wants = (program.rules or program.end) and not [a for a in args if "=" not in a]
        stdin = io.data("-") if wants else None
        return Awk(io, args, stdin, variables, program=program).run()
    except AwkSyntaxError as error:
        if not io.gnu:
            io.err(f"awk: cmd. line:{error.line}: Unexpected token\n")
            return 1
        token = error.token.replace("\n", "end of line")
        io.err(f"awk: line {error.line}: syntax error at or near {token}\n")
        return 2
    except AwkCallError as error:
        if not io.gnu:
            amount = "few" if error.is_few else "many"
            io.err(f"awk: cmd. line:{error.line}: Too {amount} arguments\n")
            return 1
        io.err(f"awk: line {error.line}: wrong number of arguments in call to {error.name}\n")
        return 2
    except AwkError as error:
        front = "awk: " if io.gnu or ": " in str(error) else "awk: cmd. line:1: "
        io.err(f"{front}{error}\n")
        return 2 if io.gnu else 1
    except RecursionError:
        raise ExhaustedError("nested calls") from None


def _arguments(argv: list[str], io: Io) -> tuple[str, list[str], dict[str, Value]]:
    """Return the program, the other arguments and the variables that are set."""
    try:
        options, args = parse_options(io, argv, "", "Fvfe", permute=False)
    except UsageError:
        if not io.gnu:
            raise
        raise UsageError(f"awk: not an option: {argv[1]}\n", 2) from None
    variables: dict[str, Value] = {}
    for value in options.get("v", []):
        name, _, text = value.partition("=")
        variables[name] = Input(_latin(unescape(text)[0]))
    if "F" in options:
        separator = unescape(options["F"][-1])[0]
        variables["FS"] = "\t" if separator == "t" else _latin(separator)
    sources = list(options.get("e", []))
    for path in options.get("f", []):
        try:
            sources.append(io.data(path).decode("latin-1"))
        except FileError as error:
            raise UsageError(f"awk: cannot open {path} ({error.message})\n" if io.gnu
                             else f"awk: can't open '{path}': {error.message}\n",
                             2 if io.gnu else 1) from None
    if not sources:
        if not args:
            raise UsageError("Usage: mawk [Options] [Program] [file ...]\n" if io.gnu else
                             "BusyBox v1.35.0 multi-call binary.\n\nUsage: awk\n",
                             0 if io.gnu else 1)
        sources = [_latin(args.pop(0))]
    return "\n".join(sources), [_latin(arg) for arg in args], variables


def _latin(text: str) -> str:
    """Return a text with a character for each byte."""
    return encode(text).decode("latin-1")
