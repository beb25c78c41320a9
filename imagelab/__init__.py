"""imagelab: take Docker images apart on a machine that has no Docker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from imagelab.lab import Lab, current, use

__version__ = "0.1.0"
__all__ = ["Lab", "__version__", "current", "use"]


def __getattr__(name: str) -> Any:
    """Import the lab when it is first asked for, so that ``import imagelab`` stays cheap."""
    if name in ("Lab", "current", "use"):
        from imagelab import lab

        return getattr(lab, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def load_ipython_extension(shell: Any) -> None:
    """Add the magics to a notebook, what Tab completes in them, and how the lab's errors show."""
    from imagelab.magics import Magics
    from imagelab.notebook import backup, completion, errors, levels, progress, serving

    shell.register_magics(Magics)
    shell.register_magics(levels.LevelMagics)
    shell.register_magics(progress.ProgressMagics)
    shell.register_magics(backup.BackupMagics)
    completion.register(shell)
    errors.register(shell)
    serving.register(shell)
