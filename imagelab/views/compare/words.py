"""What the comparison of two images says about files and settings."""

from __future__ import annotations

from imagelab.messages import text
from imagelab.model.layer import Layer
from imagelab.model.node import Kind
from imagelab.views.compare.file_diff import FileDifference, Verdict
from imagelab.views.layers.overlay import Found
from imagelab.views.words import printable, size

#: Says a verdict without colour and without words.
SIGNS = {
    Verdict.ONLY_FIRST: "-", Verdict.ONLY_SECOND: "+", Verdict.CONTENT: "~",
    Verdict.METADATA: "m", Verdict.UNREAD: "?",
}
#: Longest setting that is shown.
MAX_SETTING = 160


def verdict(kind: Verdict, first: str, second: str, language: str) -> str:
    """Say how a path differs between two images."""
    who = first if kind is Verdict.ONLY_FIRST else second
    return text(f"compare.{kind.value}", language, name=printable(who))


def detail(difference: FileDifference, language: str) -> str:
    """Say what differs of a path, in sizes and attributes."""
    first, second = difference.first, difference.second
    if first and second:
        said = [text(f"compare.what_{each}", language) for each in difference.what]
        if "content" in difference.what and first.node.kind is Kind.FILE:
            said[0] += f" {size(first.node.size)} → {size(second.node.size)}"
        return ", ".join(said)
    if difference.inside:
        inside = text("compare.inside", language, count=f"{difference.inside:,}")
        return f"{inside}, {size(difference.size)}"
    return size(difference.size)


def origin(found: Found | None, top: Layer | None, language: str) -> str:
    """Say which layer a path comes from; empty for none."""
    if found is None or top is None:
        return ""
    return text("compare.from_layer", language, depth=found.layer.depth, total=top.depth)


def setting(value: str | None, language: str) -> str:
    """Return a setting on one line, shortened if need be."""
    if value is None:
        return text("compare.nothing", language)
    shown = printable(value)
    return shown if len(shown) <= MAX_SETTING else f"{shown[:MAX_SETTING]}…"
