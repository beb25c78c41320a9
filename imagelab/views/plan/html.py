"""A plan as HTML: the same words as its text, as tables and cards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from imagelab.messages import text as message
from imagelab.views.html import Html, join, tag
from imagelab.views.plan.words import MOST_ROWS, Help, Row, Said

#: Classes that colour a mark; its symbol and word say the same.
_CLASSES = {"+": "new", "~": "untagged", "-": "deleted", ">": "moved"}


def verdict(in_words: Said, refused: bool) -> Html:
    """Return the sentence that says whether Docker would do it."""
    symbol = "✘" if refused else "✔"
    kind = "il-plan-refused" if refused else "il-plan-done"
    return tag("p", tag("strong", f"{symbol} {in_words.verdict}"), class_=f"il-note {kind}")


def printed(lines: Sequence[str], language: str) -> Html:
    """Return what is printed."""
    shown = "\n".join(lines) or message("plan.printed_nothing", language)
    name = message("plan.printed", language)
    return _section("printed", language, tag(
        "pre", shown, id="printed", tabindex="0", role="region", aria_label=name))


def obstacles(in_words: Said, buttons: Sequence[Html], language: str) -> Html | None:
    """Return what is in the way, and the ways past it.

    Args:
        in_words: the plan.
        buttons: one for each way; none if they cannot be taken.
        language: of the headings.
    """
    if not in_words.obstacles:
        return None
    cards = [_card(each, buttons[at] if at < len(buttons) else None)
             for at, each in enumerate(in_words.helps)]
    return _section("obstacles", language,
                    tag("ul", [tag("li", each) for each in in_words.obstacles]),
                    tag("div", cards, class_="il-row il-plan-ways") if cards else None)


def _card(each: Help, button: Html | None) -> Html:
    return tag("div", tag("h4", each.title),
               tag("ol", [tag("li", tag("code", line)) for line in each.lines]),
               [tag("p", note, class_="il-muted") for note in each.notes], button,
               class_="il-panel il-plan-way")


def changes(in_words: Said, language: str) -> Html:
    """Return what is different afterwards, and what that frees."""
    table = None
    if in_words.changes:
        rows = [_change(row) for row in in_words.changes[:MOST_ROWS]]
        table = tag("table", _head(("mark", "thing", "size"), language), tag("tbody", rows),
                    class_="il-table")
    return _section("changes", language, table, _more(in_words.changes, language),
                    tag("p", in_words.space))


def _change(row: Row) -> Html:
    kind = _CLASSES.get(row.said[:1], "")
    badge = tag("span", row.said, class_=f"il-badge il-plan-{kind}")
    return tag("tr", tag("td", badge), tag("th", row.what, scope="row"),
               tag("td", row.size, class_="il-number"))


def stays(in_words: Said, language: str) -> Html | None:
    """Return what stays, and why."""
    if not in_words.stays:
        return None
    rows = [tag("tr", tag("th", row.what, scope="row"), tag("td", row.size, class_="il-number"),
                tag("td", _reasons(row.why)))
            for row in in_words.stays[:MOST_ROWS]]
    table = tag("table", _head(("thing", "size", "why"), language), tag("tbody", rows),
                class_="il-table")
    return _section("stays", language, table, _more(in_words.stays, language))


def notes(lines: Iterable[str]) -> Html:
    """Return what else there is to know."""
    return join([tag("p", each, class_="il-muted") for each in lines])


def _reasons(lines: Sequence[str]) -> Html:
    if len(lines) == 1:
        return join(lines[0])
    return tag("ul", [tag("li", each) for each in lines], class_="il-plan-reasons")


def _head(keys: Sequence[str], language: str) -> Html:
    names = [tag("th", message(f"plan.{key}", language), scope="col",
                 class_="il-number" if key == "size" else None) for key in keys]
    return tag("thead", tag("tr", names))


def _more(rows: Sequence[Row], language: str) -> Html | None:
    if len(rows) <= MOST_ROWS:
        return None
    return tag("p", message("plan.more", language, count=len(rows) - MOST_ROWS))


def _section(key: str, language: str, *children: Html | None) -> Html:
    return tag("div", tag("h4", message(f"plan.{key}", language)), children,
               class_=f"il-plan-{key}")
