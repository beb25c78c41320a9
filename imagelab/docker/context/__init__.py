"""The context of ``docker build``, as the client packs it from a folder or from standard input."""
