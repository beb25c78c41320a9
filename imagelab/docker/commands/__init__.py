"""The docker commands, by theme; each module lists its own in ``COMMANDS``."""
