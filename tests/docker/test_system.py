"""``docker version`` and ``docker info``, laid out as docker's client (28.2.2) prints them.

The layouts were recorded from it with a daemon 20.10.24; the values are the lab's.
"""

from __future__ import annotations

import json
import re

import pytest

from imagelab import Lab

VERSION = """\
Client:
 Version:           28.2.2
 API version:       1.41 (downgraded from 1.50)
 Go version:        go1.24.3
 Git commit:        e6534b4
 Built:             Fri May 30 12:07:14 2025
 OS/Arch:           linux/amd64
 Context:           default

Server: *
 Engine:
  Version:          20.10.24
  API version:      1.41 (minimum version 1.12)
  Go version:       go*
  Git commit:       5d6db84
  Built:            *
  OS/Arch:          linux/amd64
  Experimental:     false
 containerd:
  Version:          1.6.20
  GitCommit:        *
 runc:
  Version:          1.1.5
  GitCommit:        *
 docker-init:
  Version:          0.19.0
  GitCommit:        *
"""
INFO = """\
Client:
 Version:    28.2.2
 Context:    default
 Debug Mode: false

Server:
 Containers: 3
  Running: 1
  Paused: 1
  Stopped: 1
 Images: 1
 Server Version: 20.10.24
 Storage Driver: overlay2
  Backing Filesystem: extfs
  Supports d_type: true
  Native Overlay Diff: true
  userxattr: false
 Logging Driver: json-file
 Cgroup Driver: cgroupfs
 Cgroup Version: 1
 Plugins:
  Volume: local
  Network: bridge host *
  Log: awslogs fluentd gcplogs gelf journald json-file local logentries splunk syslog
 Swarm: inactive
 Runtimes: io.containerd.runc.v2 io.containerd.runtime.v1.linux runc
 Default Runtime: runc
 Init Binary: docker-init
 containerd version: *
 runc version: *
 init version: *
 Security Options:
  seccomp
   Profile: default
 Kernel Version: *
 Operating System: *
 OSType: linux
 Architecture: x86_64
 CPUs: 1
 Total Memory: 2GiB
 Name: *
 ID: *
 Docker Root Dir: /var/lib/docker
 Debug Mode: false
 Experimental: false
 Insecure Registries:
  127.0.0.0/8
 Live Restore Enabled: false

"""


def like(layout: str) -> re.Pattern[str]:
    """Return a pattern for a text in which ``*`` stands for anything on the line."""
    return re.compile(re.escape(layout).replace(r"\*", "[^\n]+"))


@pytest.fixture
def lab() -> Lab:
    lab = Lab()
    lab.docker("run --name ended busybox true")
    lab.docker("run -d --name paused busybox sleep 999")
    lab.docker("run -d --name running busybox sleep 999")
    lab.docker("pause paused")
    return lab


def test_version() -> None:
    done = Lab().docker("version")
    assert like(VERSION).fullmatch(done.stdout)
    assert (done.exit_code, done.stderr) == (0, "")


@pytest.mark.parametrize("command", ["info", "system info"])
def test_info_counts_what_is_there(lab: Lab, command: str) -> None:
    assert like(INFO).fullmatch(lab.docker(command).stdout)


def test_both_say_that_this_is_a_simulation() -> None:
    assert "\nServer: imagelab" in Lab().docker("version").stdout
    assert "Operating System: imagelab" in Lab().docker("info").stdout
    assert "build imagelab" in Lab().docker("--version").stdout


def test_info_names_who_is_logged_in(lab: Lab) -> None:
    lab.docker("login -u student -p imagelab")
    assert " Debug Mode: false\n Username: student\n Experimental: " in lab.docker("info").stdout


def test_the_kernel_is_that_of_the_containers(lab: Lab) -> None:
    kernel = lab.docker("run --rm busybox uname -r").stdout
    assert lab.docker("info -f '{{.KernelVersion}}'").stdout == kernel
    assert lab.docker("info -f '{{.NCPU}}'").stdout == lab.docker("run --rm busybox nproc").stdout


@pytest.mark.parametrize(("line", "expected"), [
    ("version -f '{{.Server.Version}} {{.Client.Version}} {{.Client.APIVersion}} {{.Server.Os}}'",
     "20.10.24 28.2.2 1.41 linux\n"),
    ("version -f '{{range .Server.Components}}{{.Name}} {{.Version}};{{end}}'",
     "Engine 20.10.24;containerd 1.6.20;runc 1.1.5;docker-init 0.19.0;\n"),
    ("version -f 'table x'", "table x\n"),
    ("info -f '{{.ServerVersion}} {{.Driver}} {{.Containers}} {{.Images}} {{.DockerRootDir}}'",
     "20.10.24 overlay2 0 0 /var/lib/docker\n"),
    ("info -f '{{.Plugins.Volume}} {{.Swarm.LocalNodeState}} {{.ClientInfo.Version}}'",
     "[local] inactive 28.2.2\n"),
])
def test_templates(line: str, expected: str) -> None:
    done = Lab().docker(line)
    assert (done.exit_code, done.stdout, done.stderr) == (0, expected, "")


@pytest.mark.parametrize(("line", "code", "message"), [
    ("version -f '{{.Foo}}'", 1, 'template: version:1:2: executing "version" at <.Foo>: '
                                 "can't evaluate field Foo in type system.versionInfo\n"),
    ("version -f '{{.Client.Foo}}'", 1,
     'template: version:1:9: executing "version" at <.Client.Foo>: '
     "can't evaluate field Foo in type system.clientVersion\n"),
    ("version -f '{{'", 64,
     "template parsing error: template: version:1: unclosed action\n"),
    ("info -f '{{.Foo}}'", 1, 'template: :1:2: executing "" at <.Foo>: '
                              "can't evaluate field Foo in type system.dockerInfo\n"),
    ("info -f '{{'", 64, "template parsing error: template: :1: unclosed action\n"),
])
def test_templates_that_fail(line: str, code: int, message: str) -> None:
    done = Lab().docker(line)
    assert (done.exit_code, done.stderr) == (code, message)
    assert done.stdout == ("\n" if code == 1 else "")


def test_what_came_before_a_failure_is_printed() -> None:
    assert Lab().docker("version -f '{{.Client.Os}} {{.Foo}}'").stdout == "linux \n"


#: The keys of the client's JSON, in its order.
VERSION_KEYS = {
    "Client": ["Version", "ApiVersion", "DefaultAPIVersion", "GitCommit", "GoVersion", "Os",
               "Arch", "BuildTime", "Context"],
    "Server": ["Platform", "Components", "Version", "ApiVersion", "MinAPIVersion", "GitCommit",
               "GoVersion", "Os", "Arch", "KernelVersion", "BuildTime"],
}


@pytest.mark.parametrize("format", ["json", "'{{json .}}'"])
def test_version_as_json(format: str) -> None:
    printed = json.loads(Lab().docker(f"version -f {format}").stdout)
    assert {part: list(printed[part]) for part in printed} == VERSION_KEYS


def test_info_as_json(lab: Lab) -> None:
    printed = json.loads(lab.docker("info -f json").stdout)
    assert (printed["ContainersRunning"], printed["ContainersPaused"]) == (1, 1)
    assert printed["InitBinary"] == "docker-init"
    assert list(printed["ClientInfo"])[:3] == ["Debug", "Version", "DefaultAPIVersion"]
