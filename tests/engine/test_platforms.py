"""Platforms; what they mean was recorded from pulls of a daemon 20.10.24 (``no matching manifest
for …``), what is wrong with the others from its pulls, builds and imports, which agree."""

from __future__ import annotations

import pytest

from imagelab.engine.platforms import read_platform
from imagelab.model.outcome import BadRequest

MATCH = 'platform specifier component must match "^[A-Za-z0-9_-]+$": invalid argument'


@pytest.mark.parametrize(("text", "meant"), [
    ("linux", "linux/amd64"), ("Linux/AMD64", "linux/amd64"), ("macos", "darwin/amd64"),
    ("windows", "windows/amd64"), ("aix", "aix/amd64"), ("386", "linux/386"),
    ("linux/i386", "linux/386"), ("linux/x86_64", "linux/amd64"), ("linux/aarch64", "linux/arm64"),
    ("ppc64le", "linux/ppc64le"), ("wasm", "linux/wasm"), ("linux/foo/BAR", "linux/foo/bar"),
    ("arm", "linux/arm"), ("armhf", "linux/arm"), ("armel", "linux/arm/v6"),
    ("linux/arm/7", "linux/arm/v7"), ("arm/7", "arm/7"), ("LINUX/ARM64/V8", "linux/arm64/v8"),
    ("linux/arm64/8", "linux/arm64/v8"), ("linux/amd64/v1", "linux/amd64"),
    ("linux/amd64/v2", "linux/amd64/v2"),
])
def test_what_a_platform_means(text: str, meant: str) -> None:
    assert read_platform(text) == meant


@pytest.mark.parametrize(("text", "reason"), [
    ("foo", '"foo": unknown operating system or architecture: invalid argument'),
    ("a/b/c/d", '"a/b/c/d": cannot parse platform specifier: invalid argument'),
    ("linux/a b", f'"a b" is an invalid component of "linux/a b": {MATCH}'),
    ("linux/", f'"" is an invalid component of "linux/": {MATCH}'),
    ("linux/arm64/", f'"" is an invalid component of "linux/arm64/": {MATCH}'),
])
def test_what_is_no_platform(text: str, reason: str) -> None:
    with pytest.raises(BadRequest) as caught:
        read_platform(text)
    assert caught.value.message == reason
