"""Installing packages: texts are those of a real Debian 12, its apt 2.6.1 and dpkg 1.21."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from imagelab.model.filesystem import FileSystem
from imagelab.model.node import Node, directory, file, size_of, symlink
from imagelab.model.tree import Tree
from imagelab.registry.catalogue.layers import BUILDERS
from imagelab.shell.budget import Budget
from imagelab.shell.packages.reader import packages
from imagelab.shell.packages.releases import release_of
from imagelab.shell.process import Advance, advance, spawn
from tests.shell.support import NOW, container, run, text

_ENV = ("HOME=/root", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
_START = "Reading package lists...\nBuilding dependency tree...\nReading state information...\n"


@cache
def _tree(layer: str) -> Tree:
    return Tree().over(BUILDERS[layer]())


def _system(layer: str = "debian-12/rootfs", **files: bytes) -> FileSystem:
    found = FileSystem(_tree(layer), {}, now=NOW)
    for path, data in files.items():
        found.write(path.replace("__", "/"), data)
    return found


def _run(files: FileSystem, script: str, *, uid: int = 0, stdin: bytes = b"") -> Advance:
    return run(files, "sh", "-c", script, env=_ENV, uid=uid, stdin=stdin,
               budget=Budget(steps=600_000))


def _out(files: FileSystem, script: str, **more: bytes) -> str:
    return text(_run(files, script, stdin=more.get("stdin", b"")))


@pytest.fixture
def updated() -> FileSystem:
    files = _system()
    _run(files, "apt-get update")
    return files


# --- apt-get ---------------------------------------------------------------------------------


def test_nothing_is_found_before_an_update() -> None:
    result = _run(_system(), "apt-get install -y curl")
    assert text(result) == _START
    assert text(result, 2) == "E: Unable to locate package curl\n"
    assert result.process.status == 100


def test_update_leaves_lists_of_the_real_size() -> None:
    files = _system()
    told = _out(files, "apt-get update").splitlines()
    assert told[0] == "Get:1 http://archive.example/debian bookworm InRelease [151 kB]"
    assert "Get:4 http://archive.example/debian bookworm/main amd64 Packages [8793 kB]" in told
    assert told[-1] == "Reading package lists..."
    # The real ones took 19,003,596 bytes for bookworm/main alone.
    assert 18_900_000 < size_of(files.changes) < 20_500_000
    again = _out(files, "apt-get update").splitlines()
    assert again[0] == "Hit:1 http://archive.example/debian bookworm InRelease"
    assert not any(line.startswith("Fetched") for line in again)


def test_install_asks_first_and_stops_without_an_answer(updated: FileSystem) -> None:
    result = _run(updated, "apt-get install curl")
    assert text(result) == _START + """\
The following additional packages will be installed:
  ca-certificates krb5-locales libbrotli1 libcurl4 libgssapi-krb5-2
  libk5crypto3 libkeyutils1 libkrb5-3 libkrb5support0 libldap-2.5-0
  libldap-common libnghttp2-14 libpsl5 librtmp1 libsasl2-2 libsasl2-modules
  libsasl2-modules-db libssh2-1 libssl3 openssl publicsuffix
Suggested packages:
  krb5-doc krb5-user libsasl2-modules-gssapi-mit
  | libsasl2-modules-gssapi-heimdal libsasl2-modules-ldap libsasl2-modules-otp
  libsasl2-modules-sql
The following NEW packages will be installed:
  ca-certificates curl krb5-locales libbrotli1 libcurl4 libgssapi-krb5-2
  libk5crypto3 libkeyutils1 libkrb5-3 libkrb5support0 libldap-2.5-0
  libldap-common libnghttp2-14 libpsl5 librtmp1 libsasl2-2 libsasl2-modules
  libsasl2-modules-db libssh2-1 libssl3 openssl publicsuffix
0 upgraded, 22 newly installed, 0 to remove and 0 not upgraded.
Need to get 6122 kB of archives.
After this operation, 15.7 MB of additional disk space will be used.
Do you want to continue? [Y/n] Abort.
"""
    assert result.process.status == 1
    assert _run(updated, "curl").process.status == 127


def test_install_goes_on_with_an_answer_from_the_terminal(updated: FileSystem) -> None:
    process = spawn(updated, ["apt-get", "install", "curl"], env=_ENV, cwd="/", uid=0, gid=0,
                    tty=True, stdin_open=True)
    asked = advance(process, updated, NOW, Budget(), hostname="box")
    assert text(asked).endswith("Do you want to continue? [Y/n] ")
    assert text(asked).startswith("Reading package lists... Done\n")
    assert asked.process.status is None
    answered = advance(replace(asked.process, stdin=b"y\n"), updated, NOW, Budget(),
                       hostname="box")
    assert answered.process.status == 0
    assert "Do you want" not in text(answered)
    assert "The following" not in text(answered)
    assert "Setting up curl (" in text(answered)


@pytest.mark.parametrize(("options", "told"), [
    ("install -y vim nano", """\
The following additional packages will be installed:
  libgpm2 libncursesw6 libsodium23 vim-common vim-runtime xxd
Suggested packages:
  gpm hunspell ctags vim-doc vim-scripts
The following NEW packages will be installed:
  libgpm2 libncursesw6 libsodium23 nano vim vim-common vim-runtime xxd
0 upgraded, 8 newly installed, 0 to remove and 0 not upgraded.
Need to get 9803 kB of archives.
After this operation, 45.2 MB of additional disk space will be used.
"""),
    ("-q install -y less", """\
The following NEW packages will be installed:
  less
0 upgraded, 1 newly installed, 0 to remove and 0 not upgraded.
Need to get 132 kB of archives.
After this operation, 321 kB of additional disk space will be used.
"""),
    ("install -y", "0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n"),
])
def test_what_will_be_installed_is_told_as_apt_does(
    updated: FileSystem, options: str, told: str
) -> None:
    out = _out(updated, f"apt-get {options}")
    assert out.partition("Get:1 ")[0] == _START + told


def test_install_without_recommended_packages(updated: FileSystem) -> None:
    out = _out(updated, "apt-get install -y --no-install-recommends libssl3 openssl "
               "ca-certificates; apt-get install -y --no-install-recommends curl wget")
    assert """\
The following additional packages will be installed:
  libbrotli1 libcurl4 libgssapi-krb5-2 libk5crypto3 libkeyutils1 libkrb5-3
  libkrb5support0 libldap-2.5-0 libnghttp2-14 libpsl5 librtmp1 libsasl2-2
  libsasl2-modules-db libssh2-1
Suggested packages:
  krb5-doc krb5-user
Recommended packages:
  krb5-locales libldap-common publicsuffix libsasl2-modules
The following NEW packages will be installed:
  curl libbrotli1 libcurl4 libgssapi-krb5-2 libk5crypto3 libkeyutils1
  libkrb5-3 libkrb5support0 libldap-2.5-0 libnghttp2-14 libpsl5 librtmp1
  libsasl2-2 libsasl2-modules-db libssh2-1 wget
0 upgraded, 16 newly installed, 0 to remove and 0 not upgraded.
""" in out


def test_small_package_is_unpacked_and_set_up(updated: FileSystem) -> None:
    result = _run(updated, "apt-get install -y -qq tree")
    lines = text(result).splitlines()
    assert lines[1].startswith("(Reading database ... ")
    assert [*lines[:1], *lines[2:]] == [
        "Selecting previously unselected package tree.",
        "Preparing to unpack .../tree_2.1.0-1_amd64.deb ...",
        "Unpacking tree (2.1.0-1) ...",
        "Setting up tree (2.1.0-1) ...",
    ]
    assert text(result, 2) == (
        "debconf: delaying package configuration, since apt-utils is not installed\n")
    assert _out(updated, "dpkg -L tree").splitlines() == [
        "/.", "/usr", "/usr/bin", "/usr/bin/tree", "/usr/share", "/usr/share/doc",
        "/usr/share/doc/tree", "/usr/share/doc/tree/README.gz", "/usr/share/doc/tree/TODO",
        "/usr/share/doc/tree/changelog.Debian.gz", "/usr/share/doc/tree/changelog.gz",
        "/usr/share/doc/tree/copyright", "/usr/share/man", "/usr/share/man/man1",
        "/usr/share/man/man1/tree.1.gz",
    ]
    assert _out(updated, "dpkg -S bin/tree") == "tree: /usr/bin/tree\n"
    status = _out(updated, "dpkg -s tree")
    assert "Status: install ok installed\n" in status
    assert "Version: 2.1.0-1\n" in status
    assert "Installed-Size: 113\n" in status
    again = _out(updated, "apt-get install -y tree")
    assert again == _START + (
        "tree is already the newest version (2.1.0-1).\n"
        "0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n")


def test_archives_stay_where_no_hook_removes_them(updated: FileSystem) -> None:
    archives = "/var/cache/apt/archives"
    _run(updated, "apt-get install -y tree")
    assert _out(updated, f"ls {archives} | grep -c deb") == "0\n"
    _run(updated, "rm /etc/apt/apt.conf.d/docker-clean; apt-get install -y less")
    assert _out(updated, f"ls {archives} | grep deb") == "less_590-2.1~deb12u2_amd64.deb\n"
    assert _out(updated, f"stat -c %s {archives}/less*") == "132044\n"
    kept = size_of(updated.changes)
    _run(updated, "apt-get clean")
    assert size_of(updated.changes) < kept - 132_044


def test_lists_weigh_until_they_are_removed(updated: FileSystem) -> None:
    before = size_of(updated.changes)
    _run(updated, "rm -rf /var/lib/apt/lists/*")
    assert size_of(updated.changes) < before - 18_000_000


def test_removing_leaves_settings_and_purging_does_not(updated: FileSystem) -> None:
    _run(updated, "apt-get install -y nginx")
    out = _out(updated, "apt-get remove -y nginx")
    assert " nginx-common\nUse 'apt autoremove' to remove them.\n" in out
    assert out.splitlines()[-1].startswith("Removing nginx (")
    _run(updated, "apt-get autoremove -y")
    assert _out(updated, "dpkg -l nginx-common | tail -n 1 | cut -c 1-18") == "rc  nginx-common  \n"
    assert _out(updated, "ls /etc/nginx/nginx.conf") == "/etc/nginx/nginx.conf\n"
    out = _out(updated, "apt-get purge -y nginx-common")
    assert "Purging configuration files for nginx-common (" in out
    assert _run(updated, "ls /etc/nginx").process.status == 2
    assert _run(updated, "dpkg -l nginx-common").process.status == 1


def test_removing_a_package_and_what_came_with_it(updated: FileSystem) -> None:
    _run(updated, "apt-get install -y --no-install-recommends curl")
    out = _out(updated, "apt-get purge -y --auto-remove curl")
    assert out.startswith(_START + """\
The following packages will be REMOVED:
  curl* libbrotli1* libcurl4* libgssapi-krb5-2* libk5crypto3* libkeyutils1*
  libkrb5-3* libkrb5support0* libldap-2.5-0* libnghttp2-14* libpsl5* librtmp1*
  libsasl2-2* libsasl2-modules-db* libssh2-1* libssl3*
0 upgraded, 0 newly installed, 16 to remove and 0 not upgraded.
""")
    assert _run(updated, "curl").process.status == 127
    result = _run(updated, "apt-get remove -y curl; apt-get remove -y nosuchpkg")
    assert text(result) == _START + (
        "Package 'curl' is not installed, so not removed\n"
        "0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n") + _START
    assert text(result, 2) == "E: Unable to locate package nosuchpkg\n"


def test_a_user_may_not(updated: FileSystem) -> None:
    result = _run(updated, "apt-get install -y tree", uid=1000)
    assert text(result, 2) == (
        "E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)\n"
        "E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you "
        "root?\n")
    assert result.process.status == 100
    assert "are you root" not in text(_run(updated, "apt-get update", uid=1000), 2)


@pytest.mark.parametrize(("command", "status", "error"), [
    ("apt-get bogus", 100, "E: Invalid operation bogus\n"),
    ("apt-get install -Z foo", 100, "E: Command line option 'Z' [from -Z] is not understood in "
     "combination with the other options.\n"),
    ("apt-get install -y tree=9.9", 100, "E: Version '9.9' for 'tree' was not found\n"),
    ("apt update -q > /dev/null", 0, "\nWARNING: apt does not have a stable CLI interface. Use "
     "with caution in scripts.\n\n"),
    ("dpkg -s nosuch", 1, "dpkg-query: package 'nosuch' is not installed and no information is "
     "available\nUse dpkg --info (= dpkg-deb --info) to examine archive files.\n"),
    ("dpkg -S /nosuch", 1, "dpkg-query: no path found matching pattern /nosuch\n"),
    ("dpkg -P tree", 0, "dpkg: warning: ignoring request to remove tree which isn't "
     "installed\n"),
    ("dpkg -i nofile.deb", 2, "dpkg: error: cannot access archive 'nofile.deb': No such file or "
     "directory\n"),
])
def test_errors(updated: FileSystem, command: str, status: int, error: str) -> None:
    result = _run(updated, command)
    assert (result.process.status, text(result, 2)) == (status, error)


def test_selections_and_table_have_the_real_columns(updated: FileSystem) -> None:
    _run(updated, "apt-get install -y -qq tree")
    assert "adduser\t\t\t\t\t\tinstall\n" in _out(updated, "dpkg --get-selections")
    table = _out(updated, "dpkg -l 'tre*'").splitlines()
    assert table[:3] == [
        "Desired=Unknown/Install/Remove/Purge/Hold",
        "| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend",
        "|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)",
    ]
    assert table[3].startswith("||/ Name           Version      Architecture Description")
    assert table[4].startswith("+++-==============-============-============-====")
    assert table[5].startswith("ii  tree           2.1.0-1      amd64        ")


def test_policy(updated: FileSystem) -> None:
    _run(updated, "apt-get install -y tree")
    assert _out(updated, "apt-cache policy tree") == """\
tree:
  Installed: 2.1.0-1
  Candidate: 2.1.0-1
  Version table:
 *** 2.1.0-1 500
        500 http://archive.example/debian bookworm/main amd64 Packages
        100 /var/lib/dpkg/status
"""


def test_programs_that_are_not_simulated_say_so(updated: FileSystem) -> None:
    result = _run(updated, "apt-get install -y -qq git; git --version")
    assert result.process.status == 126
    assert "imagelab does not simulate git\n" in text(result, 2)


def test_left_out_files_do_not_come(updated: FileSystem) -> None:
    updated.write("/etc/dpkg/dpkg.cfg.d/docker", b"path-exclude /usr/share/man/*\n"
                  b"path-exclude /usr/share/doc/*\npath-include /usr/share/doc/*/copyright\n")
    _run(updated, "apt-get install -y tree")
    assert updated.lookup("usr/share/man/man1/tree.1.gz") is None
    assert updated.names("usr/share/doc/tree") == ["copyright"]


@pytest.mark.parametrize(("name", "version", "curl", "python"), [
    ("ubuntu", "14.04", "7.35.0-1ubuntu2", "python3.4"),
    ("ubuntu", "16.04", "7.47.0-1ubuntu2", "python3.5"),
    ("ubuntu", "22.04", "7.81.0-1ubuntu1", "python3.10"),
    ("ubuntu", "24.04", "8.5.0-2ubuntu10", "python3.12"),
    ("debian", "12", "7.88.1-10+deb12u", "python3.11"),
])
def test_versions_follow_the_release(name: str, version: str, curl: str, python: str) -> None:
    release = release_of(f'NAME="x"\nID={name}\nVERSION_ID="{version}"\n')
    assert release.packages["curl"].version.startswith(curl)
    assert f"usr/bin/{python}" in release.packages[f"{python}-minimal"].nodes(0)
    for package in release.packages.values():
        assert {*package.depends, *package.recommends} <= set(release.packages)


@pytest.mark.parametrize("layer", ["ubuntu-14.04/rootfs", "ubuntu-16.04/rootfs",
                                   "ubuntu-22.04/rootfs", "ubuntu-24.04/rootfs"])
def test_every_ubuntu_installs(layer: str) -> None:
    files = _system(layer)
    result = _run(files, "apt-get update > /dev/null && apt-get install -y curl vim && "
                  "apt-get install -y build-essential python3 > /dev/null && dpkg -s curl")
    assert result.process.status == 0, text(result, 2)
    assert "Status: install ok installed" in text(result)


def test_list_is_whole() -> None:
    for name in ("debian", "alpine"):
        known = packages(name)
        for package in known.values():
            assert {*package.depends, *package.recommends} <= set(known)
            nodes = package.nodes(0)
            assert nodes or package.name == "build-essential"
            assert all(not path.startswith("/") for path in nodes)


# --- apk -------------------------------------------------------------------------------------


def _alpine() -> FileSystem:
    return _system("alpine-3.21/rootfs")


def test_apk_add_and_del() -> None:
    files = _alpine()
    before = files.lookup("lib/apk/db/installed")
    assert before is not None
    out = _out(files, "apk add --no-cache bash")
    assert out.splitlines() == [
        "fetch http://archive.example/alpine/v3.21/main/x86_64/APKINDEX.tar.gz",
        "fetch http://archive.example/alpine/v3.21/community/x86_64/APKINDEX.tar.gz",
        "(1/4) Installing ncurses-terminfo-base (6.5_p20241006-r3)",
        "(2/4) Installing libncursesw (6.5_p20241006-r3)",
        "(3/4) Installing readline (8.2.13-r0)",
        "(4/4) Installing bash (5.2.37-r0)",
        "Executing bash-5.2.37-r0.post-install",
        "Executing busybox-1.37.0-r12.trigger",
        "OK: 9 MiB in 20 packages",
    ]
    assert "bash\n" in _out(files, "cat /etc/apk/world")
    assert _out(files, "bash -c '[[ x == x ]] && echo ran'") == "ran\n"
    assert not any(path.startswith("var/cache/apk/") for path in files.changes)
    out = _out(files, "apk del bash")
    assert out.splitlines()[:2] == ["(1/4) Purging bash (5.2.37-r0)",
                                    "Executing bash-5.2.37-r0.pre-deinstall"]
    assert files.read("lib/apk/db/installed").read() == before.content.read()
    assert _run(files, "bash").process.status == 127


def test_apk_keeps_the_index_unless_told_otherwise() -> None:
    files = _alpine()
    out = _out(files, "apk add tree; apk add tree; apk add less")
    assert out.count("fetch ") == 2
    assert _out(files, "ls /var/cache/apk | wc -l") == "2\n"


def test_apk_does_not_know_everything() -> None:
    result = _run(_alpine(), "apk add --no-cache -q nosuch curl")
    assert text(result, 2) == (
        "ERROR: unable to select packages:\n  nosuch (no such package):\n"
        "    required by: world[nosuch]\n")
    assert (result.process.status, text(result)) == (1, "")


def test_apk_virtual_package() -> None:
    files = _alpine()
    out = _out(files, "apk add --no-cache --virtual .build make; apk info -e make;"
               "cat /etc/apk/world; apk del .build; apk info -e make; apk info | wc -l")
    assert "(2/2) Installing .build (20231114.221320)" in out
    assert ".build\n" in out
    assert "(2/2) Purging make (" in out
    assert out.endswith("\n16\n")


def test_apk_needs_root() -> None:
    result = _run(_alpine(), "apk add tree", uid=1000)
    assert (result.process.status, text(result, 2)) == (
        99, "ERROR: Unable to lock database: Permission denied\n"
        "ERROR: Failed to open apk database: Permission denied\n")


def test_apk_tells_what_belongs_to_whom() -> None:
    files = _alpine()
    _run(files, "apk add --no-cache tree")
    assert _out(files, "apk info -L tree") == "tree-2.2.1-r0 contains:\nusr/bin/tree\n\n"
    assert _out(files, "apk info -W /usr/bin/tree") == (
        "/usr/bin/tree is owned by tree-2.2.1-r0\n")
    assert _out(files, "apk search -q git").splitlines() == ["git-2.47.2-r0",
                                                           "git-init-template-2.47.2-r0"]


# --- tree ------------------------------------------------------------------------------------


def _drawn(*argv: str) -> str:
    nodes: dict[str, Node] = {
        "w": directory(), "w/a": directory(), "w/a/b": directory(), "w/a/f": file(b"1\n", 0o755),
        "w/c": directory(), "w/.h": file(b"22\n"), "w/l": symlink("a"),
        "w/dead": symlink("nowhere"),
    }
    result = run(container("gnu", nodes), "tree", *argv, cwd="/w")
    return text(result)


def test_tree_draws_as_the_real_one() -> None:
    """Recorded from tree 2.1.0 in the C locale."""
    assert _drawn() == """\
.
|-- a
|   |-- b
|   `-- f
|-- c
|-- dead -> nowhere
`-- l -> a

5 directories, 2 files
"""
    assert _drawn("-a", "-L", "1") == """\
.
|-- .h
|-- a
|-- c
|-- dead -> nowhere
`-- l -> a

4 directories, 2 files
"""
    assert _drawn("-p", "a", "nodir") == """\
[drwxr-xr-x]  a
|-- [drwxr-xr-x]  b
`-- [-rwxr-xr-x]  f
nodir  [error opening dir]

2 directories, 1 file
"""
    assert _drawn("-df") == """\
.
|-- ./a
|   `-- ./a/b
|-- ./c
`-- ./l -> a

5 directories
"""
