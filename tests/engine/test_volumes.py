"""Volumes; expectations were recorded from a daemon 20.10.24 and docker's client 28.2.2."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from imagelab import Lab

HEADER = "DRIVER    VOLUME NAME\n"


@pytest.fixture
def lab() -> Lab:
    lab = Lab()
    lab.docker("pull busybox")
    return lab


def volumes(lab: Lab) -> list[str]:
    return lab.docker("volume ls -q").stdout.split()


def sh(lab: Lab, options: str, script: str) -> str:
    done = lab.docker(f"run --rm {options} busybox sh -c '{script}'")
    assert done.exit_code == 0, done.stderr
    return done.stdout


def inspect(lab: Lab, name: str, what: str = ".") -> Any:
    return json.loads(lab.docker(f"inspect {name} --format '{{{{json {what}}}}}'").stdout)


def test_a_volume_without_a_name_gets_one(lab: Lab) -> None:
    lab.docker("run --name aa -v /data busybox true")
    (name,) = volumes(lab)
    assert re.fullmatch("[0-9a-f]{64}", name)
    assert lab.docker("volume ls").stdout == f"{HEADER}local     {name}\n"
    assert inspect(lab, "aa", ".Mounts") == [{
        "Type": "volume", "Name": name, "Source": f"/var/lib/docker/volumes/{name}/_data",
        "Destination": "/data", "Driver": "local", "Mode": "", "RW": True, "Propagation": ""}]
    assert inspect(lab, "aa", ".Config.Volumes") == {"/data": {}}
    assert inspect(lab, "aa", ".HostConfig.Binds") is None


def test_a_volume_with_a_name(lab: Lab) -> None:
    lab.docker("create --name aa -v named:/srv busybox")
    assert volumes(lab) == ["named"]
    assert inspect(lab, "aa", ".Mounts") == [{
        "Type": "volume", "Name": "named", "Source": "/var/lib/docker/volumes/named/_data",
        "Destination": "/srv", "Driver": "local", "Mode": "z", "RW": True, "Propagation": ""}]
    assert inspect(lab, "aa", ".Config.Volumes") is None
    assert inspect(lab, "aa", ".HostConfig.Binds") == ["named:/srv"]


def test_files_outlive_containers(lab: Lab) -> None:
    sh(lab, "-v kept:/data", "echo one > /data/file")
    assert sh(lab, "-v kept:/other", "cat /other/file") == "one\n"
    assert sh(lab, "-v another:/data", "ls /data") == ""


def test_two_containers_see_each_others_files(lab: Lab) -> None:
    lab.docker("run -d --name aa -v kept:/data busybox sh -c "
               "'while ! test -e /data/go; do sleep 1; done; cat /data/go > /data/seen'")
    sh(lab, "-v kept:/x", "echo yes > /x/go")
    sh(lab, "", "sleep 2")
    assert sh(lab, "-v kept:/x", "cat /x/seen") == "yes\n"


def test_an_empty_volume_is_filled_from_the_image(lab: Lab) -> None:
    there = sh(lab, "", "ls -a /etc; cat /etc/passwd")
    assert sh(lab, "-v /etc", "ls -a /etc; cat /etc/passwd") == there
    assert sh(lab, "-v kept:/etc", "echo mine > /etc/own; cat /etc/passwd") in there
    assert sh(lab, "-v kept:/x", "cat /x/own") == "mine\n"
    assert sh(lab, "-v programs:/bin", "rm /bin/ls; echo gone") == "gone\n"
    assert lab.docker("run --rm -v programs:/bin busybox ls").exit_code == 127


def test_a_volume_that_is_not_empty_or_not_to_be_filled_stays(lab: Lab) -> None:
    sh(lab, "-v kept:/data", "touch /data/only")
    assert sh(lab, "-v kept:/etc", "ls /etc").split()[:1] != ["group"]
    assert "passwd" not in sh(lab, "-v fresh:/etc:nocopy", "ls /etc")


def test_what_is_in_a_volume_is_no_change_of_the_container(lab: Lab) -> None:
    lab.docker("run --name aa -v /etc -v named:/srv/deep busybox sh -c "
               "'echo a > /etc/new; echo b > /srv/deep/new'")
    assert lab.docker("diff aa").stdout == "A /srv\nA /srv/deep\n"


@pytest.mark.parametrize(("command", "left"), [
    ("rm aa", 2), ("rm -v aa", 1), ("rm -fv aa", 1),
])
def test_removing_a_container(lab: Lab, command: str, left: int) -> None:
    lab.docker("run --name aa -v /data -v named:/srv busybox true")
    lab.docker(command)
    assert len(volumes(lab)) == left
    assert "named" in volumes(lab)


def test_rm_of_run_takes_volumes_without_a_name(lab: Lab) -> None:
    sh(lab, "-v /data -v keep:/k", "true")
    assert volumes(lab) == ["keep"]


def test_an_anonymous_volume_that_stays_can_be_used_by_its_name(lab: Lab) -> None:
    lab.docker("run --name aa -v /data busybox sh -c 'echo hi > /data/file'")
    lab.docker("rm aa")
    (name,) = volumes(lab)
    assert sh(lab, f"-v {name}:/x", "cat /x/file") == "hi\n"
    assert volumes(lab) == [name]


def test_volumes_of_an_image(lab: Lab) -> None:
    lab.docker("run --name aa busybox true")
    lab.docker(["commit", "-c", "VOLUME /data", "aa", "with:volume"])
    lab.docker("run --name bb with:volume sh -c 'echo hi > /data/file'")
    (name,) = volumes(lab)
    assert [mount["Destination"] for mount in inspect(lab, "bb", ".Mounts")] == ["/data"]
    assert lab.docker("ps -a --format '{{.Names}} {{.Mounts}} {{.LocalVolumes}}'").stdout == (
        f"bb {name[:14]}… 1\naa  0\n")
    lab.docker("run --rm -v named:/data with:volume true")
    assert volumes(lab) == sorted([name, "named"])


@pytest.mark.parametrize(("wish", "found"), [
    ("volume=/data", ["v1"]), ("volume=named", ["v2"]), ("volume=/srv", ["v2", "v3"]),
    ("volume=x", []),
])
def test_ps_by_volume(lab: Lab, wish: str, found: list[str]) -> None:
    for name, spec in (("v1", "/data"), ("v2", "named:/srv"), ("v3", "named2:/srv")):
        lab.docker(f"create --name {name} -v {spec} busybox")
    lines = lab.docker(f"ps -a --filter {wish} --format '{{{{.Names}}}}'").stdout
    assert sorted(lines.split()) == found


def test_several_paths(lab: Lab) -> None:
    lab.docker("create --name aa -v /x -v /x/ -v /x/../y busybox")
    assert [each["Destination"] for each in inspect(lab, "aa", ".Mounts")] == ["/x", "/y"]
    assert list(inspect(lab, "aa", ".Config.Volumes")) == ["/x", "/x/", "/x/../y"]
    lab.docker("create --name bb -v a1:/x -v /x busybox")
    assert [each["Name"] for each in inspect(lab, "bb", ".Mounts")] == ["a1"]


CLIENT = "docker: {}\n\nRun 'docker create --help' for more information\n"
KIND = 'invalid mount config for type "volume": '
CHARACTERS = ('includes invalid characters for a local volume name, only '
              '"[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, '
              "use absolute path")


@pytest.mark.parametrize(("spec", "message"), [
    ("", CLIENT.format("invalid empty volume spec")),
    (":/x", CLIENT.format("invalid spec: :/x: empty section between colons")),
    ("ab:", CLIENT.format("invalid spec: ab:: empty section between colons")),
    ("a b:/x", f'create a b: "a b" {CHARACTERS}'),
    ("ab:/b:zz", "invalid mode: zz"),
    ("ab:/x:rw,ro", "invalid mode: rw,ro"),
    ("ab:/b:c:d", "invalid volume specification: 'ab:/b:c:d'"),
    ("ab:rel", f"invalid volume specification: 'ab:rel': {KIND}invalid mount path: 'rel' mount "
               "path must be absolute"),
    ("ab:/", f"invalid volume specification: 'ab:/': {KIND}invalid specification: destination "
             "can't be '/'"),
])
def test_specifications_that_are_refused(lab: Lab, spec: str, message: str) -> None:
    done = lab.docker(["create", "-v", spec, "busybox"])
    if not message.startswith("docker: "):
        message = f"Error response from daemon: {message}\n"
    assert done.stderr == message
    assert volumes(lab) == []


def test_two_volumes_at_one_place(lab: Lab) -> None:
    done = lab.docker("create -v ab:/x -v cd:/x busybox")
    assert done.stderr == "Error response from daemon: Duplicate mount point: /x\n"
    assert volumes(lab) == []


@pytest.mark.parametrize("spec", ["/host:/x", "./host:/x", "../data:/x", "~/x:/x"])
@pytest.mark.parametrize("command", ["create", "run"])
def test_folders_of_the_host_are_not_simulated(lab: Lab, command: str, spec: str) -> None:
    done = lab.docker([command, "-v", spec, "busybox"])
    assert done.exit_code != 0
    assert done.stderr.startswith("imagelab does not simulate ")
    assert done.stderr.count("\n") == 1


def test_an_image_with_any_number_of_volumes(lab: Lab) -> None:
    paths = json.dumps([f"/{number}" for number in range(2_000)])
    lab.docker("create --name aa busybox")
    lab.docker(["commit", "-c", f"VOLUME {paths}", "aa", "many"])
    done = lab.docker("create many true")
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert "imagelab does not simulate more than 100 volumes" in done.stderr


# --- docker volume -------------------------------------------------------------------------


def test_the_document_of_a_volume(lab: Lab) -> None:
    assert lab.docker("volume create zz --label a=b").stdout == "zz\n"
    for line in ("volume inspect zz", "inspect zz", "inspect --type volume zz"):
        (document,) = json.loads(lab.docker(line).stdout)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", document.pop("CreatedAt"))
        assert document == {
            "Driver": "local", "Labels": {"a": "b"}, "Name": "zz", "Options": None,
            "Mountpoint": "/var/lib/docker/volumes/zz/_data", "Scope": "local"}
    lab.docker("volume create plain")
    assert inspect(lab, "plain", ".Labels") is None


def test_a_row_as_json(lab: Lab) -> None:
    lab.docker("volume create named")
    assert json.loads(lab.docker("volume ls --format json").stdout) == {
        "Availability": "N/A", "Driver": "local", "Group": "N/A", "Labels": "", "Links": "N/A",
        "Mountpoint": "/var/lib/docker/volumes/named/_data", "Name": "named", "Scope": "local",
        "Size": "N/A", "Status": "N/A"}


def test_creating(lab: Lab) -> None:
    assert re.fullmatch("[0-9a-f]{64}\n", lab.docker("volume create").stdout)
    assert lab.docker("volume create foo").stdout == lab.docker("volume create foo").stdout
    assert len(volumes(lab)) == 2


@pytest.mark.parametrize(("line", "message"), [
    ("volume create x", "Error response from daemon: create x: volume name is too short, names "
                        "should be at least two alphanumeric characters\n"),
    ("volume create 'a b'", f'Error response from daemon: create a b: "a b" {CHARACTERS}\n'),
    ("volume create zz --name yy", "conflicting options: cannot specify a volume-name through "
                                   "both --name and as a positional arg\n"),
    ("volume rm nope", "Error response from daemon: get nope: no such volume\n"),
    ("volume inspect nope", "Error response from daemon: get nope: no such volume\n"),
    ("volume ls --filter foo=x", "Error response from daemon: Invalid filter 'foo'\n"),
    ("volume ls --filter dangling=x",
     "Error response from daemon: Invalid filter 'dangling=[x]'\n"),
    ("volume prune -f --filter x=y", "Error response from daemon: Invalid filter 'x'\n"),
    ("volume prune -a", '"--all" requires API version 1.42, but the Docker daemon API version '
                        "is 1.41\n"),
])
def test_refusals(lab: Lab, line: str, message: str) -> None:
    done = lab.docker(line)
    assert (done.exit_code, done.stderr) == (1, message)


@pytest.mark.parametrize(("wish", "found"), [
    ("dangling=true", ["free"]), ("dangling=false", ["used"]), ("name=use", ["used"]),
    ("driver=local", ["free", "used"]), ("driver=x", []), ("label=a", ["free"]),
    ("label=a=c", []), ("name=[", []),
])
def test_filters(lab: Lab, wish: str, found: list[str]) -> None:
    lab.docker("volume create --label a=b free")
    lab.docker("create -v used:/x busybox")
    assert lab.docker(f"volume ls -q --filter {wish}").stdout.split() == found


def test_removing(lab: Lab) -> None:
    lab.docker("volume create free")
    identifier = lab.docker("create -v used:/x busybox").stdout.strip()
    assert lab.docker("volume rm free").stdout == "free\n"
    assert lab.docker("volume rm used").stderr == (
        f"Error response from daemon: remove used: volume is in use - [{identifier}]\n")
    assert lab.docker("volume rm -f nope").stdout == "nope\n"


def test_pruning(lab: Lab) -> None:
    lab.docker("create -v used:/x busybox")
    sh(lab, "-v free:/x", "printf 12345 > /x/file")
    asked = lab.docker("volume prune", "n\n")
    assert asked.stdout == (
        "WARNING! This will remove all local volumes not used by at least one container.\n"
        "Are you sure you want to continue? [y/N] ")
    assert lab.docker("volume prune -f").stdout == (
        "Deleted Volumes:\nfree\n\nTotal reclaimed space: 5B\n")
    assert lab.docker("volume prune -f").stdout == "Total reclaimed space: 0B\n"
    assert volumes(lab) == ["used"]


def test_undo_brings_files_back(lab: Lab) -> None:
    sh(lab, "-v kept:/x", "echo one > /x/file")
    sh(lab, "-v kept:/x", "echo two > /x/file")
    lab.undo()
    assert sh(lab, "-v kept:/x", "cat /x/file") == "one\n"


def test_a_kept_lab_keeps_volumes(tmp_path: Path) -> None:
    lab = Lab.open(tmp_path)
    lab.docker("pull busybox")
    sh(lab, "-v kept:/x", "echo one > /x/file")
    lab.docker("run -d --name aa -p 8080:80 -v kept:/y busybox sleep 1000")
    again = Lab.open(tmp_path)
    assert sh(again, "-v kept:/x", "cat /x/file; echo two > /x/file") == "one\n"
    assert again.docker("port aa").stdout == "80/tcp -> 0.0.0.0:8080\n80/tcp -> [::]:8080\n"
    assert sh(Lab.open(tmp_path), "-v kept:/x", "cat /x/file") == "two\n"


def test_a_volume_at_two_points_is_one(lab: Lab) -> None:
    both = sh(lab, "-v kept:/a -v kept:/b", "echo 1 > /a/x; cat /b/x; echo 2 > /b/y; ls /a")
    assert both == "1\nx\ny\n"
    assert sh(lab, "-v kept:/a", "ls /a") == "x\ny\n"


def test_volumes_with_the_same_files_stay_apart_in_a_kept_lab(tmp_path: Path) -> None:
    lab = Lab.open(tmp_path)
    lab.docker("pull busybox")
    lab.docker("run -d --name aa -v one:/a -v two:/b busybox sleep 600")  # both are empty
    again = Lab.open(tmp_path)
    again.docker("exec aa touch /a/x")
    assert again.docker("exec aa ls /a").stdout == "x\n"
    assert again.docker("exec aa ls /b").stdout == ""
