"""Levels: exercises as data, checked by the state that they end in."""
