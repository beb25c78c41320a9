"""Commands that are part of the shell, by theme."""
