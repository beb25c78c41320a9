"""What was typed at an interactive shell: kept, written to a file, and referred to with ``!``."""
