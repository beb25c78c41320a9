"""Scripts in a folder of the host: our terminal and a real bash leave and print the same."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from imagelab.lab import Lab
from imagelab.terminal.session import Terminal

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="install bash to compare")

SCRIPTS = [
    "echo one > a\necho two >> a\ncat a\nwc -c a",
    "mkdir -p x/y/z\necho hi > x/y/z/f\nmv x moved\nls -R moved",
    "rm old\nls\ncp -r folder copy\ncat copy/inner",
    "rm -r folder\nmkdir folder\necho new > folder/inner2\nls folder",
    "mv old t; mv other old; mv t other\ncat old other",
    "rm -rf folder; echo file now > folder; cat folder",
    "rm old; mkdir old; echo in > old/in; ls old",
    "chmod 600 old\nstat -c %a old",
    "ln -s old link; cat link; readlink link",
    "ln old hard; echo more >> hard; cat old",
    "cd folder\npwd | sed 's,.*/,,'\necho here > there\ncd ..\nls folder",
    "for i in 1 2 3; do\n  echo $i > f$i\ndone\ncat f1 f2 f3",
    "cat > doc <<END\n# no comment\n> no prompt\n$((1 + 2))\nEND\ncat doc",
    "echo a \\\n  b \\\n  c",
    "cat missing\necho $?\nfalse\necho $?",
    "x='kept'\necho $x | tr a-z A-Z\ny=$(cat old)\necho \"$y!\"",
    "ls *.txt; ls nothing*; echo done",
    "find . -type f | sort; du -b old | cut -f1",
    "sed -i s/old/new/ old; cat old; head -c 3 old",
    "tee one two < old; cat one two; rm one two",
    "touch -d '2020-01-02 03:04:05 UTC' old; stat -c %Y old",
    "truncate -s 100000 big; cat big big > bigger; wc -c bigger; rm big",
    "mkdir a b; touch a/1 b/2; mv a b/; find b | sort; rmdir b 2>/dev/null || echo full",
]


def prepare(folder: Path) -> None:
    (folder / "folder").mkdir(parents=True)
    (folder / "folder" / "inner").write_text("inside\n")
    (folder / "old").write_text("old content\n")
    (folder / "other").write_text("other content\n")
    (folder / "a.txt").write_text("")


def listing(folder: Path) -> dict[str, object]:
    """What is in a folder: kinds, permissions, contents."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        name, info = str(path.relative_to(folder)), path.lstat()
        if path.is_symlink():
            found[name] = os.readlink(path)
        elif path.is_dir():
            found[name] = "directory"
        else:
            found[name] = (stat.S_IMODE(info.st_mode), path.read_bytes())
    return found


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_does_what_bash_does(script: str, tmp_path: Path) -> None:
    ours, real = tmp_path / "ours" / "w", tmp_path / "real" / "w"
    prepare(ours)
    prepare(real)
    done = subprocess.run(
        ["bash", "-c", f"umask 022\n{script}"], cwd=real, capture_output=True, check=False,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"})
    out = bytearray()
    status = Terminal(Lab().daemon, ours).run(
        script, lambda stream, data: out.extend(data) if stream == 1 else None)
    assert out.decode() == done.stdout.decode()
    assert (status == 0) == (done.returncode == 0)
    assert listing(ours) == listing(real)


def test_what_lies_outside_the_folder_is_not_there(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret").write_text("secret\n")
    (inside / "up").symlink_to("../secret")
    (inside / "far").symlink_to(tmp_path / "secret")
    said = bytearray()
    Terminal(Lab().daemon, inside).run(
        "cat ../secret up far /etc/shadow; echo x > ../secret; echo y > up",
        lambda _, data: said.extend(data))
    assert b"secret\n" not in said.replace(b"../secret", b"")
    assert (tmp_path / "secret").read_text() == "secret\n"


def test_what_the_host_refuses_is_said(tmp_path: Path) -> None:
    said = bytearray()
    Terminal(Lab().daemon, tmp_path).run("mkfifo pipe", lambda _, data: said.extend(data))
    assert b"only files, directories and links reach the host" in said
    assert list(tmp_path.iterdir()) == []


def test_no_program_of_the_host_runs(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\ntouch made\n")
    program.chmod(0o755)
    shutil.copy(shutil.which("true") or "", tmp_path / "own")
    said = bytearray()
    terminal = Terminal(Lab().daemon, tmp_path)
    assert terminal.run("./own", lambda _, data: said.extend(data)) == 126
    assert said == b"imagelab does not simulate own\n[exit code 126]\n"
    # A script is text, and our own shell runs it.
    assert terminal.run("./program && ls made", lambda _, data: said.extend(data)) == 0
