"""What must hold, along a way that passes by all kinds of commands; random ones come by few."""

from __future__ import annotations

import shlex
from contextlib import closing
from pathlib import Path

import pytest

from tests.differential.sides import labs_with_base
from tests.differential.words import Folder
from tests.properties.played import Played

#: Command lines, with the exit codes of those that fail; and movements in time.
_TOUR = """
run --name c1 ubuntu:14.04 sh -c 'mkdir -p /d/e; echo 1 > /d/x; ln /d/x /d/e/y; ln -s x /d/l'
commit -c 'ENV A=1' c1 one:1
run --name c2 one:1 sh -c 'rm -r /d; mkdir /d; echo 2 > /d/new; chmod 600 /srv/data/a.txt'
commit c2 one:2
run --name c3 one:2 sh -c 'rm /d/new; mv /srv/data /moved; mkdir /gone; rmdir /gone'
commit -m three c3
tag one:2 two
create -v v1:/srv/data --name c4 one:1 sh -c 'echo kept > /srv/data/kept; touch /here'
start c4
run -d --name d1 -v v1:/srv/data:ro one:2 sleep 1000
exec d1 sh -c 'echo x >> /d/new; ln /d/new /d/same'
cp given.txt d1:/d/
export -o e.tar d1
import -c 'CMD true' e.tar flat:1
# build
save -o s.tar one:1 two flat:1
rmi two
rmi one:1 ? 1
rmi -f one:1
# undo
rmi -f --no-prune one:2
rm -f c1 c2 c3 c4
load -i s.tar
# go to 12
# undo
rm c1
# reopen
# undo
# gc
# redo
# go to 12
# undo
# redo
image prune -f
"""
_WITH_REGISTRY = """
pull -q busybox
run -d -p 5000:5000 --name registry registry:2
tag busybox localhost:5000/mine:1
push -q localhost:5000/mine:1
rmi localhost:5000/mine:1
pull -q localhost:5000/mine:1
network create n1
network connect n1 registry
volume create v2
rmi -f busybox localhost:5000/mine:1
rm -f -v registry
system prune -f -a --volumes
# undo
"""
_DOCKERFILE = """\
FROM one:2
COPY things /copied
RUN rm -r /copied/more && echo built > /built
LABEL l=m
"""


@pytest.mark.parametrize("lines", [_TOUR, _WITH_REGISTRY], ids=["images", "registry"])
def test_what_must_hold_holds_all_the_way(tmp_path: Path, lines: str) -> None:
    _go(Played(labs_with_base()(), tmp_path), lines)


def test_what_must_hold_holds_all_the_way_in_a_kept_lab(tmp_path: Path) -> None:
    _go(Played(None, tmp_path), _TOUR)


def _go(lab: Played, lines: str) -> None:
    with closing(lab) as played:
        for line in filter(None, lines.splitlines()):
            words, _, code = line.partition(" ? ")
            if words == "# build":
                answer = played.do("build", "-t", "built:1", Folder("context", _DOCKERFILE))
            elif words.startswith("#"):
                *head, last = words.split()
                answer = played.do(*([" ".join(head), last] if last.isdigit() else [words]))
            else:
                answer = played.do(*shlex.split(words))
            assert answer.code == int(code or 0), (line, answer)
