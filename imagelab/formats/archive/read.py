"""Archives that ``docker load`` takes: Docker's, and OCI layouts in a tar."""

from __future__ import annotations

import os
from typing import BinaryIO

from imagelab.formats import layer_tar, tar_entries
from imagelab.formats.archive import docker, oci
from imagelab.formats.archive.errors import ArchiveError
from imagelab.formats.archive.layers import AddBlob, Layers, Loaded
from imagelab.formats.archive.members import Budget, Members, opened
from imagelab.formats.compression import CompressionError, LibraryMissing
from imagelab.model.watch import Watch, unwatched


def read(file: BinaryIO, add_blob: AddBlob, watch: Watch = unwatched) -> tuple[Loaded, ...]:
    """Read an archive, whole or compressed, out of a seekable file.

    An archive with both ``manifest.json`` and ``index.json``, as ``docker save`` writes since
    version 25, is read by the first, as each Docker without containerd's image store does. One
    with ``index.json`` only is refused by those, 20.10 among them; it is read as Docker with
    containerd's image store reads it.

    Args:
        file: the archive.
        add_blob: where to keep the layers' bytes; they are checked against the DiffIDs.
        watch: counts the bytes of each layer as they are read, by its DiffID; before that, of an
            archive that is compressed as a whole.

    Raises:
        ArchiveError: it is no image archive, or holds not what it says.
    """
    budget = Budget(file.seek(0, os.SEEK_END))
    try:
        with opened(file, budget, watch) as tar:
            members = Members(tar)
            layers = Layers(add_blob, budget, watch)
            if docker.MANIFEST in members:
                return docker.images(members, layers)
            if oci.LAYOUT in members:
                return oci.images(members, layers)
    except LibraryMissing as error:
        raise ArchiveError(str(error)) from error
    except (CompressionError, tar_entries.TarError, layer_tar.LayerError) as error:
        raise ArchiveError(layer_tar.failure(error)) from error
    raise ArchiveError("invalid archive: does not contain a manifest.json")
