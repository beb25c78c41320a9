"""A student's server: the lessons in a folder of their own, and JupyterLab on the start page.

Every server reads it as it starts, with the rights of its user; jupyterhub_config.py says so.
"""

from pathlib import Path

from imagelab.course.notebooks import FOLDER, START, notebooks

c = get_config()  # noqa: F821  Jupyter gives it to this file

# Copies what is missing, at the first login all of it; work that is there stays as it is.
c.ServerApp.root_dir = str(notebooks(Path.home() / FOLDER))
c.ServerApp.default_url = f"/lab/tree/{START}"

# Who has closed the browser two hours ago has left; the server follows its last kernel.
c.MappingKernelManager.cull_idle_timeout = 2 * 60 * 60
c.ServerApp.shutdown_no_activity_timeout = 60 * 60
