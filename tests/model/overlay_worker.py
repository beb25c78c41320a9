"""Carries out operations on the kernel's overlayfs; run by ``test_overlay.py``.

Runs as root in a mount namespace of its own: ``unshare -m python overlay_worker.py`` with a list
of ``{"layers": …, "operations": …}`` as JSON on stdin. Prints for each of them the results, the
merged view and the upper directory. Ends with 77 where it cannot mount. Standard
library only, nothing of the project.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
import time
from typing import Any

BASE = sys.argv[1]
CANNOT_MOUNT = 77
OPAQUE = "trusted.overlay.opaque"


def mount(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True)
    if done.returncode:
        print(done.stderr.strip(), file=sys.stderr)
        raise SystemExit(CANNOT_MOUNT)


def lay_down(rows: list[list[Any]], folder: str) -> None:
    for path, kind, mode, uid, gid, _, text in rows:
        here = f"{folder}/{path}"
        if kind == "link":
            os.link(f"{folder}/{text}", here)
        elif kind == "whiteout":
            os.mknod(here, stat.S_IFCHR, 0)
        elif kind == "symlink":
            os.symlink(text, here)
            os.lchown(here, uid, gid)
        else:
            if kind == "file":
                with open(here, "w") as file:
                    file.write(text)
            else:
                os.mkdir(here)
                if kind == "opaque":
                    os.setxattr(here, OPAQUE, b"y")
            os.chown(here, uid, gid)
            os.chmod(here, mode)
    for path, kind, _, _, _, seconds, _ in reversed(rows):
        if kind != "whiteout":
            os.utime(f"{folder}/{path}", (seconds, seconds), follow_symlinks=False)


def write(path: str, text: str, flag: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | flag, 0o666)
    try:
        if text:
            os.write(handle, text.encode())
    finally:
        os.close(handle)


def become(user: int) -> None:
    os.seteuid(0)
    os.setegid(user)
    os.seteuid(user)


def foreign(path: str) -> bool:
    """Whether fs.protected_hardlinks, a setting of the host, may decide about a link."""
    try:
        return os.geteuid() not in (0, os.lstat(path).st_uid)
    except OSError:
        return False


def act(operation: list[Any]) -> str:
    name, *rest = operation
    try:
        if name == "link" and foreign(rest[0]):
            return "skipped"
        if name == "write":
            write(rest[0], rest[1], os.O_TRUNC)
        elif name == "append":
            write(rest[0], rest[1], os.O_APPEND)
        elif name in ("utime", "lutime"):
            times = (rest[1], rest[1])
            os.utime(rest[0], times, follow_symlinks=name == "utime")
        elif name == "link":
            os.link(rest[0], rest[1], follow_symlinks=False)
        elif name == "user":
            become(rest[0])
        elif name == "mkdir":
            os.mkdir(rest[0], rest[1])
        elif name in ("rmdir", "unlink", "rename", "symlink", "chmod", "chown", "lchown"):
            getattr(os, name)(*rest)
        else:
            raise ValueError(name)
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return "ok"


def look(path: str, start: float) -> list[Any]:
    status = os.lstat(path)
    seconds = None if status.st_mtime >= start else int(status.st_mtime)
    text = ""
    if stat.S_ISLNK(status.st_mode):
        kind, text = "symlink", os.readlink(path)
    elif stat.S_ISDIR(status.st_mode):
        kind = "directory"
    elif stat.S_ISREG(status.st_mode):
        kind = "file"
        with open(path) as file:
            text = file.read()
    else:
        assert status.st_rdev == 0, path
        return ["whiteout"]
    return [kind, stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid, seconds, text]


def tree(folder: str, start: float) -> dict[str, list[Any]]:
    found = {"/": look(folder, start)}
    for here, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = os.path.join(here, name)
            found[path.removeprefix(folder)] = look(path, start)
    return found


def upper_directory(folder: str, start: float) -> dict[str, Any]:
    found = tree(folder, start)
    opaque: list[str] = []
    links: dict[int, list[str]] = {}
    for path in found:
        status = os.lstat(folder + path)
        if found[path][0] == "directory":
            if OPAQUE in os.listxattr(folder + path):
                opaque.append(path)
        elif found[path] != ["whiteout"] and status.st_nlink > 1:
            links.setdefault(status.st_ino, []).append(path)
    return {"paths": found, "opaque": opaque, "links": [sorted(each) for each in links.values()]}


def replay(case: dict[str, Any], number: int) -> dict[str, Any]:
    base = f"{BASE}/{number}"
    lower = [f"{base}/lower{index}" for index in range(len(case["layers"]))]
    for folder in (base, *lower, f"{base}/upper", f"{base}/work", f"{base}/merged"):
        os.mkdir(folder, 0o755)
    for rows, folder in zip(case["layers"], lower, strict=True):
        lay_down(rows, folder)
    os.utime(f"{base}/upper", (0, 0))
    options = (
        f"lowerdir={':'.join(reversed(lower))},upperdir={base}/upper,workdir={base}/work,"
        "index=off,metacopy=off,redirect_dir=off")
    mount("-t", "overlay", "overlay", "-o", options, f"{base}/merged")
    start = time.time() - 1
    outside = os.open("/", os.O_RDONLY)
    os.chroot(f"{base}/merged")
    os.chdir("/")
    results = [act(operation) for operation in case["operations"]]
    become(0)
    os.fchdir(outside)
    os.chroot(".")
    os.close(outside)
    view = tree(f"{base}/merged", start)
    seen = {
        "results": results,
        "view": view,
        "counts": {path: os.lstat(f"{base}/merged{path}").st_nlink for path in view},
        "upper": upper_directory(f"{base}/upper", start),
    }
    subprocess.run(["umount", f"{base}/merged"], check=True)
    return seen


def main() -> None:
    mount("--make-rprivate", "/")
    mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", BASE)
    os.umask(0o022)
    os.setgroups([])
    json.dump([replay(case, number) for number, case in enumerate(json.load(sys.stdin))],
              sys.stdout)


main()
