"""A test that lacks something skips, but not where that must not happen."""

from pathlib import Path

import pytest

from tests import requires


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A machine with no program on its PATH, and with none of the packages that are asked for."""
    monkeypatch.setattr(requires, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("IMAGELAB_REQUIRE", raising=False)
    return monkeypatch


@pytest.mark.parametrize("name", requires.PROBES)
def test_skips_with_what_to_install(bare: pytest.MonkeyPatch, name: str) -> None:
    with pytest.raises(pytest.skip.Exception, match=r"install|needs Linux and root"):
        requires.require(name)


@pytest.mark.parametrize("name", requires.PROBES)
def test_fails_where_it_is_required(bare: pytest.MonkeyPatch, name: str) -> None:
    bare.setenv("IMAGELAB_REQUIRE", f"docker,{name}")
    with pytest.raises(pytest.fail.Exception, match=f"IMAGELAB_REQUIRE names {name}"):
        requires.require(name)


def test_goes_on_where_it_is_there(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "docker"
    program.touch(0o755)
    bare.setenv("IMAGELAB_REQUIRE", "docker")
    requires.require("docker")


def test_refuses_an_unknown_name(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("IMAGELAB_REQUIRE", "docker,chrome")
    with pytest.raises(pytest.UsageError, match="chrome is none of chromium, docker, dockerd"):
        requires.required()
