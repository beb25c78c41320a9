"""``docker build``: what a Dockerfile says, step by step, on values of the lab."""
