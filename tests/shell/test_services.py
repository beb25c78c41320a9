"""Services run until a signal ends them; what they log is what the real ones logged.

Recorded with nginx 1.22.1, Redis 7.0.15 and Apache 2.4.71, with numbers of processes, versions
and times put in for theirs.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from imagelab.model.filesystem import FileSystem
from imagelab.model.node import directory, file
from imagelab.model.process import Process
from imagelab.shell.budget import Budget
from imagelab.shell.process import Advance, advance, signal
from imagelab.shell.programs.registry import APPLETS
from tests.shell.support import ELF, NOW, container, run, text

SECOND = 10**9
PROGRAMS = ("nginx", "redis-server", "redis-cli", "httpd", "mysqld", "mysqladmin", "sshd", "node",
            "python3.12")
ENTRYPOINT = b'#!/bin/sh\nset -e\ncase "$1" in -*) set -- redis-server "$@";; esac\nexec "$@"\n'
ENV = ("PATH=/usr/bin:/bin", "HOME=/root")
FOREGROUND = ("nginx", "-g", "daemon off;")


def files() -> FileSystem:
    nodes = {f"usr/bin/{name}": file(ELF, 0o755) for name in PROGRAMS}
    folders = ("run", "run/mysqld", "var", "var/run", "var/run/mysqld", "var/lib",
               "var/lib/mysql", "etc/nginx", "data", "usr/local", "usr/local/apache2",
               "usr/local/apache2/conf", "usr/local/apache2/logs")
    nodes |= {name: directory() for name in folders}
    nodes["hello"] = nodes["usr/bin/hello"] = file(ELF, 0o755)
    nodes["etc/nginx/nginx.conf"] = file(b"events {}\nhttp {}\n")
    nodes["usr/local/apache2/conf/httpd.conf"] = file(b"Listen 80\n#ServerName nothing\n")
    nodes["entry.sh"] = file(ENTRYPOINT, 0o755)
    return container("gnu", nodes)


def after(process: Process, name: str, inside: FileSystem, now: int = NOW) -> Advance:
    """Send a signal to a process that was written down meanwhile."""
    kept = replace(process, program=json.loads(json.dumps(process.program)))
    return advance(signal(kept, name), inside, now, Budget(), hostname="box")


def notices(output: str) -> list[str]:
    """The lines of nginx without their time, each in the form ``process: text``."""
    lines = []
    for line in output.splitlines():
        found = re.fullmatch(r"2023/11/14 22:13:\d\d \[notice\] (\d+)#\1: (.*)", line)
        assert found, line
        lines.append(f"{found[1]}: {found[2]}")
    return lines


def test_a_service_waits_and_costs_nothing_meanwhile() -> None:
    inside = files()
    started = run(inside, *FOREGROUND, env=ENV)
    assert (started.process.status, started.process.wake) == (None, None)
    budget = Budget()
    again = advance(started.process, inside, NOW + 3600 * SECOND, budget, hostname="box")
    assert (again.output, again.process.status) == ((), None)
    assert Budget().steps - budget.steps < 10


def test_nginx_starts() -> None:
    assert notices(text(run(files(), *FOREGROUND, env=ENV), 2)) == [
        '1: using the "epoll" event method', "1: nginx/1.27.5", "1: OS: Linux 5.15.0",
        "1: getrlimit(RLIMIT_NOFILE): 1048576:1048576", "1: start worker processes",
        "1: start worker process 29"]


@pytest.mark.parametrize(("name", "lines"), [
    ("QUIT", ["1: signal 3 (SIGQUIT) received, shutting down", "29: gracefully shutting down"]),
    ("TERM", ["1: signal 15 (SIGTERM) received, exiting"]),
    ("INT", ["1: signal 2 (SIGINT) received, exiting"]),
])
def test_nginx_ends(name: str, lines: list[str]) -> None:
    inside = files()
    started = run(inside, *FOREGROUND, env=ENV)
    assert inside.read("/run/nginx.pid").read() == b"1\n"
    ended = after(started.process, name, inside)
    assert ended.process.status == 0
    assert notices(text(ended, 2)) == [
        *lines, "29: exiting", "29: exit", "1: signal 17 (SIGCHLD) received from 29",
        "1: worker process 29 exited with code 0", "1: exit"]
    assert inside.lookup("/run/nginx.pid") is None


def test_nginx_reads_its_configuration_again_and_runs_on() -> None:
    inside = files()
    started = run(inside, *FOREGROUND, env=ENV)
    reloaded = after(started.process, "SIGHUP", inside)
    assert reloaded.process.status is None
    assert notices(text(reloaded, 2)) == [
        "1: signal 1 (SIGHUP) received, reconfiguring", "1: reconfiguring",
        '1: using the "epoll" event method', "1: start worker processes",
        "1: start worker process 30", "29: gracefully shutting down", "29: exiting", "29: exit",
        "1: signal 17 (SIGCHLD) received from 29", "1: worker process 29 exited with code 0"]
    assert "30: exit" in notices(text(after(reloaded.process, "TERM", inside), 2))


def test_signals_without_a_handler_and_the_one_that_always_works() -> None:
    started = run(files(), *FOREGROUND, env=ENV).process
    assert signal(started, "USR2") == started
    assert signal(started, "KILL").status == 137


def test_nginx_goes_to_the_background_unless_told_otherwise() -> None:
    assert run(files(), "nginx", env=ENV).process.status == 0
    inside = files()
    inside.write("/etc/nginx/nginx.conf", b"daemon  off;\n")
    assert run(inside, "nginx", env=ENV).process.status is None


@pytest.mark.parametrize(("argv", "status", "said"), [
    (["-v"], 0, "nginx version: nginx/1.27.5\n"),
    (["-t"], 0, "nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\n"
                "nginx: configuration file /etc/nginx/nginx.conf test is successful\n"),
    (["-tq"], 0, ""),
    (["-z"], 1, 'nginx: invalid option: "z"\n'),
    (["foo"], 1, 'nginx: invalid option: "foo"\n'),
    (["-c"], 1, 'nginx: option "-c" requires parameter\n'),
    (["-c", "/nope"], 1,
     '2023/11/14 22:13:20 [emerg] 1#1: open() "/nope" failed (2: No such file or directory)\n'
     'nginx: [emerg] open() "/nope" failed (2: No such file or directory)\n'),
    (["-s", "reload"], 126, "imagelab does not simulate nginx -s\n"),
])
def test_nginx_answers(argv: list[str], status: int, said: str) -> None:
    result = run(files(), "nginx", *argv, env=ENV)
    assert (result.process.status, text(result, 2)) == (status, said)


def test_nginx_as_another_user_may_not_write() -> None:
    result = run(files(), *FOREGROUND, env=ENV, uid=1000)
    assert result.process.status == 1
    assert text(result, 2).endswith(
        'nginx: [emerg] open() "/run/nginx.pid" failed (13: Permission denied)\n')


def test_a_signal_reaches_what_the_entrypoint_script_has_become() -> None:
    inside = files()
    started = run(inside, "/entry.sh", "/entry.sh", "--port", "7000", env=ENV, cwd="/data")
    assert started.process.status is None
    ended = after(started.process, "TERM", inside, NOW + 5 * SECOND)
    assert ended.process.status == 0


def test_a_shell_that_waits_for_a_service_keeps_the_signal() -> None:
    inside = files()
    script = "trap 'echo trapped' TERM; nginx -g 'daemon off;'; echo ended"
    started = run(inside, "sh", "-c", script, env=ENV)
    assert after(started.process, "TERM", inside).output == ()
    bare = run(inside, "sh", "-c", "nginx -g 'daemon off;'; echo ended", env=ENV).process
    assert signal(bare, "TERM") == bare


def test_redis_starts_and_ends() -> None:
    inside = files()
    started = run(inside, "redis-server", env=ENV, cwd="/data")
    assert text(started) == (
        "1:C 14 Nov 2023 22:13:20.000 * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo\n"
        "1:C 14 Nov 2023 22:13:20.000 * Redis version=7.4.2, bits=64, commit=00000000, "
        "modified=0, pid=1, just started\n"
        "1:C 14 Nov 2023 22:13:20.000 # Warning: no config file specified, using the default "
        "config. In order to specify a config file use redis-server /path/to/redis.conf\n"
        "1:M 14 Nov 2023 22:13:20.000 * monotonic clock: POSIX clock_gettime\n"
        "1:M 14 Nov 2023 22:13:20.000 * Running mode=standalone, port=6379.\n"
        "1:M 14 Nov 2023 22:13:20.000 * Server initialized\n"
        "1:M 14 Nov 2023 22:13:20.000 * Ready to accept connections tcp\n")
    ended = after(started.process, "TERM", inside, NOW + 1_500_000_000)
    assert (ended.process.status, text(ended)) == (0, (
        "1:signal-handler (1700000001) Received SIGTERM scheduling shutdown...\n"
        "1:M 14 Nov 2023 22:13:21.500 * User requested shutdown...\n"
        "1:M 14 Nov 2023 22:13:21.500 * Saving the final RDB snapshot before exiting.\n"
        "1:M 14 Nov 2023 22:13:21.500 * DB saved on disk\n"
        "1:M 14 Nov 2023 22:13:21.500 # Redis is now ready to exit, bye bye...\n"))
    assert inside.read("/data/dump.rdb").read(5) == b"REDIS"
    assert "* RDB age 1 seconds\n" in text(
        run_at(inside, NOW + 3 * SECOND, "redis-server", cwd="/data"))


def run_at(inside: FileSystem, now: int, *argv: str, cwd: str = "/") -> Advance:
    process = Process(argv, ENV, cwd)
    return advance(process, inside, now, Budget(), hostname="box")


def test_redis_without_saving() -> None:
    inside = files()
    started = run(inside, "redis-server", "--port", "7777", "--save", "", env=ENV, cwd="/data")
    assert "* Configuration loaded\n" in text(started)
    assert "port=7777." in text(started)
    assert "Saving" not in text(after(started.process, "INT", inside))
    assert inside.lookup("/data/dump.rdb") is None


def test_redis_takes_a_configuration_file() -> None:
    inside = files()
    inside.write("/data/redis.conf", b'# small\nport 7001\nsave ""\n')
    assert "port=7001." in text(run(inside, "redis-server", "redis.conf", env=ENV, cwd="/data"))
    missing = run(inside, "redis-server", "/nope.conf", env=ENV)
    assert missing.process.status == 1
    assert text(missing).endswith(
        "# Fatal error, can't open config file '/nope.conf': No such file or directory\n")


def test_httpd_starts_and_ends() -> None:
    inside = files()
    started = run(inside, "httpd", "-DFOREGROUND", env=ENV)
    nameless = (
        "AH00558: httpd: Could not reliably determine the server's fully qualified domain name, "
        "using 172.17.0.2. Set the 'ServerName' directive globally to suppress this message\n")
    stamp = "[Tue Nov 14 22:13:20.000000 2023]"
    assert text(started, 2) == (
        f"{nameless}{nameless}"
        f"{stamp} [mpm_event:notice] [pid 1:tid 1] AH00489: Apache/2.4.63 (Unix) configured -- "
        "resuming normal operations\n"
        f"{stamp} [core:notice] [pid 1:tid 1] AH00094: Command line: 'httpd -D FOREGROUND'\n")
    ended = after(started.process, "WINCH", inside)
    assert (ended.process.status, text(ended, 2)) == (0, (
        f"{stamp} [mpm_event:notice] [pid 1:tid 1] AH00492: caught SIGWINCH, shutting down "
        "gracefully\n"))
    assert "AH00491: caught SIGTERM, shutting down\n" in text(
        after(started.process, "TERM", inside), 2)


def test_httpd_with_a_name_does_not_complain() -> None:
    inside = files()
    inside.write("/usr/local/apache2/conf/httpd.conf", b"ServerName lab.example\n")
    assert text(run(inside, "httpd", "-t", env=ENV), 2) == "Syntax OK\n"


def test_mysqld_needs_files_makes_them_and_ends() -> None:
    inside = files()
    assert run(inside, "mysqld", env=ENV).process.status == 1
    assert run(inside, "mysqld", "--initialize-insecure", env=ENV).process.status == 0
    assert inside.stat("/var/lib/mysql/ibdata1").size == 12 << 20
    assert run(inside, "mysqladmin", "shutdown", env=ENV).process.status == 126
    assert run(inside, "mysqld", "--daemonize", env=ENV).process.status == 0
    shut = run(inside, "mysqladmin", "shutdown", env=ENV)
    assert "Received SHUTDOWN from user root." in text(shut, 2)
    started = run(inside, "mysqld", env=ENV)
    assert text(started, 2).endswith(
        "2023-11-14T22:13:20.000000Z 0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready for "
        "connections. Version: '8.0.42'  socket: '/var/run/mysqld/mysqld.sock'  port: 3306  "
        "MySQL Community Server - GPL.\n")
    ended = after(started.process, "TERM", inside)
    assert (ended.process.status, text(ended, 2).splitlines()[-1]) == (0, (
        "2023-11-14T22:13:20.000000Z 0 [System] [MY-010910] [Server] /usr/sbin/mysqld: Shutdown "
        "complete (mysqld 8.0.42)  MySQL Community Server - GPL."))


def test_sshd_needs_its_folder() -> None:
    inside = files()
    missing = run(inside, "sshd", "-D", env=ENV)
    assert (missing.process.status, text(missing, 2)) == (
        255, "Missing privilege separation directory: /run/sshd\n")
    inside.mkdir("/run/sshd")
    started = run(inside, "sshd", "-D", env=ENV)
    assert (started.process.status, started.output) == (None, ())
    assert after(started.process, "TERM", inside).process.status == 0


@pytest.mark.parametrize(("argv", "status", "said"), [
    (["python3.12", "--version"], 0, "Python 3.12.10\n"),
    (["python3.12", "-V"], 0, "Python 3.12.10\n"),
    (["python3.12", "-c", "print('hi there')"], 0, "hi there\n"),
    (["python3.12", "-c", 'print("")'], 0, "\n"),
    (["python3.12", "-c", "print(42)"], 0, "42\n"),
    (["python3.12"], 0, ""),
    (["node", "--version"], 0, "v20.19.2\n"),
    (["node"], 0, ""),
    (["redis-cli", "--version"], 0, "redis-cli 7.4.2\n"),
    (["mysqld", "--version"], 0,
     "/usr/sbin/mysqld  Ver 8.0.42 for Linux on x86_64 (MySQL Community Server - GPL)\n"),
])
def test_programs_tell_their_version(argv: list[str], status: int, said: str) -> None:
    env = (*ENV, "PYTHON_VERSION=3.12.10", "NODE_VERSION=20.19.2")
    result = run(files(), *argv, env=env)
    assert (result.process.status, text(result)) == (status, said)


@pytest.mark.parametrize("line", [
    "print('a' * 10**9)", "print(f'{1}')", "print('a'); import os", "print('\\x41')",
    "print(open('/etc/passwd').read())", "import os", "print(1, 2)", "print('it''s')",
])
def test_no_python_is_run(line: str) -> None:
    result = run(files(), "python3.12", "-c", line, env=ENV)
    assert (result.process.status, text(result, 2)) == (
        126, "imagelab does not simulate python3.12\n")


def test_another_program_called_hello_is_not_the_greeting() -> None:
    assert text(run(files(), "/hello")).startswith("\nHello from Docker!\n")
    other = run(files(), "hello", env=ENV)
    assert (other.process.status, text(other, 2)) == (126, "imagelab does not simulate hello\n")


def test_busybox_has_no_service() -> None:
    assert not APPLETS & {*PROGRAMS, "hello"}


def test_a_windows_line_end_is_part_of_the_interpreter() -> None:
    inside = files()
    inside.write("/windows.sh", b"#!/bin/sh\r\necho hi\r\n")
    inside.chmod("/windows.sh", 0o755)
    result = run(inside, "sh", "-c", "/windows.sh", env=ENV)
    assert (result.process.status, text(result)) == (127, "")
