"""Programs that tell about the machine; what would differ by machine is fixed.

Fixed values: the kernel ``5.15.0``, machine ``x86_64``, one processor; the name is the container's.
"""

from __future__ import annotations

from imagelab.shell.programs.addresses import address_of
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import parse

KERNEL = "5.15.0"
VERSION = "#1 SMP"
MACHINE = "x86_64"


def uname(argv: list[str], io: Io) -> int:
    """Print the system's name."""
    options, _ = parse(io, argv, "asnrvmpio", long={"all": "a", "kernel-name": "s",
                                                    "kernel-release": "r", "machine": "m"})
    chosen = set(options) or {"s"}
    if "a" in chosen:
        chosen = set("snrvmo")
    values = {"s": "Linux", "n": io.host.hostname, "r": KERNEL, "v": VERSION, "m": MACHINE,
              "p": "unknown", "i": "unknown", "o": "GNU/Linux"}
    io.out(" ".join(value for letter, value in values.items() if letter in chosen) + "\n")
    return 0


def hostname(argv: list[str], io: Io) -> int:
    """Print the container's name."""
    options, args = parse(io, argv, "fsidI")
    if args:
        return io.fail(io.words("you must be root to change the host name",
                                "sethostname: Operation not permitted"))
    name = io.host.hostname
    if not {"i", "I"} & set(options):
        io.out(f"{name}\n")
        return 0
    address = address_of(io, name)
    if not address:
        return io.fail(io.words("Name or service not known", f"{name}: Host name lookup failure"))
    io.out(f"{address}\n")
    return 0


def nproc(argv: list[str], io: Io) -> int:
    """Print the number of processors."""
    io.out("1\n")
    return 0


def arch(argv: list[str], io: Io) -> int:
    """Print the machine's kind."""
    io.out(MACHINE + "\n")
    return 0


def tty(argv: list[str], io: Io) -> int:
    """Print the terminal's name."""
    io.out("/dev/pts/0\n" if io.terminal(0) else "not a tty\n")
    return int(not io.terminal(0))
