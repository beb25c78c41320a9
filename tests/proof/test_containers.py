"""The same script in a container here and there: the same differences, the same layer."""

from __future__ import annotations

import pytest

from tests.proof.pair import Pair, entries_of, layers_of

pytestmark = pytest.mark.requires("docker", "dockerd")

SCRIPTS = (
    "true",
    "echo a > /a",
    "mkdir -p /x/y/z; echo 1 > /x/y/1; echo 2 > /x/2",
    "rm /srv/data/a.txt",
    "rm -r /srv/data",
    "rm -rf /srv",
    "rm -r /srv/data; mkdir /srv/data",
    "rm -r /srv/data; mkdir /srv/data; echo z > /srv/data/z; rm /srv/data/z",
    "echo x > /srv/data/a.txt; rm /srv/data/a.txt; echo y > /srv/data/a.txt",
    "cat /srv/data/a.txt > /tmpcopy; cat /tmpcopy > /srv/data/a.txt",
    ": >> /srv/data/a.txt",
    "touch /srv/data/a.txt",
    "touch /srv/data",
    "chmod 700 /srv/data/a.txt",
    "chmod 700 /srv/data",
    "chmod 755 /srv/data",
    "chown 1:2 /srv/data/a.txt",
    "chown -R 1:2 /srv",
    "ln -s a.txt /srv/data/link; ln /srv/data/a.txt /srv/data/hard",
    "mv /srv/data/a.txt /srv/data/moved",
    "mv /srv/data/a.txt /moved; echo back > /srv/data/a.txt",
    "mv /srv/data /srv/other",
    "mv /srv /gone",
    "mkdir /n; echo 1 > /n/1; mv /n /m",
    "mkdir -p /n/o; mv /n/o /n/p; mv /n/p /srv",
    "cp -r /srv/data /copy",
    "echo a > /a; rm /a",
    "mkdir /a; rmdir /a",
    "rm /srv/data/a.txt; mkdir /srv/data/a.txt",
    "rm -r /srv/data; ln -s /etc /srv/data",
    "echo host > /etc/hostname; echo more >> /etc/hosts",
    "echo x > /dev/shm/x; echo y > /dev/null",
    "mkdir -p /root/.config; echo c > /root/.config/c",
    "rm /etc/passwd; rm /bin/vi",
    "umask 077; mkdir /private; echo p > /private/p",
    "mkfifo /pipe",
    "echo 1 > /tmp/1; chmod 1777 /tmp",
)
START = {
    "text without #!": "/text",
    "by a relative path": "./text",
    "in PATH": "text",
    "empty": "/empty",
    "bad interpreter": "/badint",
    "script": "/script",
    "directory": "/d",
    "root": "/",
    "dot": ".",
    "no x bit": "/srv/data/a.txt",
    "missing in PATH": "nothing",
    "missing path": "/no/such",
    "dangling link": "/dangling",
    "empty word": "",
}
PREPARE = (
    "echo echo hi > /text; chmod 755 /text; : > /empty; chmod 755 /empty; "
    "printf '#!/no/such\\necho hi\\n' > /badint; printf '#!/bin/sh\\necho hi\\n' > /script; "
    "chmod 755 /badint /script; mkdir /d; ln -s /nowhere /dangling; cp /text /bin/text"
)


@pytest.mark.parametrize("script", SCRIPTS)
def test_diff_and_layer_are_those_of_a_real_container(pair: Pair, script: str) -> None:
    pair.both("run", "--network", "none", "--name", "c1", "ubuntu:14.04", "sh", "-c", script)
    here, there = pair.both("diff", "c1")
    assert sorted(here.splitlines()) == sorted(there.splitlines())
    pair.both("commit", "c1", "one:1")
    here, there = pair.both("inspect", "-f", "{{len .RootFS.Layers}} {{.Size}}", "one:1")
    assert here == there
    if here.startswith("2 "):
        return
    mine, real = pair.folder / "mine.tar", pair.folder / "real.tar"
    pair.here("save", "-o", str(mine), "one:1")
    pair.there("save", "-o", str(real), "one:1")
    assert entries_of(layers_of(mine)[-1]) == entries_of(layers_of(real)[-1])


def test_programs_that_cannot_be_started(pair: Pair) -> None:
    pair.both("run", "--network", "none", "--name", "prepared", "ubuntu:14.04", "sh", "-c", PREPARE)
    pair.both("commit", "prepared", "odd:1")
    wrong = {}
    for name, program in START.items():
        here, there = [], []
        for words in (
            ("run", "--network", "none", "--name", "c1", "odd:1", program),
            ("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}} {{.State.Error}}", "c1"),
            ("start", "-a", "c1"),
            ("rm", "-f", "c1"),
        ):
            mine, real = pair.lab.docker(words), pair.dockerd.docker(*words, check=False)
            here.append((mine.exit_code, mine.stdout, mine.stderr))
            there.append((real.returncode, real.stdout, real.stderr))
        if here != there:
            wrong[name] = (here, there)
    assert not wrong


@pytest.mark.parametrize("options", [
    ("-u", "nobody-there"), ("-u", "0:no-group"), ("-w", "/etc/passwd"), ("-w", "relative"),
    ("--entrypoint", ""), ("-e", "PATH=/nowhere"), ("-e", "PATH="),
], ids=" ".join)
def test_options_that_keep_a_container_from_starting(
    pair: Pair, options: tuple[str, str],
) -> None:
    command = () if options[0] == "--entrypoint" else ("sh", "-c", "true")
    words = ("run", "--network", "none", "--name", "c1", *options, "ubuntu:14.04", *command)
    here, there = pair.lab.docker(words), pair.dockerd.docker(*words, check=False)
    assert (here.exit_code, here.stdout, here.stderr) == (
        there.returncode, there.stdout, there.stderr)
    mine, real = pair.both(
        "ps", "-a", "--format", "{{.Names}} {{.Image}} {{.Command}} {{.State}} {{.Status}}")
    assert mine == real


def test_hosts_that_are_added(pair: Pair) -> None:
    line = ("run --rm --network none --add-host one:1.2.3.4 --add-host two:::1 "
            "ubuntu:14.04 cat /etc/hosts")
    here, there = pair.both(*line.split())
    assert here == there
