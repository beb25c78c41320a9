"""The terminal cell: docker in our shell, what is pasted out of a book, what ends badly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from imagelab.lab import Lab
from imagelab.terminal.session import Terminal


class Cell:
    """A terminal whose cells are run one after the other."""

    def __init__(self, folder: Path) -> None:
        self.lab = Lab()
        self.terminal = Terminal(self.lab.daemon, folder)
        self.told: list[tuple[Any, ...]] = []
        self.out = self.err = ""

    def run(self, text: str) -> int:
        said = {1: bytearray(), 2: bytearray()}
        status = self.terminal.run(
            text, lambda stream, data: said[stream].extend(data),
            lambda *ended: self.told.append(ended))
        self.out, self.err = said[1].decode(), said[2].decode()
        return status


@pytest.fixture
def cell(tmp_path: Path) -> Cell:
    found = Cell(tmp_path)
    found.lab.docker("pull -q ubuntu:14.04")
    return found


def test_the_book_can_be_pasted(cell: Cell) -> None:
    assert cell.run("""\
# docker run -i -t --name commit_test ubuntu:14.04
root@ :/# echo test_first! >> first
# docker commit \\
  -a "alicek106" -m "my first commit" \\
  commit_test \\
  commit_test:first
#docker images
""") == 0
    state = cell.lab.state
    (container,) = state.containers.values()
    assert container.changes["first"].content.read() == b"test_first!\n"
    assert cell.lab.docker("inspect -f '{{.Author}}/{{.Comment}}' commit_test:first").stdout == (
        "alicek106/my first commit\n")
    short = container.id[:12]
    assert cell.out.startswith(
        f"root@{short}:/# echo test_first! >> first\nroot@{short}:/# exit\nsha256:")
    assert "commit_test   first" in cell.out


def test_exit_leads_back_to_the_terminal(cell: Cell) -> None:
    cell.run("docker run -it --name c1 ubuntu:14.04\ncd /tmp\npwd\nexit\npwd")
    assert cell.out.endswith(f"exit\n{cell.terminal.folder}\n")
    assert "/tmp# pwd\n/tmp\n" in cell.out


def test_a_line_for_a_container_is_not_run_here(cell: Cell) -> None:
    (cell.terminal.folder / "precious").write_text("x")
    assert cell.run("docker run -it --name bad/name ubuntu:14.04\nroot@:/# rm -rf *") == 1
    assert "no container waits for this line: root@:/# rm -rf *" in cell.err
    assert (cell.terminal.folder / "precious").exists()
    cell.run("/ # rm -rf *")
    assert (cell.terminal.folder / "precious").exists()


@pytest.mark.parametrize(("line", "printed"), [
    ("$ echo a", "a\n"), ("# echo a", "a\n"), ("#echo a", "a\n"), ("me@host:~/x$ echo a", "a\n"),
    ("[me@host ~]$ echo a", "a\n"), ("# now the images", ""), ("# 이미지를 봅시다", ""),
    ("# X=1", ""), ("  $ echo a", "a\n"), ("$ ", ""), ("echo '# a'", "# a\n"),
])
def test_prompts(cell: Cell, line: str, printed: str) -> None:
    assert cell.run(line) == 0
    assert (cell.out, cell.err) == (printed, "")


def test_substitutions_pipes_and_lists_reach_docker(cell: Cell) -> None:
    cell.run("docker tag ubuntu:14.04 a:1; docker tag ubuntu:14.04 a:2")
    assert cell.run("docker images -q | sort -u | wc -l") == 0
    assert cell.out == "1\n"
    assert cell.run("docker rmi $(docker images -q) && echo all gone") == 1
    assert "image is referenced in multiple repositories" in cell.err
    assert cell.err.endswith("[exit code 1]\n")
    assert cell.run("docker rmi -f $(docker images -q | head -n 1) > /dev/null && "
                    "docker images -q | wc -l") == 0
    assert cell.out == "0\n"


def test_the_terminal_keeps_its_place(cell: Cell) -> None:
    cell.run("mkdir sub; cd sub; name=value; say() { echo \"said $1\"; }")
    assert cell.run("pwd; echo $name; say it") == 0
    assert cell.out == f"{cell.terminal.folder}/sub\nvalue\nsaid it\n"
    cell.run("docker save -o here.tar ubuntu:14.04; ls")
    assert cell.out == "here.tar\n"
    cell.run("exit 3")
    assert cell.err == "exit\n[exit code 3]\n"
    assert cell.run("pwd") == 0
    assert cell.out == f"{cell.terminal.folder}\n"


def test_an_image_goes_through_files_and_pipes(cell: Cell) -> None:
    cell.run("docker pull -q busybox; cd $HOME")
    assert cell.run("docker save -o o.tar busybox; docker save busybox > r.tar; "
                    "sha256sum o.tar r.tar | cut -d' ' -f1 | uniq | wc -l") == 0
    assert cell.out == "1\n"
    assert cell.run("docker rmi -f busybox >/dev/null; docker load < r.tar") == 0
    assert cell.out == "Loaded image: busybox:latest\n"
    assert cell.run("docker rmi -f busybox >/dev/null; docker load -i o.tar") == 0
    assert cell.run("docker save busybox | docker load") == 0
    assert cell.out == "Loaded image: busybox:latest\n"


def test_input_of_a_command(cell: Cell) -> None:
    assert cell.run("echo echo hi | docker run -i --rm ubuntu:14.04 bash") == 0
    assert cell.out == "hi\n"
    assert cell.run("docker run -i --rm ubuntu:14.04 cat <<END\n# $HOME\nEND") == 0
    assert cell.out == f"# {cell.terminal.folder}\n"


def test_docker_leaves_what_it_does_not_read_to_others(cell: Cell) -> None:
    assert cell.run("echo hi | cat $(docker images -q | tail -n 0)") == 0
    assert cell.out == "hi\n"


@pytest.mark.parametrize(("text", "message"), [
    ("while true; do :; done", "it ran for too many steps"),
    ("while true; do docker images; done", "it ran for too many steps"),
    ("echo {1..1000000000}", ""),
    ("printf %999999999d 1", ""),
    ("yes", "it printed too much"),
])
def test_what_would_never_end_ends(cell: Cell, text: str, message: str) -> None:
    cell.run("cd /tmp")
    assert cell.run(text) != 0
    assert message in cell.err
    assert len(cell.err) < 2000
    assert cell.run("pwd") == 0
    assert cell.out == "/tmp\n"


def test_what_is_not_finished_is_said(cell: Cell) -> None:
    assert cell.run("cd /tmp\nif true; then\n  echo a") == 2
    assert cell.err == "bash: syntax error: unexpected end of file\n[exit code 2]\n"
    assert cell.run("pwd") == 0
    assert cell.out == "/tmp\n"
    assert cell.run("cat > f\nline 1\nline 2") == 0
    assert cell.run("cat f") == 0
    assert cell.out == "line 1\nline 2\n"


def test_sleep_lets_the_labs_time_pass(cell: Cell) -> None:
    cell.run("docker run -d --name s1 ubuntu:14.04 sleep 30")
    cell.run("docker ps -q | wc -l; sleep 60; docker ps -q | wc -l")
    assert cell.out == "1\n0\n"


def test_every_docker_command_is_told(cell: Cell) -> None:
    cell.run("docker images -q | wc -l\ndocker rmi nothing || docker tag ubuntu:14.04 x:y")
    words = [ended[0] for ended in cell.told]
    assert words == [["images", "-q"], ["rmi", "nothing"], ["tag", "ubuntu:14.04", "x:y"]]
    _, before, after, code, _, err = cell.told[1]
    assert (code, err) == (1, "Error response from daemon: No such image: nothing:latest\n")
    assert before.images == after.images
    assert len(cell.told[2][2].references) == len(cell.told[2][1].references) + 1


def test_a_reader_that_goes_away_undoes_nothing(cell: Cell) -> None:
    cell.run("docker tag ubuntu:14.04 x:y | true; docker rmi x:y | head -c 1")
    assert cell.out == "U"
    assert not [ref for ref in cell.lab.state.references if ref.familiar_name == "x"]


def test_the_terminal_remembers_and_leaves_the_folder_alone(cell: Cell, tmp_path: Path) -> None:
    (tmp_path / ".bashrc").write_text("echo never read\nexit 9\n")
    cell.run("alias hi='echo hi'\nhi there\n")
    assert (cell.out, cell.err) == ("hi there\n", "")
    assert cell.run("!!\nfor i in 1 2; do\necho $i\ndone\nhistory\nexit\n") == 0
    assert cell.out == (
        "hi there\n1\n2\n"
        "    1  alias hi='echo hi'\n    2  hi there\n    3  hi there\n"
        "    4  for i in 1 2; do echo $i; done\n    5  history\n")
    assert cell.err == "hi there\nexit\n"
    assert cell.run('echo "Hello World!" it!=1\necho !nosuch\n') == 0
    assert cell.out == "Hello World! it!=1\n"
    assert cell.err.startswith("bash: !nosuch: event not found\n")
    assert [path.name for path in tmp_path.iterdir()] == [".bashrc"]


def test_what_was_typed_in_a_container_goes_along_with_a_commit(cell: Cell) -> None:
    cell.run("docker run -it --name c1 ubuntu:14.04\npassword=secret\nexit\n"
             "docker diff c1\ndocker commit c1 leak\n"
             "docker run --rm leak cat /root/.bash_history\n")
    assert "C /root\nA /root/.bash_history\n" in cell.out
    assert cell.out.endswith("password=secret\nexit\n")
