"""The programs that a container can run, by theme."""
