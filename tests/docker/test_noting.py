"""What commands are given is noted, bounded, and without passwords."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from imagelab import Lab
from imagelab.daemon.given import LAB_ROOM, STEP_ROOM, Given, GivenLine, GivenTime
from imagelab.docker.io import Io
from imagelab.docker.main import execute
from imagelab.model.node import Kind
from imagelab.terminal.prompt import Prompt

SECRET = "hunter2-is-secret"


@pytest.fixture
def lab() -> Lab:
    lab = Lab()
    lab.docker("pull busybox")
    return lab


def given(lab: Lab) -> Given:
    found = lab.journal.current.given
    assert isinstance(found, Given)
    return found


def bytes_of(lab: Lab, note: Given, path: str) -> bytes:
    piece = next(each.piece for each in note.files if each.path == path)
    assert piece is not None
    assert lab.daemon.memory is not None
    return lab.daemon.memory.contents[piece.digest]


def typed(lab: Lab, words: list[str], *lines: bytes) -> int:
    left: Iterator[bytes] = iter(lines)
    return execute(lab.daemon, words, Io(
        lambda _: None, lambda _: None, read_line=lambda: next(left, b"")))


def test_a_build_notes_what_is_sent_and_not_what_is_ignored(lab: Lab, tmp_path: Path) -> None:
    context = tmp_path / "context"
    (context / "in").mkdir(parents=True)
    (context / "Dockerfile").write_text("FROM busybox\nCOPY . /app\n")
    (context / "in" / "a").write_text("a")
    (context / "in" / "a").chmod(0o755)
    (context / "link").symlink_to("in/a")
    (context / "left-out").write_text(SECRET)
    (context / ".dockerignore").write_text("left-out\n")
    assert lab.docker("build -t a context", folder=tmp_path).exit_code == 0
    note = given(lab)
    inside = {each.path.removeprefix(f"{context.as_posix()}/"): each for each in note.files}
    assert set(inside) == {"Dockerfile", ".dockerignore", "in", "in/a", "link"}
    assert inside["in"].kind is Kind.DIRECTORY
    assert inside["in/a"].mode == 0o755
    assert inside["link"].target == "in/a"
    assert bytes_of(lab, note, f"{context.as_posix()}/in/a") == b"a"


@pytest.mark.parametrize("line", [
    "run --rm --env-file {} busybox true", "import {} a", "load -i {}", "cp {} box:/",
    "build -f {} empty",
])
def test_files_that_a_command_line_names_are_noted(lab: Lab, tmp_path: Path, line: str) -> None:
    lab.docker("create --name box busybox")
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_bytes(b"A=1\n")
    (tmp_path / "link").symlink_to("file")
    lab.docker(line.format("file"), folder=tmp_path)
    assert bytes_of(lab, given(lab), f"{tmp_path.as_posix()}/file") == b"A=1\n"


def test_a_file_behind_a_link_is_noted_under_the_name_it_was_given(
    lab: Lab, tmp_path: Path,
) -> None:
    (tmp_path / "file").write_bytes(b"A=1\n")
    (tmp_path / "link").symlink_to("file")
    lab.docker("run --env-file link busybox true", folder=tmp_path)
    assert bytes_of(lab, given(lab), f"{tmp_path.as_posix()}/link") == b"A=1\n"


def test_standard_input_and_typed_lines_are_noted(lab: Lab) -> None:
    lab.docker("run -i busybox cat", stdin="hello")
    piece = given(lab).stdin
    assert piece is not None
    assert lab.daemon.memory is not None
    assert lab.daemon.memory.contents[piece.digest] == b"hello"
    typed(lab, ["run", "-it", "busybox"], b"echo a > /a\n", b"exit\n")
    assert given(lab).lines == (b"echo a > /a\n", b"exit\n")


@pytest.mark.parametrize("words", [
    ["login", "-u", "student", "-p", SECRET],
    ["login", "-u", "student", f"-p{SECRET}"],
    ["login", f"--password={SECRET}", "-u", "student"],
    ["login", "-u", "student", "--password-stdin"],
    ["login", "-u", "student"],
    ["login"],
])
def test_a_password_is_kept_nowhere(lab: Lab, words: list[str]) -> None:
    lines = [f"{SECRET}\n".encode()] if "-u" in words else [b"student\n", f"{SECRET}\n".encode()]
    if "--password-stdin" in words:
        lab.docker(words, stdin=SECRET)
    else:
        typed(lab, words, *lines)
    assert given(lab).withheld
    assert lab.daemon.memory is not None
    kept = f"{lab.journal.current.command} {given(lab)} {lab.daemon.memory.contents}"
    assert SECRET not in kept
    if words == ["login"]:
        assert given(lab).lines == (b"student\n",)


def test_only_variables_that_are_looked_at_are_noted(lab: Lab) -> None:
    surroundings = Io(lambda _: None, lambda _: None, environment={"A": "1", "TOKEN": SECRET})
    execute(lab.daemon, ["run", "-e", "A", "busybox", "true"], surroundings)
    assert given(lab).environment == {"A": "1"}


def test_what_is_too_large_is_not_kept_and_that_is_said(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(STEP_ROOM + 1))
    lab.docker("import large a", folder=tmp_path)
    assert given(lab).lost == (f"{tmp_path.as_posix()}/large",)
    lab.docker("run -i busybox cat", stdin="x" * (STEP_ROOM + 1))
    assert given(lab).lost == ("-",)
    assert lab.daemon.memory is not None
    assert not lab.daemon.memory.contents


def test_a_context_of_many_files_is_told_in_few_words(lab: Lab, tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / str(number)).write_bytes(bytes(STEP_ROOM // 10))
    (tmp_path / "Dockerfile").write_text("FROM busybox\n")
    lab.docker("build -t a .", folder=tmp_path)
    assert 0 < len(given(lab).lost) <= 20


def test_many_inputs_do_not_fill_the_memory(lab: Lab) -> None:
    for number in range(LAB_ROOM // STEP_ROOM + 2):
        lab.docker("run --rm -i busybox true", stdin=f"{number:03}" + "x" * (STEP_ROOM - 3))
    assert lab.daemon.memory is not None
    assert sum(map(len, lab.daemon.memory.contents.values())) <= LAB_ROOM
    assert given(lab).lost == ("-",)


def test_what_the_lab_wrote_itself_is_known_again_by_its_digest(
    lab: Lab, tmp_path: Path,
) -> None:
    lab.docker("save -o image.tar busybox", folder=tmp_path)
    assert (tmp_path / "image.tar").stat().st_size > STEP_ROOM
    (tmp_path / "image.tar").rename(tmp_path / "moved.tar")
    lab.docker("load -i moved.tar", folder=tmp_path)
    (file,) = given(lab).files
    assert file.piece is not None
    assert not given(lab).lost
    assert lab.daemon.memory is not None
    assert file.piece.digest not in lab.daemon.memory.contents
    lab.shell.folder = tmp_path
    lab.shell.run("docker save busybox | docker load\n", lambda *_: None)
    assert given(lab).stdin is not None
    assert not given(lab).lost


def test_a_large_file_that_was_copied_out_is_known_again(lab: Lab, tmp_path: Path) -> None:
    lab.docker("create --name box busybox")
    lab.docker("cp box:/bin/busybox tool", folder=tmp_path)
    assert (tmp_path / "tool").stat().st_size > STEP_ROOM
    lab.docker("cp tool box:/tool", folder=tmp_path)
    assert not given(lab).lost
    assert [each.path for each in given(lab).files] == [f"{tmp_path.as_posix()}/tool"]


def test_lines_of_a_prompt_and_time_that_passes_are_noted(lab: Lab, tmp_path: Path) -> None:
    prompt = Prompt(lab.daemon, tmp_path)
    prompt.submit("docker run -it busybox")
    assert given(lab).taken_over
    prompt.submit("touch /a")
    line = lab.journal.current.given
    assert isinstance(line, GivenLine)
    assert line.line == b"touch /a\n"
    prompt.submit("exit")
    prompt.submit("sleep 5")
    assert isinstance(lab.journal.current.given, GivenTime)


def test_a_refused_command_line_is_noted_too(lab: Lab) -> None:
    lab.docker("rmi")
    assert given(lab) == Given(Path.cwd().as_posix())


def test_a_lab_that_is_kept_on_disk_keeps_no_inputs(tmp_path: Path) -> None:
    lab = Lab.open(tmp_path)
    lab.docker("import - a", stdin="no tar")
    assert lab.journal.current.given is None


def test_a_pipe_is_not_read_twice(lab: Lab) -> None:
    stream = BytesIO(b"line\n")
    execute(lab.daemon, ["run", "-i", "busybox", "cat"], Io(
        lambda _: None, lambda _: None, stdin=stream))
    assert stream.tell() == 5
