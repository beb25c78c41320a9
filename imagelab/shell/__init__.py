"""sh and the programs of a container, over its tree of files; no host process."""
