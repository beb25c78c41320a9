"""``docker manifest inspect``: the client asks the registry itself, without the daemon."""

from __future__ import annotations

import base64
import json
from typing import Any

from imagelab.daemon import Daemon, real
from imagelab.docker.command import ClientError, Command
from imagelab.docker.flags import Parsed, switch
from imagelab.docker.io import Io
from imagelab.docker.references import client_reference
from imagelab.engine import registries
from imagelab.model.outcome import EngineError
from imagelab.model.reference import DEFAULT_DOMAIN, Reference
from imagelab.registry.remote import MANIFEST_TYPE, Denied, ManifestUnknown, RegistryError, Remote


def _inspect(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    reference = [client_reference(each).with_default_tag() for each in parsed.arguments][-1]
    if len(parsed.arguments) == 2:  # The lab makes no manifest lists that it could be in.
        raise ClientError(f"No such manifest: {reference.canonical}")
    found = _ask(daemon, reference, insecure=parsed["insecure"])
    shown = _verbose(reference, found) if parsed["verbose"] else json.loads(found.manifest)
    io.print(json.dumps(shown, indent="\t"))
    return 0


def _ask(daemon: Daemon, reference: Reference, *, insecure: bool) -> Remote:
    """Return what the registry has.

    Raises:
        ClientError: it has nothing or does not answer; a registry without TLS does only where
            ``insecure`` allows it.
    """
    if real.reaches(daemon.state, daemon.outside.credentials, reference.domain):
        raise ClientError("imagelab does not simulate 'docker manifest inspect' at a real registry")
    unknown = ClientError(f"no such manifest: {reference.canonical}")
    try:
        found = registries.resolve(daemon.state, reference)
    except registries.Unreachable as error:
        raise ClientError("failed to configure transport: error pinging v2 registry: "
                          f'Get "https://{error.host}/v2/": {error.reason}') from error
    except EngineError as error:
        raise ClientError(error.message) from error
    except Denied as error:
        raise ClientError("errors:\ndenied: requested access to the resource is denied\n"
                          "unauthorized: authentication required\n") from error
    except ManifestUnknown as error:
        raise unknown from error
    except RegistryError as error:
        raise ClientError("received unexpected HTTP status: 500 Internal Server Error") from error
    if reference.domain != DEFAULT_DOMAIN and not insecure:
        raise unknown
    return found


def _verbose(reference: Reference, found: Remote) -> dict[str, Any]:
    config = json.loads(found.config_json)
    return {
        "Ref": reference.canonical,
        "Descriptor": {
            "mediaType": MANIFEST_TYPE,
            "digest": found.digest,
            "size": len(found.manifest),
            "platform": {"architecture": config.get("architecture", ""),
                         "os": config.get("os", "")},
        },
        "Raw": base64.b64encode(found.manifest).decode(),
        "SchemaV2Manifest": json.loads(found.manifest),
    }


COMMANDS = (
    Command("manifest inspect", "[OPTIONS] [MANIFEST_LIST] MANIFEST", _inspect,
            (switch("insecure"), switch("verbose", "v")), 1, 2),
)
