"""Both ends of ``docker cp`` on the host: what a path there names, reading it, writing to it."""
