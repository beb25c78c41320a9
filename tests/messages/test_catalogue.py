import string

import pytest

from imagelab.messages import catalogue, languages, text


def places(value: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(value) if name is not None)


def test_both_languages_have_the_same_texts_with_the_same_places() -> None:
    korean, english = catalogue("ko"), catalogue("en")
    assert korean.keys() == english.keys()
    assert len(korean) > 20
    assert {key: places(value) for key, value in korean.items()} == {
        key: places(value) for key, value in english.items()}


def test_places_have_names_and_are_filled_as_they_are() -> None:
    for language in languages:
        for value in catalogue(language).values():
            assert all(place.isidentifier() for place in places(value))
    assert text("map.image", "en", id="{id} <b>") == "image {id} <b>"


def test_korean_is_korean_and_english_is_not() -> None:
    def hangul(value: str) -> bool:
        return any("가" <= char <= "힣" for char in value)

    assert not any(map(hangul, catalogue("en").values()))
    # Left without Hangul: places alone, and Docker's word ChainID.
    plain = {key for key, value in catalogue("ko").items() if not hangul(value)}
    assert plain == {"map.status_change", "map.chain_id", "show.change", "timeline.time"}


def test_what_is_unknown_is_an_error() -> None:
    with pytest.raises(KeyError, match=r"map\.nothing"):
        text("map.nothing", "en")
    with pytest.raises(KeyError, match="id"):
        text("map.image", "ko")
    with pytest.raises(ValueError, match="'fr': choose one of ko, en"):
        text("map.image", "fr")
