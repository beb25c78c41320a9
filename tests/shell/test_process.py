"""Processes as values: suspended, written down, resumed, signalled."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from imagelab.model.filesystem import FileSystem
from imagelab.model.node import directory, file, symlink
from imagelab.model.process import Process
from imagelab.shell.budget import Budget
from imagelab.shell.process import Advance, StartError, advance, signal, spawn
from tests.shell.support import NOW, container, run, text

SECOND = 10**9


def go(process: Process, files: FileSystem, now: int = NOW) -> Advance:
    return advance(process, files, now, Budget(), hostname="box")


def through_json(process: Process) -> Process:
    return replace(process, program=json.loads(json.dumps(process.program)))


def test_a_sleeping_shell_wakes_in_time() -> None:
    files = container()
    first = run(files, "sh", "-c", "echo a > /f; sleep 1.5; echo b; sleep 1; echo c")
    assert first.process.wake == NOW + 1_500_000_000
    early = go(first.process, files, NOW + SECOND)
    assert early.process == first.process
    second = go(through_json(first.process), files, NOW + 1_500_000_000)
    assert text(second) == "b\n"
    third = go(through_json(second.process), files, NOW + 2_500_000_000)
    assert (text(third), third.process.status, third.process.wake) == ("c\n", 0, None)


def test_one_that_was_suspended_before_shells_had_aliases_or_histories_goes_on() -> None:
    files = container("gnu")
    asleep = go(spawn(files, ("bash", "-c", "sleep 1; alias a=b; echo on"), env=(), cwd="/", uid=0,
                      gid=0), files).process
    program = through_json(asleep).program
    assert program is not None
    for name, fields in program["objects"]:
        if name == "Shell":
            del fields["aliases"], fields["history"]
    woken = go(replace(asleep, program=program), files, NOW + 2 * 10**9)
    assert text(woken) == "on\n"


def test_exec_sleep_goes_on_in_another_python() -> None:
    files = container()
    script = "x='a b'; f() { echo $x $1; }; sleep 600; f $(echo c); exec sleep 9"
    first = run(files, "sh", "-c", script)
    program = (
        "import json, sys\n"
        "from imagelab.model.process import Process\n"
        "from imagelab.shell.process import advance, Budget\n"
        "from tests.shell.support import NOW, container\n"
        "data = json.load(sys.stdin)\n"
        "p = Process(tuple(data['argv']), tuple(data['env']), program=data['program'],\n"
        "            wake=data['wake'])\n"
        "done = advance(p, container(), data['wake'], Budget(), hostname='box')\n"
        "print(done.output, done.process.wake - data['wake'])\n"
    )
    p = first.process
    data = {"argv": p.argv, "env": p.env, "program": p.program, "wake": p.wake}
    done = subprocess.run([sys.executable, "-c", program], input=json.dumps(data), text=True,
                          capture_output=True, check=True, cwd=sys.path[0] or None)
    assert done.stdout == f"((1, b'a b c\\n'),) {9 * SECOND}\n"


@pytest.mark.parametrize("name", ["TERM", "INT", "KILL", "USR1", "HUP"])
def test_a_signal_does_nothing_to_the_first_process_without_a_trap(name: str) -> None:
    result = run(container(), "sh", "-c", f"kill -{name} $$; kill -{name} 1; echo $? on")
    assert (text(result), result.process.status) == ("0 on\n", 0)


def test_a_signal_ends_another_shell_without_a_trap() -> None:
    script = "sh -c 'trap \"echo never\" EXIT; kill $$; echo never'; echo $?"
    result = run(container(), "sh", "-c", script)
    assert (text(result), text(result, 2)) == ("143\n", "Terminated\n")


def test_a_shell_that_takes_the_place_of_the_first_process_is_the_first() -> None:
    result = run(container(), "sh", "-c", "exec sh -c 'echo $$; kill $$; echo on'")
    assert text(result) == "1\non\n"


def test_a_trap_waits_for_the_end_of_a_subshell() -> None:
    files = container()
    first = run(files, "sh", "-c", "trap 'echo got' TERM; (sleep 1; echo sub); echo main")
    second = go(signal(first.process, "TERM"), files, NOW + SECOND)
    assert text(second) == "sub\ngot\nmain\n"


@pytest.mark.parametrize("script", [
    "for i in 1 2 3; do sleep 1; echo $i; done",
    "i=0; while [ $i -lt 3 ]; do i=$((i+1)); sleep 1; echo $i; done",
    "f() { local i=$1; sleep 1; echo $i; }; f 1; f 2; f 3",
    "for i in 1 2 3; do echo $(sleep 1; echo $i); done",
    "for i in 1 2 3; do sleep 1 | cat; echo $i; done",
    "for i in 1 2 3; do (sleep 1; echo $i) > /f; cat /f; done",
    "printf '1\\n2\\n3\\n' | while read i; do sleep 1; echo $i; done",
    "printf '1 2 3' | xargs -n1 sh -c 'sleep 1; echo $0'",
    "exec 3>/f; for i in 1 2 3; do sleep 1; echo $i >&3; done; cat /f",
    "trap 'echo 3' EXIT; sleep 1; echo 1; sleep 1; echo 2; sleep 1",
    "eval 'sleep 1; echo 1'; case x in x) sleep 1; echo 2;; esac; if sleep 1; then echo 3; fi",
    "cat <<E | while read i; do sleep 1; echo $i; done\n1\n2\n3\nE",
    "mkdir /d; touch /d/1 /d/2 /d/3; find /d -type f -exec sh -c 'sleep 1; basename $0' {} ';'",
])
def test_any_place_can_be_suspended(script: str) -> None:
    files = container()
    result, out, naps = run(files, "sh", "-c", script), "", 0
    out += text(result)
    while result.process.status is None:
        naps += 1
        assert result.process.wake is not None
        result = go(through_json(result.process), files, result.process.wake)
        out += text(result)
    assert (out, naps, result.process.status) == ("1\n2\n3\n", 3, 0)


def test_it_waits_for_input() -> None:
    files = container()
    process = spawn(files, ["sh"], env=(), cwd="/", uid=0, gid=0, stdin=b"echo a\nread x\n",
                    stdin_open=True)
    first = go(process, files)
    assert (text(first), first.process.status, first.process.wake) == ("a\n", None, None)
    more = replace(through_json(first.process), stdin=b"echo b\nif true\n")
    second = go(more, files)
    assert text(second) == "b\n" * 0 + text(second)
    last = go(replace(through_json(second.process), stdin=b"then exit 4; fi\n"), files)
    assert last.process.status == 4


def test_it_knows_what_was_typed_before() -> None:
    files = container("gnu")
    first = go(spawn(files, ("bash",), env=(), cwd="/", uid=0, gid=0, tty=True,
                     stdin=b"echo one\n!!:s/one/two/\n", stdin_open=True), files)
    second = go(replace(through_json(first.process), stdin=b"!1:&\nhistory\n"), files)
    assert text(second).endswith(
        "    1  echo one\n    2  echo two\n    3  echo two\n    4  history\nroot@box:/# ")


def test_cat_gives_back_what_comes() -> None:
    files = container()
    process = spawn(files, ["cat"], env=(), cwd="/", uid=0, gid=0, stdin=b"one\n", stdin_open=True)
    first = go(process, files)
    assert (text(first), first.process.stdin) == ("one\n", b"")
    second = go(replace(through_json(first.process), stdin=b"two\n", stdin_open=False), files)
    assert (text(second), second.process.status) == ("two\n", 0)


def test_signals_to_the_main_process() -> None:
    files = container()
    asleep = run(files, "sleep", "600").process
    assert signal(asleep, "TERM") == asleep
    assert signal(asleep, "SIGINT") == asleep
    assert signal(asleep, "KILL").status == 137
    ended = run(files, "true").process
    assert signal(ended, "KILL") == ended


def test_a_trap_runs_when_the_command_has_ended() -> None:
    files = container()
    asleep = run(files, "sh", "-c", "trap 'echo term; exit 3' TERM; sleep 5; echo never").process
    signalled = through_json(signal(asleep, "TERM"))
    assert signalled.status is None
    done = go(signalled, files, NOW + 5 * SECOND)
    assert (text(done), done.process.status) == ("term\n", 3)


@pytest.mark.parametrize(("argv", "kind"), [
    (["nosuch"], "not found"), (["/no/such"], "no such file"), (["/srv/plain"], "not executable"),
    (["/srv"], "is a directory"), (["plain"], "not found"), (["/srv/script"], "format error"),
    ([""], "not found"),
])
def test_what_cannot_start(argv: list[str], kind: str) -> None:
    files = container(extra={"srv": directory(), "srv/plain": file(b"x"),
                             "srv/script": file(b"echo hi\n", 0o755)})
    with pytest.raises(StartError) as caught:
        spawn(files, argv, env=("PATH=/bin:/srv",), cwd="/", uid=0, gid=0)
    assert (caught.value.kind, caught.value.name) == (kind, argv[0])


def test_what_runs_is_what_the_tree_holds() -> None:
    files = container()
    result = run(files, "sh", "-c", "rm /bin/ls; ls; /bin/busybox ls -d /bin")
    assert text(result, 2) == "sh: ls: not found\n"
    moved = container(extra={"opt": directory(), "opt/ls": symlink("/bin/busybox")})
    assert text(run(moved, "/opt/ls", "-d", "/opt")) == "/opt\n"


def test_a_script_file_with_an_interpreter_runs() -> None:
    files = container(extra={"run": file(b"#!/bin/sh -e\necho $0 $1\n", 0o755)})
    assert text(run(files, "/run", "x")) == "/run x\n"


def test_a_program_that_is_not_simulated_says_so() -> None:
    files = container("gnu", {"bin/vim": file(b"\x7fELF", 0o755)})
    result = run(files, "vim")
    assert (text(result, 2), result.process.status) == ("imagelab does not simulate vim\n", 126)


@pytest.mark.parametrize(("script", "what"), [
    ("a=(1 2); echo ${a[1]}", "arrays"), ("declare -A a", "arrays"),
    ("diff <(echo a) <(echo b)", "process substitution"),
    ("select x in a b; do break; done", "select"),
])
def test_what_bash_has_and_the_lab_has_not_is_named(script: str, what: str) -> None:
    result = run(container("gnu"), "bash", "-c", script)
    assert result.process.status == 2
    assert text(result, 2).endswith(f"imagelab does not simulate bash's {what}\n")


def test_a_user_may_not_do_everything() -> None:
    files = container()
    result = run(files, "sh", "-c", "id -u; echo x > /f; echo y > /tmp/f || echo no", uid=1000)
    assert text(result) == "1000\nno\n"
    assert text(result, 2).count("Permission denied") == 2
    assert files.uid == 0


def test_times_come_from_the_clock() -> None:
    files = container()
    run(files, "sh", "-c", "echo a > /f; mkdir /d")
    assert files.stat("/f").mtime == files.stat("/d").mtime == NOW
    assert text(run(files, "date", "+%s")) == f"{NOW // SECOND}\n"
    assert text(run(files, "hostname")) == "box\n"
