"""``docker search login logout pull`` as users meet them.

What is printed was recorded from docker's client (28.2.2), which was given the same answers by
a daemon's stand-in; refusals of the daemon come from a real one (20.10.24).
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from imagelab import Lab
from imagelab.daemon import Daemon
from imagelab.docker.io import Io
from imagelab.docker.main import execute

ANSWER = [
    {"star_count": 5, "is_official": False, "name": "ubuntu/nginx", "is_automated": False,
     "description": "Nginx, a high-performance reverse proxy & web server. Long-term tracks "
                    "maintained by Canonical."},
    {"star_count": 17000, "is_official": True, "name": "ubuntu", "is_automated": False,
     "description": "Ubuntu is a Debian-based Linux operating system based on free software."},
    {"star_count": 0, "is_official": False, "name": "a/b", "is_automated": True,
     "description": ""},
    {"star_count": 7, "is_official": False, "name": "한/글", "is_automated": True,
     "description": "첫째 줄\n둘째 줄 우분투 이미지 설명이 꽤 길어서 잘려야 하는 설명입니다 "
                    "그렇지요"},
    {"star_count": 7, "is_official": False, "name": "x/y", "is_automated": False,
     "description": "exactly forty-five characters long, I think!!"},
]
TABLE = """\
NAME           DESCRIPTION                                     STARS     OFFICIAL
ubuntu/nginx   Nginx, a high-performance reverse proxy & we…   5         \n\
ubuntu         Ubuntu is a Debian-based Linux operating sys…   17000     [OK]
a/b                                                            0         \n\
한/글          첫째 줄 둘째 줄 우분투 이미지 설명이 꽤 길어…   7         \n\
x/y            exactly forty-five characters long, I think!!   7         \n\
"""
JSON = """\
{"Description":"Nginx, a high-performance reverse proxy \\u0026 we…","IsOfficial":"false",\
"Name":"ubuntu/nginx","StarCount":"5"}
{"Description":"Ubuntu is a Debian-based Linux operating sys…","IsOfficial":"true",\
"Name":"ubuntu","StarCount":"17000"}
"""
DENIED = ("Error response from daemon: pull access denied for {name}, repository does not exist "
          "or may require 'docker login': denied: requested access to the resource is denied\n")
NO_TERMINAL = "Error: Cannot perform an interactive login from a non TTY device\n"
INSECURE = "WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n"
WRONG = "unauthorized: incorrect username or password\n"
SECRET = "imagelab/secret-notes"


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    def search(*_: object, **__: object) -> list[dict[str, Any]]:
        return list(ANSWER)

    monkeypatch.setattr(Daemon, "search", search)


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize(("options", "expected"), [
    ("", TABLE),
    ("--format table", TABLE),
    ("--format json", JSON),
    (r"--format '{{.Name}}\t{{.IsOfficial}}|{{.Description}}'",
     "ubuntu/nginx\t|Nginx, a high-performance reverse proxy & we…\n"
     "ubuntu\t[OK]|Ubuntu is a Debian-based Linux operating sys…\n"),
    (r"--format 'table {{.Name}}\t{{.IsOfficial}}'",
     "NAME           OFFICIAL\nubuntu/nginx   \nubuntu         [OK]\n"),
    ("--no-trunc --format '{{.Description}}'",
     f"{ANSWER[0]['description']}\n{ANSWER[1]['description']}\n"),
])
def test_found_repositories_are_printed_as_the_client_prints_them(
    options: str, expected: str,
) -> None:
    done = Lab().docker(f"search {options} ubuntu")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout[: len(expected)] == expected


@pytest.mark.parametrize(("options", "message"), [
    ("--limit 101", "Error response from daemon: Limit 101 is outside the range of [1, 100]\n"),
    ("--filter stars=x", "Error response from daemon: Invalid filter 'stars=x'\n"),
    ("--filter foo=bar", "Error response from daemon: Invalid filter 'foo'\n"),
    ("--filter is-official=x", "Error response from daemon: Invalid filter 'is-official=[x]'\n"),
    ("--format '{{.IsAutomated}}'",
     'template parsing error: template: :1:2: executing "" at <.IsAutomated>: '
     "can't evaluate field IsAutomated in type *registry.searchContext\n"),
])
def test_what_a_search_refuses(options: str, message: str) -> None:
    done = Lab().docker(f"search {options} u")
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", message)


def names(options: str) -> list[str]:
    return Lab().docker(f"search --format '{{{{.Name}}}}' {options}").stdout.split()


def test_the_official_image_of_the_name_comes_first_then_those_with_more_stars() -> None:
    found = Lab().docker(r"search --format '{{.StarCount}} {{.Name}}' ubuntu").stdout.splitlines()
    assert found[0].endswith(" ubuntu")
    stars = [int(line.split()[0]) for line in found[1:]]
    assert stars == sorted(stars, reverse=True)
    assert len(stars) > 3


def test_a_search_looks_into_descriptions_in_any_case() -> None:
    assert names("UBUNTU") == names("ubuntu")
    assert names("library/ubuntu") == names("ubuntu")
    assert any("ubuntu" not in name for name in names("ubuntu"))
    assert names("no-such-thing-anywhere") == []


@pytest.mark.parametrize(("options", "expected"), [
    ("--filter is-official=true ubuntu", ["ubuntu"]),
    ("--limit 2 --filter is-official=true ubuntu", ["ubuntu"]),
    ("--limit 1 ubuntu", ["ubuntu"]),
    ("--filter stars=5000 ubuntu", ["ubuntu"]),
    ("--filter stars=1 --filter stars=5000 ubuntu", ["ubuntu"]),
    ("--filter is-official=true --filter is-official=false ubuntu", None),
])
def test_filters_and_limit(options: str, expected: list[str] | None) -> None:
    if expected is None:
        assert Lab().docker(f"search {options}").exit_code == 1
    else:
        assert names(options) == expected


def test_filters_leave_out_what_they_name() -> None:
    assert "ubuntu" not in names("--filter is-official=false ubuntu")
    done = Lab().docker("search --filter is-automated=true ubuntu")
    assert done.stdout == "NAME      DESCRIPTION   STARS     OFFICIAL\n"
    assert done.stderr.startswith('WARNING: the "is-automated" filter is deprecated')


# --- accounts ------------------------------------------------------------------------------


class Typed:
    """A terminal at which lines have been typed."""

    def __init__(self, *lines: bytes) -> None:
        self.lines = list(lines)

    def __call__(self) -> bytes:
        return self.lines.pop(0) if self.lines else b""


def run(
    daemon: Daemon, *words: str, stdin: bytes = b"", read_line: Callable[[], bytes] | None = None,
) -> tuple[int, str, str]:
    out, err = bytearray(), bytearray()
    io = Io(out.extend, err.extend, BytesIO(stdin), read_line=read_line)
    code = execute(daemon, words, io)
    return code, out.decode(), err.decode()


@pytest.mark.parametrize(("words", "stdin", "expected"), [
    (("-u", "student", "-p", "imagelab"), b"", (0, "Login Succeeded\n", INSECURE)),
    (("-u", "student", "--password-stdin"), b"imagelab\r\n", (0, "Login Succeeded\n", "")),
    ((), b"", (1, "", NO_TERMINAL)),
    (("-u", "student"), b"imagelab\n", (1, "", NO_TERMINAL)),
    (("-p", "x"), b"", (1, "", INSECURE + NO_TERMINAL)),
    (("--password-stdin",), b"x",
     (1, "", "the --password-stdin option requires --username to be set\n")),
    (("-u", "a", "-p", "b", "--password-stdin"), b"x",
     (1, "", "conflicting options: cannot specify both --password and --password-stdin\n")),
    (("-u", "student", "-p", ""), b"", (1, "", "password is empty\n")),
    (("-u", "", "-p", "x"), b"", (1, "", "username is empty\n")),
])
def test_login(words: tuple[str, ...], stdin: bytes, expected: tuple[int, str, str]) -> None:
    assert run(Daemon(), "login", *words, stdin=stdin) == expected


def test_login_at_a_terminal_asks_for_what_is_missing() -> None:
    daemon = Daemon()
    assert run(daemon, "login", "-u", "student", read_line=Typed(b"\n")) == (
        1, "Password: \n", "Error: Password Required\n")
    assert run(daemon, "login", read_line=Typed(b"\n")) == (
        1, "Username: ", "Error: Non-null Username Required\n")
    code, out, _ = run(daemon, "login", read_line=Typed(b"student\n", b"imagelab\n"))
    assert (code, out) == (0, "Username: Password: \nLogin Succeeded\n")
    code, out, _ = run(daemon, "login")
    assert out.startswith("Authenticating with existing credentials... [Username: student]\n")


def test_a_login_typed_at_a_kept_lab_is_kept(tmp_path: Path) -> None:
    daemon = Lab.open(tmp_path).daemon
    run(daemon, "login", read_line=Typed(b"student\n", b"imagelab\n"))
    assert Lab.open(tmp_path).state.logins == {"docker.io": "student"}


def test_a_wrong_password_leaves_nobody_logged_in() -> None:
    daemon = Daemon()
    code, out, err = run(daemon, "login", "-u", "student", "-p", "wrong")
    assert (code, out) == (1, "")
    assert err.startswith(f"{INSECURE}Error response from daemon: Get ")
    assert err.endswith(WRONG)
    assert daemon.state.logins == {}


def test_other_registries_have_no_accounts_here() -> None:
    code, _, err = run(Daemon(), "login", "-u", "a", "-p", "b", "registry.example:5000")
    assert code == 1
    assert "imagelab does not simulate" in err


@pytest.mark.parametrize("words", [
    ("-u", "student", "-p", "imagelab"), ("-u", "student", "-pimagelab"),
    ("-ustudent", "--password=imagelab"), ("--password", "imagelab", "--nothing"),
])
def test_no_password_is_written_down(words: tuple[str, ...]) -> None:
    daemon = Daemon()
    run(daemon, "login", *words)
    assert "imagelab" not in daemon.journal.current.command


def test_a_private_repository_is_for_those_who_are_logged_in() -> None:
    lab = Lab()
    assert SECRET not in lab.docker("search secret").stdout
    denied = DENIED.format(name=SECRET)
    assert lab.docker(f"pull -q {SECRET}").stderr == denied
    assert denied in f"{lab.docker(f'run {SECRET}').stderr}\n"
    assert denied in f"{lab.docker(f'create {SECRET}').stderr}\n"
    lab.docker("login -u student -p imagelab")
    assert lab.docker(f"pull -q {SECRET}").exit_code == 0
    assert "Removing login credentials for " in lab.docker("logout").stdout
    lab.docker(f"rmi {SECRET}")
    assert lab.docker(f"pull -q {SECRET}").stderr == denied


def test_undo_takes_a_login_back() -> None:
    lab = Lab()
    lab.docker("login -u student -p imagelab")
    lab.undo()
    assert lab.docker("logout").exit_code == 0
    assert lab.docker(f"pull {SECRET}").exit_code == 1


# --- pull ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("line", "message"), [
    ("pull UPPER", "invalid reference format: repository name (library/UPPER) must be lowercase\n"),
    ("pull 'ubuntu:!4.04'", "invalid reference format\n"),
    ("pull ''", "invalid reference format\n"),
    ("pull ubuntu@sha256:123", "invalid reference format\n"),
    ("pull -a ubuntu:14.04", "tag can't be used with --all-tags/-a\n"),
    (f"pull -a ubuntu@sha256:{64 * '0'}", "tag can't be used with --all-tags/-a\n"),
    (f"pull {64 * '0'}",
     f"invalid repository name ({64 * '0'}), cannot specify 64-byte hexadecimal strings\n"),
    ("pull -q scratch", "Error response from daemon: 'scratch' is a reserved name\n"),
    ("pull -q no-such-image", DENIED.format(name="no-such-image")),
    ("pull -q busybox:none", "Error response from daemon: manifest for busybox:none not found: "
                             "manifest unknown: manifest unknown\n"),
    ("pull -q --platform x ubuntu", 'Error response from daemon: "x": unknown operating system '
                                    "or architecture: invalid argument\n"),
    ("pull -q --platform foo/bar/baz/qux ubuntu",
     'Error response from daemon: "foo/bar/baz/qux": cannot parse platform specifier: '
     "invalid argument\n"),
    ("pull -q --platform linux/arm64 busybox",
     "Error response from daemon: no matching manifest for linux/arm64 in the manifest list "
     "entries\n"),
])
def test_what_a_pull_refuses(line: str, message: str) -> None:
    done = Lab().docker(line)
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", message)


def test_the_default_tag_is_told_before_the_daemon_is_asked() -> None:
    done = Lab().docker("pull no-such-image")
    assert done.stdout == "Using default tag: latest\n"
    assert Lab().docker("pull -q busybox").stdout == "docker.io/library/busybox:latest\n"


@pytest.mark.parametrize("platform", ["linux/amd64", "amd64", "linux", "linux/x86_64"])
def test_the_platform_of_the_hub_may_be_asked_for(platform: str) -> None:
    assert Lab().docker(f"pull -q --platform {platform} hello-world").exit_code == 0


def test_all_tags_of_a_repository() -> None:
    lab = Lab()
    lines = lab.docker("pull -a ubuntu").stdout.splitlines()
    tags = [line.split(":")[0] for line in lines if "Pulling from library/ubuntu" in line]
    assert {"14.04", "trusty"} <= set(tags)
    assert sum(line.startswith("Digest: ") for line in lines) == len(tags)
    assert lines[-2:] == ["Status: Downloaded newer image for ubuntu", "docker.io/library/ubuntu"]
    assert lab.docker("images -q ubuntu").stdout.count("\n") >= len(tags)
    again = lab.docker("pull -a ubuntu").stdout.splitlines()
    assert again[-2] == "Status: Image is up to date for ubuntu"


def test_a_pull_by_digest_gives_no_tag() -> None:
    lab = Lab()
    digest = next(line.removeprefix("Digest: ") for line in
                  lab.docker("pull busybox").stdout.splitlines() if line.startswith("Digest: "))
    lab = Lab()
    lines = lab.docker(f"pull busybox@{digest}").stdout.splitlines()
    assert lines[0] == f"docker.io/library/busybox@{digest}: Pulling from library/busybox"
    assert lines[-1] == f"docker.io/library/busybox@{digest}"
    assert "busybox      <none>" in lab.docker("images").stdout


def test_an_image_with_a_digest_alone_is_listed_as_a_daemon_does() -> None:
    """As 20.10.24 answered: dangling if it has no child, and no intermediate image if it has."""
    lab = Lab()
    lab.docker("pull busybox")
    name = lab.docker("inspect -f '{{index .RepoDigests 0}}' busybox").stdout.strip()
    lab.docker("rmi busybox")
    lab.docker(f"pull {name}")

    def listed(options: str = "") -> list[str]:
        return lab.docker(f"images --format {{{{.Repository}}}}:{{{{.Tag}}}} {options}"
                          ).stdout.split()

    for options in ("", "busybox", "-f dangling=true", "-f dangling=false"):
        assert listed(options) == ["busybox:<none>"], options
    lab.docker(f"create --name c1 {name}")
    lab.docker("commit c1 child:1")
    assert listed() == ["child:1", "busybox:<none>"]
    assert listed("-f dangling=true") == []
    assert listed("-f dangling=false") == ["child:1", "busybox:<none>"]


def test_a_terminal_keeps_one_line_of_each_layer() -> None:
    out = bytearray()
    io = Io(out.extend, out.extend, terminal=True)
    assert execute(Daemon(), ["pull", "ubuntu:14.04"], io) == 0
    lines = out.decode().splitlines()
    layers = [line for line in lines if line[12:14] == ": "]
    assert len(layers) == len({line[:12] for line in layers}) == 5
    assert all(line.endswith(": Pull complete") for line in layers)
    assert lines[0] == "14.04: Pulling from library/ubuntu"
