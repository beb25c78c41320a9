"""A real Docker daemon for tests, apart from any that the machine runs."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.conformance import conform

#: The image of the conformance cases.
BASE = conform.HERE / "base.tar"
BASE_NAME = "ubuntu:14.04"
BASE_ID = "sha256:843f8abc34bdf529cca4d0325a7e99a10069de3504774669c9942f8a0d7d325c"

START_SECONDS = 60
STOP_SECONDS = 30
REQUEST_SECONDS = 60

#: Named so that a newer Docker keeps images as 20.10 does: an image ID is the digest of its config.
CONFIG = {"features": {"containerd-snapshotter": False}}


class StartError(Exception):
    """The daemon did not come up; the message holds the end of its log."""


@dataclass(frozen=True)
class Dockerd:
    """A running daemon: its address and the folder that the client keeps its settings in."""

    host: str
    client_config: Path

    def docker(
        self, *args: str | Path, input: str | None = None, check: bool = True,
        folder: Path | None = None, timeout: float | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run the docker client against this daemon; archives go through files (-i, -o).

        Args:
            args: the words after ``docker``.
            input: standard input; none if left out.
            check: whether the command must succeed.
            folder: the folder that file names start from; the current one if left out.
            timeout: seconds that the command may take.

        Raises:
            AssertionError: *check* is set and the command failed; holds its stderr.
            subprocess.TimeoutExpired: it takes longer.
        """
        done = subprocess.run(
            ["docker", *args],
            input=input,
            stdin=subprocess.DEVNULL if input is None else None,
            capture_output=True,
            encoding="utf-8",
            cwd=folder,
            timeout=timeout,
            env=self.environment(),
            check=False,
        )
        if check and done.returncode:
            command = " ".join(["docker", *map(str, args)])
            raise AssertionError(f"{command}: exit {done.returncode}: {done.stderr.strip()}")
        return done

    def environment(self) -> dict[str, str]:
        """Return the variables with which a client speaks to this daemon, and to no other."""
        return client_environment(self.host, self.client_config)

    def connection(self) -> HTTPConnection:
        """Return a connection for requests to the Engine API."""
        return UnixConnection(self.host.removeprefix("unix://"))

    def remove_all(self) -> None:
        """Remove all containers, images and volumes.

        Raises:
            AssertionError: something stays.
        """
        self._remove_all_but(())

    def reset(self) -> None:
        """Leave nothing but the base image, under its name; to load it anew takes much longer.

        Raises:
            AssertionError: something else stays.
        """
        self._remove_all_but((BASE_ID, [BASE_NAME], None))
        if not self._ask("GET", "images/json"):
            self.docker("load", "-q", "-i", BASE)

    def _remove_all_but(self, kept: tuple[Any, ...]) -> None:
        for _ in range(10):  # parents do not go before their children
            containers, images = (self._ask("GET", f"{each}/json?all=1")
                                  for each in ("containers", "images"))
            stay = [f"containers/{each['Id']}" for each in containers]
            stay += [f"images/{each['Id']}" for each in images
                     if (each["Id"], each["RepoTags"], each["RepoDigests"] or None) != kept]
            if not stay:
                self._ask("POST", "volumes/prune")
                return
            for each in stay:
                self._ask("DELETE", f"{each}?force=1")
        raise AssertionError(f"these stay: {stay}")

    def _ask(self, method: str, path: str) -> Any:
        connection = self.connection()
        connection.request(method, f"/v1.41/{path}")
        answer = json.loads(connection.getresponse().read() or "null")
        connection.close()
        return answer


def client_environment(host: str, config: Path) -> dict[str, str]:
    """Return the variables for a real client: whose socket, which settings, the classic builder."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("DOCKER_")}
    return {**kept, "DOCKER_HOST": host, "DOCKER_CONFIG": str(config), "DOCKER_BUILDKIT": "0"}


class UnixConnection(HTTPConnection):
    """HTTP through a socket of the file system."""

    def __init__(self, path: str) -> None:
        super().__init__("docker", timeout=REQUEST_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


_APART = ("unshare", "--net", sys.executable, str(Path(__file__).with_name("apart.py")))


@contextmanager
def started(*, apart: bool = False) -> Iterator[Dockerd]:
    """Start a daemon in a temporary folder, and leave nothing of it behind.

    It has no network but each container's loopback, so run containers with
    ``--network none``. Needs root.

    Args:
        apart: whether the networks that are made in it are seen by no other daemon, so that each
            may have the same addresses. It does not reach the machine's loopback then.

    Raises:
        StartError: it came up with none of the storage drivers.
    """
    # A socket's path may have 107 characters: pytest's own temporary folders are too deep.
    root = Path(tempfile.mkdtemp(prefix="imagelab-dockerd-"))
    with ExitStack() as stack:
        stack.callback(_remove, root)
        try:
            daemon = stack.enter_context(_running(root / "overlay2", "overlay2", apart))
        except StartError:  # the temporary folder may lie on an overlay itself
            daemon = stack.enter_context(_running(root / "vfs", "vfs", apart))
        yield daemon


@contextmanager
def _running(folder: Path, driver: str, apart: bool) -> Iterator[Dockerd]:
    """Run a daemon that keeps everything in *folder*."""
    folder.mkdir()
    (folder / "daemon.json").write_text(json.dumps(CONFIG), "utf-8")
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *(_APART if apart else ()),
                "dockerd",
                f"--config-file={folder}/daemon.json",
                f"--data-root={folder}/data",
                f"--exec-root={folder}/exec",
                f"--pidfile={folder}/pid",
                f"--host=unix://{folder}/sock",
                f"--storage-driver={driver}",
                "--iptables=false",
                "--ip6tables=false",
                "--bridge=none",
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for pytest, which stops the daemon in order
        )
    daemon = Dockerd(f"unix://{folder}/sock", folder / "client")
    with ExitStack() as stack:
        stack.callback(_stop, process)
        _wait(process, folder / "sock", log)
        stack.callback(_remove_containers, daemon)
        yield daemon


def _wait(process: subprocess.Popen[bytes], address: Path, log: Path) -> None:
    """Return as soon as the daemon answers."""
    deadline = time.monotonic() + START_SECONDS
    while not _answers(address):
        if process.poll() is not None or time.monotonic() > deadline:
            lines = log.read_text("utf-8", "replace").splitlines()
            raise StartError("dockerd does not start: " + " | ".join(lines[-2:]))
        time.sleep(0.1)


def _answers(address: Path) -> bool:
    """Tell whether a daemon at *address* answers a ping."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        try:
            connection.connect(str(address))
            connection.sendall(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
            return b" 200 " in connection.recv(64)
        except OSError:
            return False


def _remove_containers(daemon: Dockerd) -> None:
    """End what runs: containers outlive the daemon."""
    if names := daemon.docker("ps", "-aq").stdout.split():
        daemon.docker("rm", "-f", *names)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the daemon; its containerd ends with it."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _remove(root: Path) -> None:
    """Unmount what is still mounted under *root*, then delete it."""
    mounts = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for mount in sorted(mounts, reverse=True):
        if mount.startswith(f"{root}/"):
            subprocess.run(["umount", "--lazy", mount], check=False)
    shutil.rmtree(root)
