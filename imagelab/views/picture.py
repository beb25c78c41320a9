"""What Jupyter shows where a view is not alive: a picture with its text twin, or words alone."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from urllib.parse import quote

from imagelab.messages import text as message
from imagelab.views.html import Html, tag
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

    def __init__(
        self, dot: str, text: str, alternative: str = "", language: str = "en",
    ) -> None:
        """Hold a drawing that is rendered when someone looks.

        Args:
            dot: see the attribute.
            text: see the attribute.
            alternative: see the attribute.
            language: in which it says that nothing can draw it.
        """
        self._language = language
        self.dot = dot
        self.text = text
        self.alternative = alternative

    @cached_property
    def svg(self) -> str | None:
        """The drawing as an ``svg`` element; None where nothing can draw it."""
        return render(self.dot, self.alternative)

    def __str__(self) -> str:
        """Return the text twin."""
        return self.text

    def __repr__(self) -> str:
        """Return the text twin, for consoles."""
        return self.text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Return both faces for Jupyter, or the text alone and why."""
        if self.svg is None:
            return {"text/plain": f"{self.text}\n\n{message('live.no_picture', self._language)}"}
        return {"text/plain": self.text, "image/svg+xml": self.svg}

    def captioned(self, note: str) -> Html:
        """Return the picture with a line below, for front ends that know nothing of views."""
        shown = (tag("pre", self._repr_mimebundle_()["text/plain"]) if self.svg is None
                 else image(self.svg, self.alternative))
        return tag("figure", shown, tag("figcaption", note), style="margin:0")


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

    def captioned(self, note: str) -> Html:
        """See :meth:`Picture.captioned`."""
        return tag("figure", self.html, tag("figcaption", note), style="margin:0")


def image(svg: str, alternative: str) -> Html:
    """Return a drawing as an image: it runs no scripts, so untrusted notebooks may show it."""
    return tag("img", src=f"data:image/svg+xml,{quote(svg)}", alt=alternative,
               style="max-width:100%;height:auto")
