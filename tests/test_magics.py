"""The notebook's door, in a real IPython."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import imagelab
from tests.ipython import ipython

IPython = pytest.importorskip("IPython", reason="install imagelab[lab]")


@pytest.fixture
def shell() -> Iterator[Any]:
    with ipython() as found:
        imagelab.use(imagelab.Lab())
        yield found


def test_a_template_reaches_docker_as_typed(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run_cell("%docker pull -q busybox")
    capsys.readouterr()
    shell.run_cell("%docker images --format '{{.Repository}}:{{.Tag}} {{json .Size}}'")
    assert capsys.readouterr().out == 'busybox:latest "1.98MB"\n'


def test_a_python_variable_is_no_part_of_the_line(
    shell: Any, capsys: pytest.CaptureFixture[str],
) -> None:
    shell.run_cell("%docker pull -q busybox")
    shell.run_cell("HOME = 'wrong'")
    capsys.readouterr()
    shell.run_cell("%docker run --rm busybox sh -c 'echo {HOME} $HOME'")
    assert capsys.readouterr().out == "{HOME} /root\n"


def test_a_cell_is_typed_at_the_prompt(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run_cell("%docker pull -q ubuntu:14.04")
    capsys.readouterr()
    typed = "echo test_first! >> first\ncat first"
    shell.run_cell(f"%%docker run -i -t --name c1 ubuntu:14.04\n{typed}")
    short = next(iter(imagelab.current().state.containers))[:12]
    prompt = f"root@{short}:/# "
    assert capsys.readouterr().out == (
        f"{prompt}echo test_first! >> first\n{prompt}cat first\ntest_first!\n{prompt}exit\n")


def test_a_failed_command_raises_nothing(shell: Any) -> None:
    from IPython.utils.capture import capture_output

    with capture_output() as said:
        shell.run_cell("%docker rmi nothing").raise_error()
    assert said.stdout == ""
    assert said.stderr == (
        "Error response from daemon: No such image: nothing:latest\n[exit code 1]\n")
    (hint,) = said.outputs
    assert hint.data["text/plain"].startswith("Hint: ")
    assert "docker images" in hint.data["text/html"]


def test_hints_speak_the_learners_language(shell: Any) -> None:
    from IPython.utils.capture import capture_output

    imagelab.current().language = "ko"
    with capture_output() as said:
        shell.run_cell("%docker rmi '<b>nothing'").raise_error()
        shell.run_cell("%docker rmi nothing").raise_error()
    assert "도움말" in said.outputs[-1].data["text/plain"]
    assert not any("<b>nothing" in each.data["text/html"] for each in said.outputs)
    assert not any("가" <= char <= "힣" for char in said.stderr)


def test_a_terminal_cell(shell: Any) -> None:
    from IPython.utils.capture import capture_output

    with capture_output() as said:
        shell.run_cell("%%lab\n# docker pull -q busybox\n$ docker images | grep busy | wc -l\n"
                       "docker rmi nothing").raise_error()
    assert said.stdout == "docker.io/library/busybox:latest\n1\n"
    assert said.stderr.endswith("nothing:latest\n[exit code 1]\n")
    assert len(said.outputs) == 1


def test_an_open_quote_is_explained(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run_cell("%docker commit -m 'x").raise_error()
    assert "close the quote" in capsys.readouterr().err
    assert len(imagelab.current().journal) == 0


@pytest.mark.parametrize(("typed", "told"), [
    ("docker run -it --rm ubuntu:14.04", True), ("docker run -it --rm ubuntu:14.04\nls", False),
    ("docker run -it --rm ubuntu:14.04\nexit\nls", False), ("docker images", False),
])
def test_a_terminal_cell_that_ends_too_early_says_so(shell: Any, typed: str, told: bool) -> None:
    from IPython.utils.capture import capture_output

    shell.run_cell("%docker pull -q ubuntu:14.04")
    with capture_output() as said:
        shell.run_cell(f"%%lab\n{typed}").raise_error()
    texts = [each.data["text/plain"] for each in said.outputs]
    assert any("the cell has no more lines" in each for each in texts) == told


@pytest.fixture
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_in_a_folder")
def test_a_build_of_the_notebooks_folder(
    shell: Any, capsys: pytest.CaptureFixture[str],
) -> None:
    shell.run_cell("%docker pull -q busybox")
    shell.run_cell("%%writefile Dockerfile\nFROM busybox\nRUN echo hi > /hello\n")
    shell.run_cell("%docker build -t hello .").raise_error()
    assert "\nSuccessfully tagged hello:latest\n" in capsys.readouterr().out
    shell.run_cell("%%docker build -t two -\nFROM hello\nCMD cat /hello\n").raise_error()
    capsys.readouterr()
    shell.run_cell("%docker run --rm two")
    assert capsys.readouterr().out == "hi\n"


@pytest.mark.usefixtures("_in_a_folder")
def test_copies_and_archives_in_the_notebooks_folder(
    shell: Any, capsys: pytest.CaptureFixture[str],
) -> None:
    for line in ("pull -q busybox", "run --name c1 busybox touch /made"):
        shell.run_cell(f"%docker {line}")
    capsys.readouterr()
    shell.run_cell("%docker cp c1:/made .")
    assert capsys.readouterr().err == f"Successfully copied 1.54kB to {Path.cwd()}/.\n"
    assert Path("made").exists()
    shell.run_cell("%docker export c1")
    assert capsys.readouterr().err.startswith("cowardly refusing to save to a terminal.")
    shell.run_cell("%docker export -o c1.tar c1")
    shell.run_cell("%docker import c1.tar flat")
    capsys.readouterr()
    shell.run_cell("%docker run --rm flat ls /made")
    assert capsys.readouterr().out == "/made\n"


@pytest.mark.usefixtures("_in_a_folder")
@pytest.mark.parametrize(("typed", "told"), [
    ("%docker build .", "%%writefile Dockerfile"),
    ("%docker save busybox", "docker save -o busybox.tar busybox"),
    ("%docker load", "docker load -i image.tar"),
    ("%docker push busybox", "docker login -u student"),
    ("%%lab\necho 'FROM busybox' > Dockerfile\necho 'COPY x /' >> Dockerfile\ndocker build .",
     "`x`"),
    ("%%lab\nprintf 'FROM busybox\\nRUN ehco hi' | docker build -", "`echo`"),
])
def test_what_a_command_on_files_says_is_explained(shell: Any, typed: str, told: str) -> None:
    from IPython.utils.capture import capture_output

    shell.run_cell("%docker pull -q busybox")
    with capture_output() as said:
        shell.run_cell(typed).raise_error()
    texts = [each.data["text/plain"] for each in said.outputs]
    assert any(told in each for each in texts), texts


def test_a_lab_that_cannot_be_written_is_said_to_be_so_once(
    shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    from IPython.utils.capture import capture_output

    imagelab.Lab.open(tmp_path).docker("pull -q busybox")
    monkeypatch.setattr("imagelab.storage.store._is_read_only", lambda _: True)
    imagelab.use(imagelab.Lab.open(tmp_path, language="ko"))
    shown = []
    for line in ("images -q", "images -q", "tag busybox two", "images -q"):
        with capture_output() as said:
            shell.run_cell(f"%docker {line}").raise_error()
        shown.append([text for text in map(plain, said.outputs) if "쓸 수 없습니다" in text])
        assert said.stdout == ("" if "tag" in line else "88abe451f5e7\n")
    assert [len(each) for each in shown] == [1, 0, 0, 0]
    with capture_output() as said:
        shell.run_cell("%docker tag busybox two").raise_error()
        shell.run_cell("%why").raise_error()
    assert said.stderr == (
        f"Error response from daemon: the lab in {tmp_path} is read-only\n[exit code 1]\n")
    assert "실습실이 쓸 수 없는 폴더에 있습니다" in plain(said.outputs[-1])


def plain(output: Any) -> str:
    return str(output.data["text/plain"])
