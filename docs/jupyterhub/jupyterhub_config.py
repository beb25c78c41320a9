"""JupyterHub on one machine: who may log in, and what starts for each of them.

    jupyterhub -f jupyterhub_config.py

Each account of the machine has a server, a lab and a folder of its own. What a server shows is
said in jupyter_server_config.py, which lies beside this file; every account must be able to read
it.
"""

import os

from imagelab.course.notebooks import SETTINGS

c = get_config()  # noqa: F821  JupyterHub gives it to this file

# Passwords come through this door: put a web server with TLS before it, or set
# c.JupyterHub.ssl_key and c.JupyterHub.ssl_cert and bind to "https://:443".
c.JupyterHub.bind_url = "http://127.0.0.1:8000"

# Whoever has an account on this machine and knows its password.
c.JupyterHub.authenticator_class = "pam"
c.Authenticator.allow_all = True
c.Authenticator.admin_users = set()  # {"teacher"}: may see and stop everybody's server

# A class logs in within a minute. A few servers start at once, the others wait their turn: each
# wants a processor for two seconds or so.
c.JupyterHub.concurrent_spawn_limit = 10
c.Spawner.start_timeout = 180
c.Spawner.http_timeout = 120

here = os.path.dirname(os.path.abspath(__file__))
c.Spawner.environment = {"JUPYTER_CONFIG_PATH": os.pathsep.join((here, str(SETTINGS)))}
