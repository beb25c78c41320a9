"""The current lab of a notebook, served where terminals' ``docker`` looks for it.

``binder/start`` names a folder in ``IMAGELAB_SERVE``. Each kernel has a socket there, for whichever
lab is its current one, and touches the socket's file whenever a cell begins or ends: a terminal
speaks to the lab that was used last (:mod:`imagelab.client.door`).
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imagelab.api.listening import ListenError, check_installed, listen
from imagelab.client.door import ENDING, FOLDER
from imagelab.lab import Lab, follow

if TYPE_CHECKING:
    from imagelab.api.server import Serving


def register(shell: Any) -> None:
    """Serve an IPython shell's current lab, if its environment says where."""
    folder = os.environ.get(FOLDER)
    if not folder or _Served.here is not None:
        return
    served = _Served.here = _Served(Path(folder))
    follow(served.move_to)
    for moment in ("pre_run_cell", "post_run_cell"):
        shell.events.register(moment, served.touch)


class _Served:
    """What is served of this kernel.

    Attributes:
        here: the only one.
    """

    here: _Served | None = None

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / f"{os.getpid()}{ENDING}"
        self._serving: Serving | None = None
        self._lab: Lab | None = None

    def move_to(self, lab: Lab) -> None:
        """Serve another lab; where that cannot be, say so and let the cell go on."""
        if lab is self._lab:
            return
        self._lab = lab
        try:
            check_installed()
            self._check_folder()
            from imagelab.api.server import Serving

            if self._serving is not None:
                self._serving.stop()
                self._serving = None
            self._serving = Serving(lab.daemon, listen(f"unix://{self._path}"))
        except ListenError as error:
            print(f"imagelab: docker in a terminal does not reach this lab: {error}",
                  file=sys.stderr)

    def touch(self, *_: object) -> None:
        """Note that the lab is used."""
        if self._serving is not None:
            with suppress(OSError):
                os.utime(self._path)

    def _check_folder(self) -> None:
        """Check that nobody else could put a socket of theirs in place of ours.

        Raises:
            ListenError: somebody could.
        """
        try:
            found = self._folder.stat()
        except OSError as error:
            raise ListenError(f"{self._folder}: {error.strerror}") from error
        is_ours = not hasattr(os, "geteuid") or found.st_uid == os.geteuid()
        if not is_ours or stat.S_IMODE(found.st_mode) & 0o022:
            raise ListenError(f"{self._folder}: others may write there")
