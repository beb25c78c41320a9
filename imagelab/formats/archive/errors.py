"""What is wrong with an archive."""


class ArchiveError(ValueError):
    """A file that is no image archive, or a damaged one; in the daemon's words if it has any."""
