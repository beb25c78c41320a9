"""Many clients at once: no wrong answer, no lost update, nothing that stays behind."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

import psutil

from tests.clients.serving import Server, server
from tests.dockerd import BASE, UnixConnection

__all__ = ["server"]

CLIENTS = 50
SECONDS = 60 if os.environ.get("IMAGELAB_STRESS") else 10
IMAGE = "ubuntu:14.04"
#: Every so many rounds a client leaves its image and its container behind.
KEPT = 5
#: Bytes that the journal may cost for each step, with the state that it led to.
STEP_ROOM = 16 << 10


@dataclass
class Client:
    """One of the clients, with all that is to be there because of it."""

    number: int
    path: str
    rounds: int = 0
    requests: int = 0
    images: dict[str, str] = field(default_factory=dict)
    containers: set[str] = field(default_factory=set)
    failure: BaseException | None = None

    def run(self, deadline: float) -> None:
        try:
            connection = UnixConnection(self.path)
            while time.monotonic() < deadline:
                self.round(connection)
                self.rounds += 1
                if self.rounds % 3 == 0:  # short connections, too
                    connection.close()
            connection.close()
        except BaseException as error:
            self.failure = error

    def ask(
        self, connection: HTTPConnection, method: str, path: str, wanted: int, body: Any = None,
    ) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        connection.request(method, f"/v1.41{path}", data, {"Content-Type": "application/json"})
        response = connection.getresponse()
        answer = response.read()
        self.requests += 1
        assert response.status == wanted, f"{method} {path}: {response.status} {answer[:300]!r}"
        return answer

    def round(self, connection: HTTPConnection) -> None:
        """Run a container, commit it, look at the image, and remove both but for some."""
        def ask(method: str, path: str, wanted: int = 200, body: Any = None) -> Any:
            answer = self.ask(connection, method, path, wanted, body)
            return json.loads(answer) if answer.startswith((b"{", b"[")) else answer

        name = f"load-{self.number}-{self.rounds}"
        words = ["sh", "-c", f"echo {name} > /{name}; echo {name}"]
        container = ask("POST", f"/containers/create?name={name}", 201,
                        {"Image": IMAGE, "Cmd": words})["Id"]
        ask("POST", f"/containers/{container}/start", 204)
        assert ask("POST", f"/containers/{container}/wait")["StatusCode"] == 0
        logs = self.ask(connection, "GET", f"/containers/{container}/logs?stdout=1", 200)
        assert logs[8:] == f"{name}\n".encode()
        query = urlencode({"container": name, "repo": name, "tag": "1", "comment": name})
        image = ask("POST", f"/commit?{query}", 201)["Id"]
        found = ask("GET", f"/images/{name}:1/json")
        assert (found["Id"], found["Comment"], len(found["RootFS"]["Layers"])) == (image, name, 3)
        assert ask("GET", f"/images/{name}:1/history")[0]["Id"] == image
        if self.rounds % 4 == self.number % 4:
            self.pull(connection)
        if self.rounds % KEPT == 0:
            self.images[f"{name}:1"] = image
            self.containers.add(container)
            return
        ask("DELETE", f"/containers/{container}", 204)
        removed = ask("DELETE", f"/images/{name}:1")
        assert removed[:2] == [{"Untagged": f"{name}:1"}, {"Deleted": image}]
        ask("GET", f"/images/{name}:1/json", 404)

    def pull(self, connection: HTTPConnection) -> None:
        answer = self.ask(
            connection, "POST", "/images/create?fromImage=hello-world&tag=latest", 200)
        last = json.loads(answer.splitlines()[-1])["status"]
        assert last in ("Status: Downloaded newer image for hello-world:latest",
                        "Status: Image is up to date for hello-world:latest")


def test_fifty_clients_at_once(
    server: Server, record_property: Callable[[str, object], None],
) -> None:
    connection = UnixConnection(server.path)
    observer = Client(-1, server.path)
    connection.request("POST", "/v1.41/images/load?quiet=1", BASE.read_bytes())
    connection.getresponse().read()
    observer.pull(connection)
    process = psutil.Process(server.pid)
    warm = [Client(number, server.path) for number in range(1000, 1000 + CLIENTS)]
    _run(warm, 1)
    connection.close()
    before = _counts(process)
    memory, steps = process.memory_info().rss, _steps(warm)
    clients = [Client(number, server.path) for number in range(CLIENTS)]
    begin = time.monotonic()
    _run(clients, SECONDS)
    seconds = time.monotonic() - begin

    everybody = [*warm, *clients]
    connection = UnixConnection(server.path)
    images = json.loads(observer.ask(connection, "GET", "/images/json", 200))
    tags = {tag: each["Id"] for each in images for tag in each["RepoTags"] or ()}
    wanted = {tag: each for client in everybody for tag, each in client.images.items()}
    assert {tag: each for tag, each in tags.items() if tag.startswith("load-")} == wanted
    containers = json.loads(observer.ask(connection, "GET", "/containers/json?all=1", 200))
    assert {each["Id"] for each in containers} == {
        each for client in everybody for each in client.containers}
    connection.close()
    deadline = time.monotonic() + 10
    while _counts(process)[0] > before[0] and time.monotonic() < deadline:
        time.sleep(0.1)
    after = _counts(process)
    assert after[0] <= before[0], "open files"
    grown = process.memory_info().rss - memory
    made = _steps(clients)
    requests = sum(client.requests for client in clients)
    record_property("figure", (
        f"{CLIENTS} clients for {seconds:.0f} s: {requests} requests, {requests / seconds:.0f} a "
        f"second, {made} steps; memory {memory >> 20} MB before, {grown >> 20} MB more after, "
        f"{grown // max(made, 1)} bytes a step; {after[1]} threads"))
    assert grown < (32 << 20) + made * STEP_ROOM
    assert steps


def _run(clients: list[Client], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    threads = [threading.Thread(target=client.run, args=(deadline,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 60)
    failures = [client.failure for client in clients if client.failure]
    assert not failures, failures[:3]


def _counts(process: psutil.Process) -> tuple[int, int]:
    """Return the open files and the threads of a process."""
    return process.num_fds(), process.num_threads()


def _steps(clients: list[Client]) -> int:
    """Return how many steps of the journal clients have made, about."""
    return sum(client.rounds * 5 for client in clients)
