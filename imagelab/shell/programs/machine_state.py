"""free, uptime and mount: values that would differ by machine are fixed.

Fixed values: 8 GiB of memory of which 1 GiB is used, no swap, up for one hour, no load.
"""

from __future__ import annotations

from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import parse
from imagelab.shell.programs.sizes import human_size
from imagelab.shell.programs.times import strftime

#: In KiB, under the titles of free.
MEMORY = (8388608, 1048576, 5242880, 10240, 2097152, 7129088)
_TITLES = ("total", "used", "free", "shared", "buff/cache", "available")
_UNITS = {"b": 1 << 10, "k": 1, "m": 1 / (1 << 10), "g": 1 / (1 << 20)}
_MOUNTS = """\
overlay on / type overlay (rw,relatime)
proc on /proc type proc (rw,nosuid,nodev,noexec,relatime)
tmpfs on /dev type tmpfs (rw,nosuid,size=65536k,mode=755)
devpts on /dev/pts type devpts (rw,nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=666)
sysfs on /sys type sysfs (ro,nosuid,nodev,noexec,relatime)
cgroup on /sys/fs/cgroup type cgroup2 (ro,nosuid,nodev,noexec,relatime)
mqueue on /dev/mqueue type mqueue (rw,nosuid,nodev,noexec,relatime)
shm on /dev/shm type tmpfs (rw,nosuid,nodev,noexec,relatime,size=65536k)
/dev/sda1 on /etc/resolv.conf type ext4 (rw,relatime)
/dev/sda1 on /etc/hostname type ext4 (rw,relatime)
/dev/sda1 on /etc/hosts type ext4 (rw,relatime)
"""


def free(argv: list[str], io: Io) -> int:
    """Print the memory."""
    options, _ = parse(io, argv, "bkmghtwl", "sc", long={
        "human": "h", "bytes": "b", "kibi": "k", "mebi": "m", "gibi": "g", "total": "t"})
    unit = next((letter for letter in "bmg" if letter in options), "k")

    def shown(kilobytes: int) -> str:
        if "h" not in options:
            return str(int(kilobytes * _UNITS[unit]))
        text = human_size(kilobytes * 1024, gnu=io.gnu)
        return text + ("B" if text == "0" else "i") if io.gnu else text

    rows = [("Mem:", MEMORY), ("Swap:", (0, 0, 0))]
    front = 9 if io.gnu else 8
    lines = [" " * front + " ".join(f"{title:>11}" for title in _TITLES)]
    for name, values in rows:
        cells = " ".join(f"{shown(value):>11}" for value in values)
        lines.append(f"{name:<{front}}{cells}")
    io.out("\n".join(lines) + "\n")
    return 0


def uptime(argv: list[str], io: Io) -> int:
    """Print the time and for how long the machine has been up."""
    options, _ = parse(io, argv, "ps", long={"pretty": "p", "since": "s"})
    if "p" in options:
        io.out("up 1 hour\n")
    elif "s" in options:
        io.out(strftime("%Y-%m-%d %H:%M:%S\n", io.host.now - 3600 * 10**9))
    else:
        users = io.words("0 user", "0 users")
        io.out(f" {strftime('%T', io.host.now)} up  1:00,  {users},  "
               "load average: 0.00, 0.00, 0.00\n")
    return 0


def mount(argv: list[str], io: Io) -> int:
    """Print what is mounted; nothing can be mounted in a container."""
    if len(argv) < 2 or argv[1] == "-l":
        io.out(_MOUNTS)
        return 0
    if not io.gnu:
        return io.fail("permission denied (are you root?)")
    io.err(f"mount: {argv[-1]}: permission denied.\n")
    return 32
