import hashlib
import io
import os
import sys
import tarfile
from base64 import b64encode
from pathlib import Path

import pytest

from imagelab.site import packages
from imagelab.site.packages import NoPackage, npm_package

if sys.platform == "win32":
    pytest.skip("a program of a test stands for npm, as a script", allow_module_level=True)


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The archive that a stand-in for npm hands out as ``toy`` 1.0; without it, npm fails."""
    served = tmp_path / "served.tgz"
    with tarfile.open(served, "w:gz") as tar:
        member = tarfile.TarInfo("package/toy.js")
        member.size = 4
        tar.addfile(member, io.BytesIO(b"toy\n"))
    program = tmp_path / "bin" / "npm"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\n" f"""
import pathlib, shutil, sys
served = pathlib.Path({str(served)!r})
if sys.argv[-1] != "toy@1.0" or not served.exists():
    sys.exit("npm error code E404")
shutil.copy(served, pathlib.Path(sys.argv[sys.argv.index("--pack-destination") + 1], "toy-1.0.tgz"))
print("toy-1.0.tgz")
""")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    digest = b64encode(hashlib.sha512(served.read_bytes()).digest()).decode()
    monkeypatch.setitem(packages.PINS, "toy", ("1.0", f"sha512-{digest}"))
    return served


def test_a_package_is_fetched_once(npm: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = npm_package("toy", cache)
    assert (first / "toy.js").read_bytes() == b"toy\n"
    npm.unlink()
    assert npm_package("toy", cache) == first
    assert list(cache.iterdir()) == [first]


def test_another_file_than_the_pinned_one_is_refused(npm: Path, tmp_path: Path) -> None:
    npm.write_bytes(npm.read_bytes() + b"\0")
    with pytest.raises(NoPackage, match=r"toy 1\.0 is not the file that was pinned"):
        npm_package("toy", tmp_path / "cache")
    assert not list((tmp_path / "cache").iterdir())


def test_what_npm_says_is_told(npm: Path, tmp_path: Path) -> None:
    npm.unlink()
    with pytest.raises(NoPackage, match=r"npm cannot fetch toy@1\.0: npm error code E404"):
        npm_package("toy", tmp_path / "cache")


@pytest.mark.usefixtures("npm")
def test_without_npm_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoPackage, match=r"install Node\.js"):
        npm_package("toy", tmp_path / "cache")
