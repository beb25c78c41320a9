"""Compute the catalogue's digests anew: ``python -m imagelab.registry.pin``.

Needed whenever a layer of the catalogue changes; every digest on it changes too.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from imagelab.formats import layer_tar
from imagelab.model.node import Changes
from imagelab.registry.catalogue import layers


def measure(changes: Changes) -> layers.Pin:
    """Return the pin of a layer, from the bytes of its canonical tar."""
    sha, size = hashlib.sha256(), 0
    for chunk in layer_tar.write(changes):
        sha.update(chunk)
        size += len(chunk)
    return layers.Pin(f"sha256:{sha.hexdigest()}", size)


def main() -> None:
    """Write ``pins.json`` beside the catalogue."""
    pins = {name: asdict(measure(build())) for name, build in layers.BUILDERS.items()}
    path = Path(layers.__file__).with_name(layers.PINS)
    path.write_text(json.dumps(pins, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
