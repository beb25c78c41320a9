"""Has pytest explain what the checks of this folder find."""

import pytest

pytest.register_assert_rewrite(*(f"tests.properties.{name}" for name in (
    "carried", "digests", "kept", "layers", "merged", "moments", "references")))
