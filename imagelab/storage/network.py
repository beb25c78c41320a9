"""Networks as JSON."""

from __future__ import annotations

from typing import Any

from imagelab.model.network import Network
from imagelab.storage.record import Record


def network_to_json(network: Network) -> dict[str, Any]:
    """Return all attributes."""
    options = network.ipam_options
    return {
        "name": network.name, "id": network.id, "created": network.created,
        "driver": network.driver, "subnet": network.subnet, "gateway": network.gateway,
        "pool": dict(network.pool), "ipam_options": None if options is None else dict(options),
        "options": dict(network.options), "labels": dict(network.labels),
        "internal": network.internal, "attachable": network.attachable,
    }


def network_from_json(record: Record) -> Network:
    """Read what :func:`network_to_json` wrote.

    Raises:
        StorageError: it is something else.
    """
    options = None if record.value("ipam_options") is None else record.text_mapping("ipam_options")
    return Network(
        record.text("name"), record.text("id"), record.integer("created"), record.text("driver"),
        record.text("subnet"), record.text("gateway"), record.mapping("pool"), options,
        record.text_mapping("options"), record.text_mapping("labels"), record.flag("internal"),
        record.flag("attachable"))
