"""Users and groups from the container's own files."""

from __future__ import annotations

import pytest

from imagelab.model.filesystem import FileSystem
from imagelab.model.node import file
from imagelab.shell.users import User, find_group, find_user, groups_of, home_of, user_name
from tests.shell.support import container

PASSWD = (
    b"root:x:0:0:root:/root:/bin/sh\n"
    b"short:x:5\n"
    b"huge:x:" + b"9" * 5000 + b":1:::\n"
    b"app:x:1000:50:App:/srv/app:/bin/sh\n"
    b"\xff:x:1001:1001::/\xff:\n"
)
GROUP = b"root:x:0:\nstaff:x:50:app,short\nbad:x:" + b"9" * 5000 + b":app\n"


@pytest.fixture
def files() -> FileSystem:
    return container(extra={"etc/passwd": file(PASSWD), "etc/group": file(GROUP)})


def test_a_user_is_found_by_name_or_number(files: FileSystem) -> None:
    assert find_user(files, "app") == find_user(files, "1000") == User(1000, 50, "/srv/app")
    assert find_user(files, "1001") == User(1001, 1001, "/\udcff")
    assert find_user(files, "nobody") is None


def test_entries_that_are_no_users_are_passed_over(files: FileSystem) -> None:
    assert find_user(files, "short") is None
    assert find_user(files, "huge") is None
    assert user_name(files, 5) == "short"
    assert home_of(files, "short") is None


def test_groups(files: FileSystem) -> None:
    assert find_group(files, "staff") == find_group(files, "50") == 50
    assert find_group(files, "bad") is None
    assert groups_of(files, "app") == [50]


def test_without_the_files_there_is_nobody() -> None:
    files = container()
    files.unlink("/etc/passwd")
    assert find_user(files, "root") is None
