"""A real JupyterHub with a class of five: ``make hub-test``."""
