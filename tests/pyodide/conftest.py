from pathlib import Path

import pytest

from imagelab.site.packages import NoPackage, npm_package
from tests.pyodide.node import Pyodide, copy_pytest
from tests.requires import require, unavailable


@pytest.fixture(scope="session")
def pyodide(tmp_path_factory: pytest.TempPathFactory) -> Pyodide:
    """Pyodide of npm, fetched once, with pytest in it."""
    from platformdirs import user_cache_path  # not in Pyodide, which reads this file too

    require("npm")
    try:
        folder = npm_package("pyodide", user_cache_path("imagelab", False))
    except NoPackage as error:
        unavailable("npm", str(error))
    packages: Path = tmp_path_factory.mktemp("packages")
    copy_pytest(packages)
    return Pyodide(folder, packages)
