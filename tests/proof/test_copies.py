"""``docker cp`` and ``export`` beside a real Docker: one situation a line."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from imagelab.formats.gotime import SECOND, parse_time
from imagelab.model.outcome import EngineError
from tests.proof.pair import Pair
from tests.proof.side import Side, known

pytestmark = pytest.mark.requires("docker", "dockerd")

#: What is in the folder of the host.
OUTSIDE = r"""
mkdir -p src/sub dst/file dir2 'sp ace' dst/d
echo a > src/a; echo b > src/sub/b; : > src/empty; ln -s a src/la; ln -s nowhere src/dang
ln src/a src/hard; chmod 600 src/sub/b; chmod 750 src/sub; chown 1000:1001 src/a
echo h > h; echo x > x; ln -s src lsrc; ln -s h lh; ln -s nowhere dang; ln -s loop loop
ln -s dst ldst; echo old > dst/one; echo old > old; echo 'g h' > 'sp ace/g h'; mkdir 한글
echo 안녕 > 한글/인사.txt; ln -s "$PWD/h" labs; ln -s lsrc llsrc; mkfifo pipe; mkdir src/x
find . -exec touch -h -d '2020-01-02 03:04:05.25 UTC' {} +
"""
CASES = {
    # --- out of a container: files
    "file to a new name": "docker cp c1:/srv/file new",
    "file onto a file": "docker cp c1:/srv/file old",
    "file into a directory": "docker cp c1:/srv/file dir2",
    "file into a directory with a slash": "docker cp c1:/srv/file dir2/",
    "file into this directory": "docker cp c1:/srv/file .",
    "file onto a directory of its name": "docker cp c1:/srv/file dst",
    "file to a new name with a slash": "docker cp c1:/srv/file new/",
    "file to a missing directory": "docker cp c1:/srv/file no/such",
    "file below a file": "docker cp c1:/srv/file h/x",
    "file with a slash": "docker cp c1:/srv/file/ new",
    "file with a dot": "docker cp c1:/srv/file/. new",
    "file through a link": "docker cp c1:/srv/ld/one new",
    "file out of etc": "docker cp c1:/srv/esc/passwd new",
    "relative path": "docker cp c1:srv/file new",
    "path with dots": "docker cp c1:/srv/d/../file new",
    "owner and mode": "docker cp c1:/srv/d/one new",
    "owner with -a": "docker cp -a c1:/srv/d/one new",
    "setuid": "docker cp c1:/srv/st new",
    "names with blanks": "docker cp 'c1:/srv/sp ace/g h' 'n e w'",
    "Korean names": "docker cp c1:/srv/한글 새",
    "by a link to a file": "docker cp c1:/srv/file lh",
    "by a link to nothing": "docker cp c1:/srv/file dang",
    "by a link in a circle": "docker cp c1:/srv/file loop",
    "by a link to a directory": "docker cp c1:/srv/file ldst",
    "hard link": "docker cp c1:/srv/hard new",
    "a pipe": "docker cp c1:/srv/pipe newpipe",
    "onto a pipe": "docker cp c1:/srv/file pipe",
    # --- directories
    "directory to a new name": "docker cp c1:/srv/d new",
    "directory into a directory": "docker cp c1:/srv/d dir2",
    "directory into one that has it": "docker cp c1:/srv/d dst",
    "directory to a new name with a slash": "docker cp c1:/srv/d new/",
    "content to a new name": "docker cp c1:/srv/d/. new",
    "content into a directory": "docker cp c1:/srv/d/. dst",
    "content into a directory with a dot": "docker cp c1:/srv/d/. dst/.",
    "content of a link": "docker cp c1:/srv/ld/. new",
    "directory onto a file": "docker cp c1:/srv/d old",
    "directory with a slash": "docker cp c1:/srv/d/ new",
    "link with a slash into a directory": "docker cp c1:/srv/ld/ dir2",
    "all of srv": "docker cp c1:/srv new",
    "the whole root": "docker cp c1:/ new",
    "the root with a dot": "docker cp c1:/. dir2",
    "directory onto a file in a directory": "docker cp c1:/srv/dir2 x\nmkdir t t2; echo > t/d\n"
                                            "docker cp c1:/srv/d t",
    "twice": "docker cp c1:/srv/d new\ndocker cp c1:/srv/d new",
    # --- links
    "link": "docker cp c1:/srv/lf new",
    "link with -L": "docker cp -L c1:/srv/lf new",
    "link with -L into a directory": "docker cp -L c1:/srv/lf dir2",
    "link to a directory": "docker cp c1:/srv/ld new",
    "link to a directory with -L": "docker cp -L c1:/srv/ld new",
    "link to a directory with -L into one": "docker cp -L c1:/srv/lld dir2",
    "absolute link to a directory with -L": "docker cp -L c1:/srv/labs/. dir2",
    "link out of the root": "docker cp c1:/srv/esc new",
    "link out of the root with -L": "docker cp -L c1:/srv/esc new",
    "link to nothing": "docker cp c1:/srv/dang new",
    "link to nothing with -L": "docker cp -L c1:/srv/dang new",
    "link in a circle": "docker cp c1:/srv/loop new",
    # --- streams and volumes
    "file to standard output": "docker cp c1:/srv/file - > out.tar",
    "directory to standard output": "docker cp c1:/srv - > out.tar",
    "content to standard output": "docker cp c1:/srv/. - > out.tar",
    "root to standard output": "docker cp c1:/ - > out.tar",
    "volume": "docker cp c1:/vol new",
    "volume through a link": "docker cp c1:/srv/lvol/v new",
    "proc": "docker cp c1:/proc new",
    "files of the daemon": "docker cp c1:/etc/mtab new\ndocker cp c1:/.dockerenv new2\n"
                           "docker cp c1:/dev new3",
    # --- into a container
    "in: file to a new name": "docker cp h c1:/srv/new",
    "in: file onto a file": "docker cp h c1:/srv/file",
    "in: file into a directory": "docker cp h c1:/srv/dir2",
    "in: file into a directory with a slash": "docker cp h c1:/srv/dir2/",
    "in: file to the root": "docker cp h c1:/",
    "in: file to nothing": "docker cp h c1:",
    "in: relative": "docker cp h c1:srv",
    "in: file onto a link": "docker cp h c1:/srv/lf",
    "in: file onto a link to a directory": "docker cp h c1:/srv/ld",
    "in: file onto a link to nothing": "docker cp h c1:/srv/dang",
    "in: file onto a link in a circle": "docker cp h c1:/srv/loop",
    "in: file by a link out of the root": "docker cp h c1:/srv/esc/new",
    "in: file onto a directory of its name": "mkdir q; echo q > q/d\ndocker cp q/d c1:/srv",
    "in: file to a missing directory": "docker cp h c1:/no/such",
    "in: file to a new name with a slash": "docker cp h c1:/srv/new/",
    "in: file below a file": "docker cp h c1:/srv/file/x",
    "in: owner": "docker cp src/a c1:/srv/new",
    "in: owner with -a": "docker cp -a src/a c1:/srv/new",
    "in: owner with -a for a user": "docker create --name c3 -u daemon files:1\n"
                                    "docker cp -a src c3:/srv/new\n"
                                    "docker cp c3:/srv/new - > out.tar",
    "in: owner with -a for a user and a group": "docker create --name c3 -u 1:2 files:1\n"
                                                "docker cp -a src c3:/srv/new",
    "in: directory to a new name": "docker cp src c1:/srv/new",
    "in: directory into a directory": "docker cp src c1:/srv/dir2",
    "in: directory with a slash": "docker cp src/ c1:/srv/dir2/",
    "in: content into a directory": "docker cp src/. c1:/srv/d",
    "in: content to a new name": "docker cp src/. c1:/srv/new",
    "in: directory onto a file": "docker cp src c1:/srv/file",
    "in: directory over one": "mkdir -p q/d/full; echo q > q/d/one; chmod 711 q/d/full\n"
                              "docker cp q/d c1:/srv",
    "in: directory over a file in it": "mkdir -p q/d/one\ndocker cp q/d c1:/srv",
    "in: file over a directory in it": "mkdir -p q/d; echo > q/d/full\ndocker cp q/d c1:/srv",
    "in: link": "docker cp lh c1:/srv/new",
    "in: link with -L": "docker cp -L lh c1:/srv/new",
    "in: link with -L into a directory": "docker cp -L lh c1:/srv/dir2",
    "in: link to a directory": "docker cp lsrc c1:/srv/new",
    "in: link to a directory with a slash": "docker cp lsrc/ c1:/srv/dir2",
    "in: link to a directory with a dot": "docker cp lsrc/. c1:/srv/dir2",
    "in: link to a directory with -L": "docker cp -L lsrc c1:/srv/dir2",
    "in: link to a link with -L": "docker cp -L llsrc/. c1:/srv/new",
    "in: link to nothing": "docker cp dang c1:/srv/new",
    "in: link to nothing with -L": "docker cp -L dang c1:/srv/new",
    "in: link in a circle with -L": "docker cp -L loop c1:/srv/new",
    "in: this directory": "docker cp . c1:/srv/new",
    "in: missing": "docker cp no c1:/srv/new",
    "in: missing on the way": "docker cp no/such c1:/srv/new",
    "in: below a file": "docker cp h/x c1:/srv/new",
    "in: file with a slash": "docker cp h/ c1:/srv/new",
    "in: names with blanks": "docker cp 'sp ace' c1:/srv",
    "in: Korean names": "docker cp 한글 c1:/srv",
    "in: a pipe": "docker cp pipe c1:/srv/new",
    "in: a device": "docker cp /dev/null c1:/srv/new",
    "in: large": "dd if=/dev/zero of=big bs=100000 count=3 2>/dev/null; touch -d @1577934245 big\n"
                 "docker cp big c1:/srv/new\ndocker cp c1:/srv/new back",
    "in: long name": f"mkdir {'n' * 120}; echo n > {'n' * 120}/{'m' * 120}\n"
                     f"docker cp {'n' * 120} c1:/srv",
    "in: volume": "docker cp h c1:/vol",
    "in: over a volume": "mkdir -p q/vol; echo q > q/vol/v\ndocker cp q/. c1:/",
    "in: through a link to a volume": "docker cp h c1:/srv/lvol",
    "in: file onto a volume": "echo > vol\ndocker cp vol c1:/",
    "in: proc": "docker cp h c1:/proc",
    "in: a name that Docker keeps for itself": "echo > .wh.file\ndocker cp .wh.file c1:/srv",
    # --- streams
    "stream": "tar -cf t.tar src\ndocker cp - c1:/srv < t.tar",
    "stream with -a": "tar -cf t.tar src\ndocker cp -a - c1:/srv/d/ < t.tar",
    "gzipped stream": "tar -czf t.tar src\ndocker cp - c1:/srv < t.tar",
    "stream onto a file": "tar -cf t.tar src\ndocker cp - c1:/srv/file < t.tar",
    "stream to nothing": "tar -cf t.tar src\ndocker cp - c1:/no < t.tar",
    "stream by a link": "tar -cf t.tar src\ndocker cp - c1:/srv/ld < t.tar",
    "empty stream": ": > t.tar\ndocker cp - c1:/srv < t.tar",
    "stream of something else": "echo nothing > t.tar\ndocker cp - c1:/srv < t.tar",
    "longer stream of something else": "yes | head -c 2000 > t.tar\ndocker cp - c1:/srv < t.tar",
    "stream of many blocks of something else": "yes | head -c 2048 > t.tar\n"
                                               "docker cp - c1:/srv < t.tar",
    "stream out of the folder": "cd dst; tar -cPf ../t.tar ../h\ndocker cp - c1:/srv < t.tar",
    "absolute stream": "tar -cPf t.tar /etc/hostname\ndocker cp - c1:/srv/d < t.tar",
    "stream of a link and what is below": "ln -s /etc q; tar -cf t.tar q; rm q; mkdir q; "
                                          "echo q > q/n; tar -rf t.tar q/n\n"
                                          "docker cp - c1:/srv < t.tar",
    "there and back": "docker cp c1:/srv/d - > t.tar\ndocker cp - c1:/srv/dir2 < t.tar",
    # --- states of containers
    "running": "docker run -d --name c2 --network none files:1 sleep 1000\n"
               "docker cp h c2:/srv\ndocker cp c2:/srv/h new\ndocker exec c2 cat /srv/h\n"
               "docker exec c2 sh -c 'echo in > /srv/in'\ndocker cp c2:/srv/in new2",
    "paused": "docker run -d --name c2 --network none files:1 sleep 1000\ndocker pause c2\n"
              "docker cp h c2:/srv\ndocker cp c2:/srv/h new",
    "stopped": "docker run --name c2 --network none files:1 sh -c 'echo r > /srv/r'\n"
               "docker cp c2:/srv/r new\ndocker cp h c2:/srv/h2\ndocker cp c2:/etc/resolv.conf - >o"
               "\ndocker cp h c2:/etc/hosts\n"
               "docker export c2 > out.tar",
    "two that share a volume": "docker create --name c2 -v data:/data files:1\n"
                               "docker cp h c2:/data\ndocker cp c1:/vol/h new",
    # --- refusals of the client
    "between containers": "docker cp c1:/srv/file c1:/srv/new",
    "no container": "docker cp h new",
    "no such container": "docker cp no:/x new",
    "to no such container": "docker cp h no:/x",
    "stream to no such container": "docker cp - no:/x < h",
    "nothing": "docker cp '' c1:/x\ndocker cp c1:/x ''\ndocker cp c1: new",
    "a dot is no container": "docker cp ./c1:/x new\ndocker cp .:/x new",
    "missing in the container": "docker cp c1:/srv/no new\ndocker cp c1:/no/such new",
    "below a file in the container": "docker cp c1:/srv/file/x new",
    "onto a device": "docker cp c1:/srv/file /dev/null\ndocker cp c1:/srv/file /dev/null/x",
    "quiet": "docker cp -q c1:/srv/file new\ndocker cp --quiet h c1:/srv/new",
    # --- export
    "export": "docker export c1 > out.tar",
    "export to a file": "docker export -o out.tar c1\nstat -c %a out.tar",
    "exports that cannot be": "docker export -o no/x c1\ndocker export -o dir2 c1\n"
                              "docker export -o h/x c1\ndocker export -o lh c1\n"
                              "docker export -o pipe c1\ndocker export -o new/ c1\n"
                              "docker export -o h/ c1\ndocker export -o /dev/null c1\n"
                              "docker export -o new no",
    "export after changes": "docker run --name c2 --network none files:1 sh -c 'rm -r /srv/d; "
                            "mkdir /srv/d; echo n > /srv/d/n; rm /etc/passwd; ln /srv/file /srv/h3'"
                            "\ndocker export c2 > out.tar",
    "saves that cannot be": "docker save -o no/x files:1\ndocker save -o dir2 files:1\n"
                            "docker save -o lh files:1\ndocker save -o h/x files:1",
}


#: Every second one; all of them with ``make stress``.
RUN = list(CASES)[:: 1 if os.environ.get("IMAGELAB_STRESS") else 2]


@pytest.mark.parametrize("case", [CASES[name] for name in RUN], ids=RUN)
def test_a_copy_does_what_docker_does(module_pair: Pair, tmp_path: Path, case: str) -> None:
    results = []
    for real in (False, True):
        folder = tmp_path / ("there" if real else "lab") / "here"
        folder.mkdir(parents=True)
        subprocess.run(["sh", "-c", OUTSIDE], cwd=folder, check=True)
        side = Side(module_pair, real, folder)
        side.docker("docker create --name c1 -v data:/vol files:1")
        try:
            results.append(side.run(case))
        finally:
            side.docker("docker rm -f c1 c2 c3")
            side.docker("docker volume rm data")
    here, there = results
    assert here == there


PATHS = """
/ /. . srv /srv/ /srv/. /srv/./ /srv/d/../file /srv/file /srv/file/ /srv/file/. /srv/file/x
/srv/ld /srv/ld/ /srv/ld/. /srv/ld/one /srv/lld/.. /srv/lf /srv/lf/ /srv/dang /srv/dang/
/srv/loop /srv/loop/x /srv/esc /srv/esc/ /srv/esc/passwd /srv/lvol /srv/lvol/v /vol /vol/v
/srv/pipe /srv/st /srv/st/su /srv/한글/인사.txt /srv/d/one /no /no/such /proc /proc/1 /dev/console
"""


@pytest.mark.parametrize("path", PATHS.split())
def test_the_head_of_an_archive_says_what_the_daemons_says(module_pair: Pair, path: str) -> None:
    for call in (module_pair.here, module_pair.there):
        call("create", "--name", "c1", "-v", "data:/vol", "files:1")
    try:
        status, real = head_there(module_pair, path)
        if status == 200:
            mine = module_pair.lab.daemon.stat_path("c1", path).to_json()
            for each in (mine, real):
                each["mtime"] = known(parse_time(each["mtime"]) // SECOND)
            assert mine == real
        else:
            with pytest.raises(EngineError) as refused:
                module_pair.lab.daemon.stat_path("c1", path)
            assert refused.value.status == status
    finally:
        for call in (module_pair.here, module_pair.there):
            call("rm", "-v", "c1")
            call("volume", "rm", "data")


def head_there(pair: Pair, path: str) -> tuple[int, dict[str, Any]]:
    """Ask the real daemon for the status and the header of a path."""
    connection = pair.dockerd.connection()
    connection.request("HEAD", f"/v1.41/containers/c1/archive?path={quote(path)}")
    answer = connection.getresponse()
    header = answer.getheader("X-Docker-Container-Path-Stat") or ""
    connection.close()
    return answer.status, json.loads(base64.b64decode(header) or b"{}")
