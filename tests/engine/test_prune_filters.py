"""Values of ``until`` that no time can have; the words are a daemon 20.10.24's."""

from __future__ import annotations

import pytest

from imagelab import Lab


@pytest.mark.parametrize("value", ["9" * 400, "9" * 400 + "h", "1e999", ""])
def test_an_impossible_time_is_refused_in_dockers_words(value: str) -> None:
    result = Lab().docker(["image", "prune", "-f", "--filter", f"until={value}"])
    assert result.exit_code == 1
    assert result.stderr == (
        "Error response from daemon: failed to parse value as time or duration: "
        f'"{value}"\n')


@pytest.mark.parametrize("value", ["-1", "2020-13-45"])
def test_a_date_that_is_none_is_refused(value: str) -> None:
    assert Lab().docker(["image", "prune", "-f", "--filter", f"until={value}"]).exit_code == 1
