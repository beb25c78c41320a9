"""Reference filters of ``docker images``; what they match is in the cases images-04 and -05."""

from __future__ import annotations

import time

from imagelab import Lab


def test_no_pattern_runs_away() -> None:
    lab = Lab()
    lab.docker("pull -q busybox")
    lab.docker(["tag", "busybox", "a" * 120 + "b"])
    began = time.process_time()
    result = lab.docker(["images", "-q", "-f", "reference=" + "*a" * 40 + "*c"])
    assert (result.exit_code, result.stdout) == (0, "")
    assert time.process_time() - began < 2
