"""apt's way to print lists of names, sizes and counts."""

from __future__ import annotations

from collections.abc import Iterable

_WIDTH = 76


def name_list(title: str, names: Iterable[str]) -> str:
    """Return a title and names below it, broken to apt's width; nothing for no names."""
    lines: list[str] = []
    used = 0
    for name in names:
        if not lines or used + len(name) > _WIDTH:
            lines.append(f"  {name}")
            used = 0
        else:
            lines[-1] += f" {name}"
        used += len(name) + 1
    return "\n".join([title, *lines]) + "\n" if lines else ""


def size_text(size: float) -> str:
    """Return ``8808 B``, ``6122 kB`` or ``15.7 MB``: apt's ``SizeToStr`` with its unit."""
    units = " kMGT"
    at = 0
    while at < len(units) - 1:
        if size < 100 and at:
            return f"{size:.1f} {units[at]}B"
        if size < 10000:
            break
        size /= 1000
        at += 1
    return f"{size:.0f} {units[at].strip()}B"


def totals(installed: int, removed: int) -> str:
    """Return the line that counts."""
    return f"0 upgraded, {installed} newly installed, {removed} to remove and 0 not upgraded.\n"
