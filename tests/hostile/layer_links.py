"""Layers with links that lead out, in circles, to nothing, or through each other."""

from __future__ import annotations

from tests.hostile.layers import BELOW, CLIMBS, SPEC, WORDS, Case, layer, one, over
from tests.hostile.tars import entry, folder, hard, symlink

LINKS = {
    "link out and an entry below": Case(
        one(symlink("a", "/var"), entry("a/x", b"1")), "! open /a/x: no such file or directory"
    ),
    "link to a folder of the layer and an entry below": Case(
        one(folder("var"), symlink("a", "/var"), entry("a/x", b"1")),
        "a: -> /var, var/x: f 644 1, var: d 755",
    ),
    "link that climbs and an entry below": Case(
        one(symlink("a", "../../.."), entry("a/x", b"1")), "a: -> ../../.., x: f 644 1"
    ),
    "link over what came below": Case(
        one(entry("a/x", b"1"), symlink("a", "/var")),
        "a: -> /var",
    ),
    "link of a lower layer and an entry below": Case(
        (BELOW, layer(symlink("a", "/d")), layer(entry("a/x", b"1"))),
        "a/x: f 644 1, a: d 755, d/old: f 644 old, d: d 755, f: f 644 f",
    ),
    "link of a lower layer and a folder in its place": Case(
        (BELOW, layer(symlink("a", "/d")), layer(folder("a"), entry("a/x", b"1"))),
        "a/x: f 644 1, a: d 755, d/old: f 644 old, d: d 755, f: f 644 f",
    ),
    "link over a lower folder": Case(over(symlink("d", "/var")), "d: -> /var, f: f 644 f"),
    "link over a lower folder and an entry below": Case(
        over(symlink("d", "/var"), entry("d/x", b"1")), "! open /d/x: no such file or directory"
    ),
    "link to itself and an entry below": Case(
        one(symlink("a", "a"), entry("a/x", b"1")), "! open /a/x: too many levels of symbolic links"
    ),
    "links to each other and an entry below": Case(
        one(symlink("a", "b"), symlink("b", "a"), entry("a/x/y", b"1")),
        "! open /a/x/y: too many levels of symbolic links",
    ),
    "links through links": Case(
        one(
            folder("t"),
            symlink("a", "t"),
            symlink("t/b", "../a/../u"),
            folder("u"),
            entry("a/b/x", b"1"),
        ),
        "a: -> t, t/b: -> ../a/../u, t: d 755, u/x: f 644 1, u: d 755",
    ),
    "link to nothing": Case(one(symlink("a", "nowhere")), "a: -> nowhere"),
    "link with an empty target": Case(
        one(symlink("a", "")), "! symlink  /a: no such file or directory"
    ),
    "target as long as it may be": Case(
        one(entry("a", kind=b"2", pax={"linkpath": b"t" * 4095})),
        "a: -> tttttttttttttttttttt...4095",
    ),
    "whiteout through a link": Case(
        over(symlink("a", "d"), entry("a/.wh.old")),
        "! open /a/.wh.old: no such file or directory",
        '! failed to mknod("/a/old", S_IFCHR, 0): no such file or directory',
        WORDS,
    ),
    "whiteout through a lower link": Case(
        (BELOW, layer(symlink("a", "d")), layer(entry("a/.wh.old"))),
        "a: -> d, d/old: f 644 old, d: d 755, f: f 644 f",
        "a: d 755, d/old: f 644 old, d: d 755, f: f 644 f",
        SPEC,
    ),
    "opaque through a lower link": Case(
        (BELOW, layer(symlink("a", "d")), layer(entry("a/.wh..wh..opq"))),
        "a: d 755, d/old: f 644 old, d: d 755, f: f 644 f",
    ),
    "hard link out": Case(
        one(hard("h", "../../etc/passwd")),
        "! '../../etc/passwd' is outside of the root",
        "! link /etc/passwd /h: no such file or directory",
        CLIMBS,
    ),
    "hard link to an absolute path": Case(
        one(hard("h", "/etc/passwd")), "! link /etc/passwd /h: no such file or directory"
    ),
    "hard link to an absolute path of the layer": Case(
        one(entry("f", b"1"), hard("h", "/f")), "f: f 644 1, h: = f"
    ),
    "hard link through a link out": Case(
        one(symlink("a", "/"), hard("h", "a/etc/passwd")),
        "! open /a/etc/passwd: no such file or directory",
        "! link /a/etc/passwd /h: no such file or directory",
        WORDS,
    ),
    "hard link through a link": Case(
        one(folder("d"), entry("d/x", b"1"), symlink("a", "/d"), hard("h", "a/x")),
        "a: -> /d, d/x: f 644 1, d: d 755, h: = d/x",
    ),
    "hard link before its target": Case(
        one(hard("h", "f"), entry("f", b"1")), "! link /f /h: no such file or directory"
    ),
    "hard link to itself": Case(one(hard("h", "h")), "! link /h /h: no such file or directory"),
    "hard link to itself behind it": Case(
        one(entry("h", b"1"), hard("h", "h")),
        "! (duplicates of file paths not supported):",
        "! link /h /h: no such file or directory",
        WORDS,
    ),
    "hard link to a folder": Case(
        one(folder("d"), hard("h", "d")), "! link /d /h: operation not permitted"
    ),
    "hard link to nothing": Case(
        one(hard("h", "")),
        "! link / /h: no such file or directory",
        "! link / /h: operation not permitted",
        WORDS,
    ),
    "hard link to a hard link": Case(
        one(entry("f", b"1"), hard("g", "f"), hard("h", "g")), "f: f 644 1, g: = f, h: = f"
    ),
    "hard link to a lower file": Case(
        over(hard("h", "f")), "! link /f /h: no such file or directory"
    ),
    "hard link to a whiteout": Case(
        over(entry(".wh.f"), hard("h", ".wh.f")), "! link /.wh.f /h: no such file or directory"
    ),
    "hard link to what a whiteout hides": Case(
        over(entry(".wh.f"), hard("h", "f")),
        "! link /f /h: no such file or directory",
        "d/old: f 644 old, d: d 755",
        SPEC,
    ),
    "hard link that is a whiteout": Case(
        over(entry("g", b"1"), hard(".wh.f", "g")), "d/old: f 644 old, d: d 755, g: f 644 1"
    ),
    "hard link with content": Case(
        one(entry("f", b"1"), entry("h", b"data", kind=b"1", link="f")),
        "! archive/tar: invalid tar header",
    ),
    "hard link to a symbolic link": Case(
        one(symlink("s", "nowhere"), hard("h", "s")), "h: -> nowhere, s: = h"
    ),
}
