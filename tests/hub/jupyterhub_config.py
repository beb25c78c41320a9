"""The hub of docs/jupyterhub, with users that are no accounts, and nothing outside a folder."""

import os
from pathlib import Path

# JupyterHub gives these two to this file.
c = get_config()  # type: ignore[name-defined]  # noqa: F821
load_subconfig(os.environ["HUB_CONFIG"])  # type: ignore[name-defined]  # noqa: F821

folder = Path(os.environ["HUB_FOLDER"])
hub, proxy = os.environ["HUB_PORT"], os.environ["HUB_PROXY_PORT"]
c.JupyterHub.bind_url = os.environ["HUB_ADDRESS"]
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{hub}"
c.JupyterHub.db_url = f"sqlite:///{folder / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(folder / "cookie_secret")
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{proxy}"
c.ConfigurableHTTPProxy.command = [os.environ["HUB_PROXY"]]
c.ConfigurableHTTPProxy.pid_file = str(folder / "proxy.pid")

c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = os.environ["HUB_PASSWORD"]
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = f"{folder}/homes/{{username}}"
if os.geteuid() == 0:
    c.Spawner.args = ["--allow-root"]
# A hub gives neighbours other variants of a level; a stored lesson shows the first one.
c.Spawner.environment["IMAGELAB_SEED"] = "0"
