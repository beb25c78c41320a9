"""The program of the image ``hello-world``."""

from __future__ import annotations

from imagelab.shell.programs.io import Io
from imagelab.shell.programs.service import not_simulated

#: What ``docker run hello-world`` has printed for years; learners compare theirs with it.
GREETING = """
Hello from Docker!
This message shows that your installation appears to be working correctly.

To generate this message, Docker took the following steps:
 1. The Docker client contacted the Docker daemon.
 2. The Docker daemon pulled the "hello-world" image from the Docker Hub.
    (amd64)
 3. The Docker daemon created a new container from that image which runs the
    executable that produces the output you are currently reading.
 4. The Docker daemon streamed that output to the Docker client, which sent it
    to your terminal.

To try something more ambitious, you can run an Ubuntu container with:
 $ docker run -it ubuntu bash

Share images, automate workflows, and more with a free Docker ID:
 https://hub.docker.com/

For more examples and ideas, visit:
 https://docs.docker.com/get-started/

"""


def hello(argv: list[str], io: Io) -> int:
    """Print the greeting; a program of this name elsewhere is another one."""
    if argv[0] != "/hello":
        return not_simulated(io, argv[0].rpartition("/")[2])
    io.out(GREETING)
    return 0
