import json

import pytest

from imagelab.formats.json_text import DEEPEST, parsed


@pytest.mark.parametrize(("open_", "close"), [("[", "]"), ('{"a":', "}"), ('{"[":[', "]}")])
def test_values_are_nested_up_to_a_bound(open_: str, close: str) -> None:
    levels = open_.count("[") + open_.count("{") - open_.count('"[')
    fits = open_ * (DEEPEST // levels) + "1" + close * (DEEPEST // levels)
    assert parsed(fits) == parsed(fits.encode("utf-16")) == json.loads(fits)
    with pytest.raises(ValueError, match="nested too deeply"):
        parsed(f"[{fits}]")


@pytest.mark.parametrize("text", [
    json.dumps([[]] * 5000), json.dumps("[" * 5000), json.dumps('\\"[[' * 5000),
    json.dumps({"\\": ["{" * 9000, '"']}),
])
def test_many_brackets_are_not_deep(text: str) -> None:
    assert parsed(text) == json.loads(text)


@pytest.mark.parametrize("text", [
    "[" * 200_000, '"\\' + "[" * 9000, '{"a":' * 200_000, b"\xff" * 9,
])
def test_what_is_no_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"nested|Invalid|codec"):
        parsed(text)
