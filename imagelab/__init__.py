"""imagelab: take Docker images apart on a machine that has no Docker."""

__version__ = "0.1.0"
