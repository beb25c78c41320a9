"""The recorded answers about processes, asked again of a real daemon, and the same files after."""

from __future__ import annotations

import shlex

import pytest

from tests.docker.test_exec import ANSWERS, IDS
from tests.proof.pair import Pair

pytestmark = pytest.mark.requires("docker", "dockerd")


def test_a_daemon_still_answers_like_this(pair: Pair) -> None:
    for case in ANSWERS:
        done = pair.dockerd.docker(*shlex.split(case["line"]), input=case["stdin"], check=False)
        # Python has made LF of CR LF.
        texts = (IDS.sub("<ID>", text) for text in (done.stdout, done.stderr))
        expected = (case[key].replace("\r\n", "\n") for key in ("stdout", "stderr"))
        assert (done.returncode, *texts) == (case["code"], *expected), case


@pytest.mark.parametrize("options", ["-u 0", "-u user -w /srv/data", "-d", "-i"])
def test_an_exec_changes_the_same_files(pair: Pair, options: str) -> None:
    pair.both("run", "-d", "--network", "none", "--name", "c1", "ubuntu:14.04", "sleep", "600")
    pair.both("exec", "c1", "chmod", "777", "/srv/data")
    script = "echo x > /srv/data/x; mkdir -p /tmp/a/b; rm -f /srv/data/a.txt; id -u > /tmp/who"
    pair.both("exec", *options.split(), "c1", "sh", "-c", script)
    if options == "-d":
        pair.both("exec", "c1", "sleep", "1")
    here, there = pair.both("diff", "c1")
    assert sorted(here.splitlines()) == sorted(there.splitlines())
    assert len(set(pair.both("exec", "c1", "cat", "/tmp/who"))) == 1
