"""What a registry says of an image without its being pulled: ``GET /distribution/…/json``."""

from __future__ import annotations

import json
from typing import Any

from imagelab.engine import registries
from imagelab.engine.lookup import FULL_ID, parse_reference
from imagelab.model.outcome import EngineError, NotFound
from imagelab.model.reference import Reference
from imagelab.model.state import State
from imagelab.registry.remote import (
    MANIFEST_TYPE,
    Denied,
    ManifestUnknown,
    NameUnknown,
    RegistryError,
    Remote,
)

#: What a daemon makes of a registry's refusal to tell an account whether there is anything.
_DENIED = ("errors:\ndenied: requested access to the resource is denied\n"
           "unauthorized: authentication required\n")


def wanted(name: str) -> Reference:
    """Return what is to be looked at; without tag and digest that is ``latest``.

    Raises:
        BadRequest: the name is none.
        EngineError: it is an image ID.
    """
    if FULL_ID.fullmatch(name):
        raise EngineError("no manifest found for full image ID")
    return parse_reference(name).with_default_tag()


def distribution(state: State, reference: Reference) -> dict[str, Any]:
    """Return digest, size and platforms of an image, as the Engine API gives them.

    Raises:
        NotFound: the registry has no such image.
        EngineError: it has none for this account (403), or does not answer.
    """
    found = _resolved(state, reference)
    config = json.loads(found.config_json)
    platform = {key: str(config[key]) for key in ("architecture", "os") if config.get(key)}
    return {
        "Descriptor": {"mediaType": MANIFEST_TYPE, "digest": found.digest,
                       "size": len(found.manifest)},
        "Platforms": [platform] if platform else None,
    }


def _resolved(state: State, reference: Reference) -> Remote:
    try:
        return registries.resolve(state, reference)
    except Denied as error:
        raise EngineError(_DENIED, 403) from error
    except (ManifestUnknown, NameUnknown) as error:
        raise NotFound("manifest unknown: manifest unknown") from error
    except RegistryError as error:
        raise EngineError("received unexpected HTTP status: 500 Internal Server Error") from error
