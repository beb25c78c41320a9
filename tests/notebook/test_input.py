"""``%docker run -it`` in a real kernel: an input line, or a hint where none can be."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

pytest.importorskip("ipykernel", reason="install imagelab[lab]")

RUN = "%docker run -i -t --rm --name c1 ubuntu:14.04"
START = ("%load_ext imagelab\nimport imagelab\nlab = imagelab.use(imagelab.Lab(language='en'))\n"
         "%docker pull -q ubuntu:14.04")


@dataclass
class Ran:
    """What a cell showed, and the prompts that it asked with."""

    out: str = ""
    err: str = ""
    displays: list[str] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)


class Kernel:
    """A kernel and its client."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def send(self, code: str, *, typing: bool = True) -> str:
        return str(self.client.execute(code, allow_stdin=typing))

    def finish(self, request: str, typed: list[str]) -> Ran:
        """Answer what is asked until the request is done; time out rather than hang."""
        ran, typed = Ran(), list(typed)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if self.client.stdin_channel.msg_ready():
                ran.prompts.append(self.client.get_stdin_msg()["content"]["prompt"])
                self.client.input(typed.pop(0))
            if not self.client.iopub_channel.msg_ready():
                time.sleep(0.01)
                continue
            message = self.client.get_iopub_msg()
            if message["parent_header"].get("msg_id") == request and self._take(ran, message):
                return ran
        raise AssertionError(f"the cell did not end: {ran}")

    @staticmethod
    def _take(ran: Ran, message: dict[str, Any]) -> bool:
        content = message["content"]
        if message["msg_type"] == "stream":
            if content["name"] == "stdout":
                ran.out += content["text"]
            else:
                ran.err += content["text"]
        elif message["msg_type"] == "display_data":
            ran.displays.append(content["data"]["text/plain"])
        elif message["msg_type"] == "error":
            raise AssertionError(content["evalue"])
        return (message["msg_type"], content.get("execution_state")) == ("status", "idle")


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    from tests import kernels

    with kernels.started() as client:
        found = Kernel(client)
        found.finish(found.send(START), [])
        yield found
        del found.client, client


def test_lines_are_typed_at_the_prompt_until_exit(kernel: Kernel) -> None:
    ran = kernel.finish(kernel.send(RUN), ["echo hello", "cd /tmp", "exit 3"])
    assert len(ran.prompts) == 3
    assert ran.prompts[0].startswith("root@")
    assert [prompt.partition(":")[2] for prompt in ran.prompts] == ["/# ", "/# ", "/tmp# "]
    assert ran.out == "hello\nexit\n"
    assert ran.err == "[exit code 3]\n"


def test_where_nobody_can_type_the_input_ends_and_a_hint_says_so(kernel: Kernel) -> None:
    ran = kernel.finish(kernel.send(RUN, typing=False), [])
    assert ran.prompts == []
    assert ran.out.endswith("/# exit\n")
    assert any("nobody can type here" in text for text in ran.displays)


def test_under_run_all_the_input_ends_and_a_hint_says_so(kernel: Kernel) -> None:
    kernel.send("import time; time.sleep(0.5)")  # the requests come while something runs
    first, second = kernel.send(RUN), kernel.send("print('next')")
    ran = kernel.finish(first, [])
    assert ran.prompts == []
    assert any("more cells were waiting" in text for text in ran.displays)
    assert kernel.finish(second, []).out == "next\n"
