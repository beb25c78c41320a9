"""What an image configuration must be; each verdict is that of Docker 20.10.24 on loading it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from imagelab.formats.image_config import ConfigError, check
from imagelab.model.image import Image

DIFF_ID = f"sha256:{'a' * 64}"
GOOD: dict[str, Any] = {
    "architecture": "amd64", "os": "linux", "created": "2021-03-25T22:36:08.1Z",
    "config": {"Env": ["A=b"], "Volumes": {"/x": {}}, "Labels": {"a": "b"}, "StopTimeout": 3},
    "history": [{"created": "2021-03-25T22:36:08Z", "created_by": "sh", "empty_layer": True}],
    "rootfs": {"type": "layers", "diff_ids": [DIFF_ID]},
}


def text(**changed: Any) -> bytes:
    return json.dumps(GOOD | changed).encode()


@pytest.mark.parametrize("changed", [
    {}, {"created": None}, {"config": None}, {"config": {}}, {"config": {"Tty": None}},
    {"history": None}, {"unknown": [1]}, {"created": "0001-01-01T00:00:00Z"},
    {"created": "1969-01-01T00:00:00Z"}, {"created": "9999-01-01T00:00:00Z"},
    {"config": {"Healthcheck": {"Test": None, "Interval": 1, "Retries": 3, "Unknown": []}}},
    {"config": {"StopTimeout": (1 << 63) - 1}},
])
def test_good_ones(changed: dict[str, Any]) -> None:
    assert check(text(**changed)) == (DIFF_ID,)
    image = Image(text(**changed))
    assert image.diff_ids == (DIFF_ID,)
    assert image.config.to_json()
    assert image.created
    assert isinstance(image.history, tuple)


@pytest.mark.parametrize("changed", [
    {"rootfs": None}, {"config": []}, {"created": "x"}, {"history": [1]},
    {"config": {"Env": "x"}}, {"author": 5}, {"config": {"Volumes": {"/x": []}}},
    {"config": {"StopTimeout": 1.5}}, {"config": {"StopTimeout": True}},
    {"config": {"Env": [1]}}, {"config": {"Labels": {"a": 1}}}, {"config": {"Tty": "true"}},
    {"container_config": 3}, {"rootfs": []}, {"rootfs": {"diff_ids": "sha256:"}},
    {"rootfs": {"diff_ids": [1]}}, {"rootfs": {"diff_ids": ["../../etc/passwd"]}},
    {"rootfs": {"diff_ids": [DIFF_ID.upper()]}}, {"history": {}},
    {"history": [{"created_by": ["sh"]}]}, {"history": [{"created": "now"}]},
    {"config": {"Healthcheck": {"Test": 5}}}, {"config": {"Healthcheck": {"Test": [5]}}},
    {"config": {"Healthcheck": {"Interval": "1s"}}}, {"config": {"Healthcheck": {"Retries": 1.5}}},
    {"config": {"Healthcheck": {"Timeout": 1 << 63}}}, {"config": {"StopTimeout": 1 << 63}},
])
def test_bad_ones(changed: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        check(text(**changed))


@pytest.mark.parametrize("data", [
    b"", b"null", b"[]", b"5", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000,
    b'{"rootfs":' + b"9" * 10_000 + b"}"])
def test_what_is_no_object(data: bytes) -> None:
    with pytest.raises(ConfigError):
        check(data)


def test_the_daemons_own_words() -> None:
    with pytest.raises(ConfigError, match="invalid image JSON, no RootFS key"):
        check(b"{}")
