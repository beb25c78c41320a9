"""Binder: what it is told to build, and the same steps done here, in a clean folder."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import pytest

from tests.remote import ROOT, Kernel, Remote, first_lesson, memory
from tests.test_lessons import pythons

#: Memory that a session has on mybinder.org.
LIMIT = 2 << 30
TOKEN = "binder"
INSTALL = re.compile(r'^RUN \${KERNEL_PYTHON_PREFIX}/bin/pip (install .*)$', re.MULTILINE)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Binder's machines run Linux")


@cache
def rendered() -> tuple[str, str]:
    """Return the Dockerfile that Binder would build, and what repo2docker says meanwhile."""
    done = subprocess.run(
        [sys.executable, "-m", "repo2docker", "--no-build", "--debug",
         "--user-id", "1000", "--user-name", "learner", str(ROOT)],
        capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def test_binder_is_told_all_that_the_lessons_need() -> None:
    dockerfile, log = rendered()
    minor = (ROOT / "binder/runtime.txt").read_text().strip().removeprefix("python-")
    assert f"Building conda environment for python={minor}\n" in log
    packages = re.search(r"^apt-get install --yes .*$", dockerfile, re.MULTILINE)
    assert packages
    assert {"graphviz", "fonts-nanum"} <= set(packages[0].split())
    copied = dockerfile.index("COPY --chown=1000:1000 src/ ${REPO_DIR}/\n")
    installed = INSTALL.search(dockerfile)
    assert installed
    assert installed.start() > copied, "the package is installed before it is there"
    assert installed[1].endswith('-r "binder/requirements.txt"')
    assert 'ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"\n' in dockerfile


@pytest.mark.parametrize("guide", ["docs/en/binder.md", "docs/ko/binder.md"])
def test_each_lesson_has_a_link_in_each_language(guide: str) -> None:
    links = re.findall(r"\(https://mybinder\.org/v2/gh/(\w[\w./-]*)/HEAD\?urlpath=lab/tree/(\S+)\)",
                       (ROOT / guide).read_text("utf-8"))
    assert len({repository for repository, _ in links}) == 1
    listed = subprocess.run(["git", "ls-files", "notebooks/*.ipynb"], cwd=ROOT, text=True,
                            capture_output=True, check=True).stdout
    assert sorted(path for _, path in links) == sorted(listed.split())


def test_a_lesson_runs_where_binders_steps_were_done(
    tmp_path: Path, record_property: Callable[[str, object], None],
) -> None:
    repository, environment = tmp_path / "repository", tmp_path / "environment"
    _copy_of_the_repository(repository)
    seconds = _installed(environment, repository)
    with _session(environment, repository) as (server, process):
        before = memory(process)
        lesson = Path("notebooks") / first_lesson("ko")
        with server.kernel(lesson.as_posix()) as kernel:
            kernel.run_lesson(ROOT / lesson)
            used = memory(process)
            _has_a_docker_in_terminals(server, kernel)
        assert used < LIMIT
        _shows_our_views_and_no_news(server)
        printed = server.get(f"nbconvert/html/{lesson.as_posix()}").decode()
        assert "@page { size: A4" in printed, "JupyterLab prints by another template"
    size = sum(path.stat().st_blocks * 512 for folder in (repository, environment)
               for path in folder.rglob("*") if not path.is_symlink())
    record_property("figure", (
        f"Binder: installed in {seconds:.0f} s, {size / 1e6:.0f} MB on disk; memory in use "
        f"{before / 1e6:.0f} MB, {used / 1e6:.0f} MB after {lesson.stem}, "
        f"of {LIMIT / 1e6:.0f} MB"))


def _copy_of_the_repository(folder: Path) -> None:
    """Copy what is in the repository, and nothing else that lies in this checkout."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, os.fsdecode(listed.stdout).split("\0")):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # removed, and not committed yet
            shutil.copy(ROOT / name, target, follow_symlinks=False)


def _installed(environment: Path, repository: Path) -> float:
    """Do the step that installs, with the Python it is for if there is one; return its seconds.

    Here it may use pip's cache, and leaves byte code to the first import: half of the time.
    """
    begin = time.monotonic()
    minor = (ROOT / "binder/runtime.txt").read_text().strip().removeprefix("python-")
    subprocess.run([pythons().get(minor, sys.executable), "-m", "venv", str(environment)],
                   check=True)
    step = INSTALL.search(rendered()[0])
    assert step
    words = step[1].replace("--no-cache-dir", "--no-compile")
    done = subprocess.run(
        [f"{environment}/bin/python", "-m", "pip", *shlex.split(words)],
        cwd=repository, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return time.monotonic() - begin


@contextmanager
def _session(environment: Path, repository: Path) -> Iterator[tuple[Remote, int]]:
    """Start the server as Binder does; give it and its process."""
    run = repository / ".run"
    variables = {
        **os.environ, "HOME": str(repository), "REPO_DIR": str(repository),
        "PATH": f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONDONTWRITEBYTECODE": "", "JUPYTER_RUNTIME_DIR": str(run), "JUPYTER_TOKEN": TOKEN}
    with (repository / ".log").open("w") as log:
        process = subprocess.Popen(
            # Here, other than on Binder's system, a login shell forgets what PATH is.
            ["binder/start", "jupyter", "notebook", "--ip", "127.0.0.1", "--port", "0",
             "--no-browser", "--allow-root",
             "--ServerApp.terminado_settings={'shell_command': ['bash', '--norc']}"],
            cwd=repository, env=variables, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield Remote(_address(run / f"jpserver-{process.pid}.json", process), TOKEN), process.pid
    finally:
        process.terminate()
        process.wait(20)


def _address(said: Path, process: subprocess.Popen[bytes]) -> str:
    """Return where the server listens, once it answers there."""
    for _ in range(600):
        assert process.poll() is None, "the server ended"
        with suppress(OSError, ValueError):
            address = f"http://127.0.0.1:{json.loads(said.read_text('utf-8'))['port']}"
            Remote(address, TOKEN).get("api")
            return address
        time.sleep(0.1)
    pytest.fail("the server did not start")


def _has_a_docker_in_terminals(server: Remote, kernel: Kernel) -> None:
    """Check that a terminal has a docker of ours, behind any other, and that it finds the lab."""
    shown = server.type('"${PATH##*:}/docker" create --name from_terminal hello-world')
    listed = kernel.run("%docker ps -a --format {{.Names}}")
    assert "from_terminal\n" in [each["text"] for each in listed], shown


def _shows_our_views_and_no_news(server: Remote) -> None:
    page = server.get("lab").decode()
    settings = re.search(
        r'<script id="jupyter-config-data" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert settings
    extensions = {each["name"] for each in json.loads(settings[1])["federated_extensions"]}
    assert {"imagelab", "anywidget"} <= extensions
    asked = json.loads(server.get("lab/api/settings/@jupyterlab/apputils-extension:notification"))
    assert asked["schema"]["properties"]["fetchNews"]["default"] == "false"
