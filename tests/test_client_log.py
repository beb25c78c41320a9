"""Which lines of the real client's log are left out of comparisons, and that no others are."""

from __future__ import annotations

import pytest

from tests.client_log import without_closed_pipe

#: As client 28.2.2 wrote to standard error for ``docker cp -a things c1:/srv/data/a.txt``.
LOG = (
    'time="2026-11-29T02:57:51Z" level=error msg="Can\'t add file /tmp/a/things to tar: '
    'io: read/write on closed pipe"\n'
    'time="2026-11-29T02:57:51Z" level=error msg="Can\'t close tar writer: '
    'io: read/write on closed pipe"\n')
SAID = "cannot copy directory\n"


def test_a_closed_pipe_is_left_out() -> None:
    assert without_closed_pipe(LOG + SAID) == without_closed_pipe(SAID + LOG) == SAID


@pytest.mark.parametrize("line", [
    'time="2026-11-29T02:57:51Z" level=error msg="Can\'t add file /tmp/s to tar: archive/tar: '
    'sockets not supported"\n',
    'time="2026-11-29T02:57:51Z" level=warning msg="Can\'t close tar writer: '
    'io: read/write on closed pipe"\n',
    "Can't close tar writer: io: read/write on closed pipe\n",
    f"said {LOG.splitlines()[1]}\n",
])
def test_all_else_stays(line: str) -> None:
    assert without_closed_pipe(line) == line
