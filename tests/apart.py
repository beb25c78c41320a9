"""Run a program with its own loopback: ``unshare --net python tests/apart.py PROGRAM …``."""

import fcntl
import os
import socket
import struct
import sys

# Of Linux: get and set an interface's flags, and the flag that it is up.
_GET, _SET, _UP = 0x8913, 0x8914, 1
_REQUEST = "16sh14x"

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
    name, flags = struct.unpack(_REQUEST, fcntl.ioctl(own, _GET, struct.pack(_REQUEST, b"lo", 0)))
    fcntl.ioctl(own, _SET, struct.pack(_REQUEST, name, flags | _UP))
os.execvp(sys.argv[1], sys.argv[1:])
