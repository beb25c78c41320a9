"""What the daemon makes of settings that were left open.

Recorded from engine 20.10.24: ``POST /containers/create``, then ``docker inspect``.
"""

from __future__ import annotations

from typing import Any

import pytest

from imagelab.engine.host_settings import settled
from imagelab.model.container import HostConfig

_MEMORY = 64 << 20


@pytest.mark.parametrize(("given", "expected"), [
    ({"Memory": _MEMORY}, {"MemorySwap": 2 * _MEMORY}),
    ({"Memory": _MEMORY, "MemorySwap": -1}, {"MemorySwap": -1}),
    ({"IpcMode": "host", "SecurityOpt": ["no-new-privileges"]},
     {"SecurityOpt": ["no-new-privileges", "label=disable"]}),
    ({"Privileged": True, "SecurityOpt": ["no-new-privileges"]},
     {"SecurityOpt": ["no-new-privileges", "label=disable"], "MaskedPaths": None}),
    ({"Privileged": True, "IpcMode": "host"},
     {"SecurityOpt": ["label=disable"], "ReadonlyPaths": None}),
    ({"Privileged": True, "SecurityOpt": ["label=type:x"]}, {"SecurityOpt": ["label=type:x"]}),
    ({}, {}),
])
def test_settings_left_open(given: dict[str, Any], expected: dict[str, Any]) -> None:
    found = settled(HostConfig(settings=given)).settings
    assert {key: found[key] for key in expected} == expected
    assert found.keys() - {"MaskedPaths", "ReadonlyPaths"} == (given | expected).keys() - {
        "MaskedPaths", "ReadonlyPaths"}
