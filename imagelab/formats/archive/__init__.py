"""Archives of images: what ``docker save`` writes, and what ``docker load`` takes."""

from imagelab.formats.archive.errors import ArchiveError
from imagelab.formats.archive.layers import Loaded
from imagelab.formats.archive.read import read
from imagelab.formats.archive.write import Saved, write

__all__ = ["ArchiveError", "Loaded", "Saved", "read", "write"]
