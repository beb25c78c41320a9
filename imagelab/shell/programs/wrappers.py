"""Programs that only run another one: nohup, nice, timeout and busybox."""

from __future__ import annotations

from imagelab.shell.programs.io import Io, RunRequest


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
