"""Docker commands of a terminal cell that read and write the same files as its other commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.terminal.test_session import Cell


@pytest.fixture
def cell(tmp_path: Path) -> Cell:
    found = Cell(tmp_path)
    found.lab.docker("pull -q busybox")
    return found


def test_a_build_sees_what_the_lines_above_it_wrote(cell: Cell) -> None:
    assert cell.run("""\
mkdir app && cd app
cat > Dockerfile <<EOF
FROM busybox
COPY hello /
EOF
echo hi > hello
docker build -q -t hello .
cd ..
echo "FROM hello" > Dockerfile
echo "RUN cat /hello" >> Dockerfile
docker build . | grep -A 1 'Running in' | tail -n 1
docker build -q -t again app > id
docker images -q --no-trunc hello | cmp - id && echo same
""") == 0
    assert cell.out.splitlines()[1:] == ["hi", "same"]


def test_a_build_from_standard_input(cell: Cell) -> None:
    assert cell.run("""\
docker build -q -t one - <<EOF
FROM busybox
CMD ["echo", "one"]
EOF
docker run one
mkdir app; echo two > app/two; printf 'FROM busybox\\nCOPY two /\\nCMD cat /two' > app/Dockerfile
tar c -C app . | docker build -q -t two -
docker run two
""") == 0
    assert [line for line in cell.out.splitlines() if "sha256" not in line] == ["one", "two"]


def test_a_failed_build_ends_like_the_program_of_its_step(cell: Cell) -> None:
    assert cell.run("printf 'FROM busybox\\nRUN exit 3\\n' > Dockerfile\ndocker build .") == 3
    assert cell.err.endswith("returned a non-zero code: 3\n[exit code 3]\n")
    words, _, after, code, _, err = cell.told[-1]
    assert (words, code) == (["build", "."], 3)
    assert "non-zero code" in err
    assert len(after.containers) == 1


def test_copies_are_there_for_the_next_line(cell: Cell) -> None:
    assert cell.run("""\
docker create --name c1 busybox > id
docker cp c1:/etc/passwd . && wc -l < passwd
echo mine > x; docker cp x c1:/etc/motd
docker cp c1:/etc/motd - | tar xO
tar c x | docker cp - c1:/tmp
docker diff c1
""") == 0
    lines = cell.out.splitlines()
    assert int(lines[0]) > 1
    assert lines[1] == "mine"
    assert {"A /etc/motd", "A /tmp/x"} <= set(lines)


def test_who_looks_on_is_told_of_a_copy_and_a_pipe_or_a_file_is_not(cell: Cell) -> None:
    cell.run("docker create --name c1 busybox")
    cell.run("docker cp c1:/etc/passwd .")
    assert (cell.out, cell.err) == (
        "", f"Successfully copied 2.05kB to {cell.terminal.folder}/.\n")
    for line in ("docker cp c1:/etc/passwd . | cat", "docker cp c1:/etc/passwd . > said",
                 "docker cp -q c1:/etc/passwd ."):
        assert (cell.run(line), cell.out, cell.err) == (0, "", ""), line


def test_archives_go_through_files_and_pipes(cell: Cell) -> None:
    assert cell.run("""\
docker run --name c1 busybox touch /made
docker export c1 > c1.tar
tar tf c1.tar | grep made
docker import - flat:1 < c1.tar > id
docker export c1 | docker import -c 'CMD ["ls", "/made"]' - flat:2 > id
docker run --rm flat:2
docker save busybox > image.tar
docker load < image.tar
cat image.tar | docker load
docker export -o c2.tar c1 && cmp c1.tar c2.tar && echo equal
""") == 0
    assert cell.out.splitlines() == [
        "made", "/made", "Loaded image: busybox:latest", "Loaded image: busybox:latest", "equal"]


@pytest.mark.parametrize("line", ["docker save busybox", "docker export c1"])
def test_no_archive_is_poured_into_the_cell(cell: Cell, line: str) -> None:
    cell.run("docker create --name c1 busybox")
    assert cell.run(line) == 1
    assert (cell.out, cell.err) == (
        "", "cowardly refusing to save to a terminal. Use the -o flag or redirect\n"
        "[exit code 1]\n")
    assert cell.run(f"{line} | tar t | wc -l") == 0
    assert int(cell.out) > 3


def test_events_and_statistics_go_on_with_the_next_line(cell: Cell) -> None:
    assert cell.run("""\
docker run -d --name web busybox sleep 1000 > id
docker events --since 1h --until 0s | wc -l
docker events --since 1h --until 0s -f type=container --format '{{.Action}}'
docker stats --no-stream --format '{{.Name}}'
docker top web | tail -n 1 | grep -o 'sleep 1000'
""") == 0
    count, *lines = cell.out.splitlines()
    assert int(count) >= 4
    assert lines == ["create", "start", "web", "sleep 1000"]
    assert cell.err == ""
