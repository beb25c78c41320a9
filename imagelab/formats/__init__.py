"""Bytes in, bytes out: layer tars, image configurations, archives of ``docker save``."""
