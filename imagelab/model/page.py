"""What a page that runs the lab without a server has to offer: JavaScript, which is there or not.

It is looked for once. To look again and again would have Python search all its folders each time.
"""

from __future__ import annotations

from typing import Any

try:
    import imagelab_page as _page
except ImportError:
    _page = None


def of_page(name: str) -> Any:
    """Return something that the page has by this name; None where there is none, or no page."""
    return getattr(_page, name, None)
