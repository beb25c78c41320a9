"""``python -m imagelab``: the same as the command ``imagelab``."""

import sys

from imagelab.cli import main

sys.exit(main())
