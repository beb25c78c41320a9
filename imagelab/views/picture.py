"""What Jupyter shows where a view is not alive: a picture with its text twin, or words alone."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from imagelab.views.html import Html
from imagelab.views.render import render


class Picture:
    """A drawing with its text twin.

    Attributes:
        dot: Graphviz source of the drawing.
        text: the same as plain text.
        alternative: the same in a sentence, for screen readers.
        note: key of the message that says so where it stands in for a live view.
    """

    note = "live.still"

    def __init__(self, dot: str, text: str, alternative: str = "") -> None:
        """Hold a drawing that is rendered when someone looks.

        Args:
            dot: see the attribute.
            text: see the attribute.
            alternative: see the attribute.
        """
        self.dot = dot
        self.text = text
        self.alternative = alternative

    @cached_property
    def svg(self) -> str | None:
        """The drawing as an ``svg`` element; None where no program is there to draw it."""
        return render(self.dot, self.alternative)

    def __str__(self) -> str:
        """Return the text twin."""
        return self.text

    def __repr__(self) -> str:
        """Return the text twin, for consoles."""
        return self.text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Return both faces for Jupyter, or the text alone."""
        bundle = {"text/plain": self.text}
        if self.svg is not None:
            bundle["image/svg+xml"] = self.svg
        return bundle


class Words(Picture):
    """What a view of words shows in a picture's place: text, also as HTML."""

    note = "live.words"

    def __init__(self, html: Html, text: str) -> None:
        """Hold the two faces."""
        super().__init__("", text)
        self.svg = None
        self.html = html

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Return both faces for Jupyter."""
        return {"text/plain": self.text, "text/html": self.html}
