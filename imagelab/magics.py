"""The notebook's door: ``%docker``, ``%%docker``."""

from __future__ import annotations

from IPython.core.magic import Magics as BaseMagics
from IPython.core.magic import line_cell_magic, magics_class, no_var_expand

from imagelab.lab import current


@magics_class
class Magics(BaseMagics):
    """Magics on the current lab."""

    # Templates such as {{.ID}} must reach docker as they were typed.
    @no_var_expand
    @line_cell_magic
    def docker(self, line: str, cell: str | None = None) -> None:
        """Run a docker command line in the lab; as a cell magic, the cell is its input."""
        current().docker(line, cell or "").show()
