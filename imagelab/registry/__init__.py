"""Registries: the simulated Hub, which needs no network, and its catalogue of images."""
