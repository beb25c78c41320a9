"""What a live view is, apart from where it is shown: it draws itself and is told what was done.

How elements say what they do, by attributes that the front end (``js/``) looks for:

``data-click="ACTION" data-value="V"``
    a button, or an SVG group with ``role="button" tabindex="0"``: ``act(ACTION, V)``.
``data-input="ACTION"``
    a form control: ``act(ACTION, text or bool)`` at every change; ``act(ACTION, [V, …])`` with
    ``data-value="V"``.
``data-file="ACTION"``
    an ``input`` of files: ``act(ACTION, {name, size, at, data})`` for one piece of the file after
    the other, from byte ``at`` on, in base64.
``data-submit="ACTION"``
    a form: ``act(ACTION, {name: text})``.
``data-toggle="ACTION" data-value="V"``
    ``details``: ``act(ACTION, [V, open])``. Without it they open and close by themselves.
``data-keys="ArrowUp Tab" data-key-action="ACTION"``
    a text field: ``act(ACTION, [key, text, caret])`` in place of what the key does; ``Ctrl+c``
    is a key with its modifier.
``data-play="ACTION" data-every="800"``
    ``act(ACTION, None)`` again and again, as long as the element is there.
``data-zoom``
    around an ``svg``: it can be zoomed and dragged; ``data-zoom-in``, ``data-zoom-out`` and
    ``data-zoom-fit`` are buttons for it. With ``data-reveal="TOKEN"`` it scrolls to the nodes that
    have a mark when the token changes, or to what the selector in ``data-reveal-at`` finds.
``data-focus="TOKEN"``, ``data-scroll-end="TOKEN"``, ``data-reset="TOKEN"``
    when the token changes, the element takes the focus; is scrolled to its end; takes its value
    from the ``value`` attribute although it is being typed in.

Elements that keep their ``id`` are kept as they are, with focus and scroll position; IDs need be
unique in one pane only.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from imagelab.views.html import Html

#: Where the parts of a view stand: ``head`` on top, ``main`` with ``side`` beside it, ``foot``.
REGIONS = ("head", "main", "side", "foot")


class Pane(ABC):
    """A live view.

    Attributes:
        push: shows what :meth:`draw` gives at once: while :meth:`act` is at work, or when
            something has changed that is no step of the lab.
    """

    push: Callable[[], None] = staticmethod(lambda: None)

    @abstractmethod
    def draw(self) -> Mapping[str, Html]:
        """Return what is shown now, by region; what is left out is empty."""

    @abstractmethod
    def act(self, action: str, value: Any) -> None:
        """Take note of what a learner did; :meth:`draw` is asked afterwards.

        Args:
            action: as the element says; one that is not known is to be ignored.
            value: JSON out of the browser: anything at all.
        """
