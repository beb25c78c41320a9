"""What is wrong with an archive."""


_LONGEST = 1000


class ArchiveError(ValueError):
    """A file that is no image archive, or a damaged one; in the daemon's words if it has any.

    The message may hold what the archive says; it is one line nevertheless, and not a long one.
    """

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


def one_line(text: str) -> str:
    """Return a text with what cannot be printed escaped, and its end cut off if it is long."""
    line = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in text[:_LONGEST])
    return line if len(text) <= _LONGEST else f"{line}..."
