"""A terminal beside the lab: our shell in a host folder, with ``docker`` as one of its commands."""
