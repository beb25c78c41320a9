"""Images that are saved and loaded into an empty lab are the same there, and saved again, too."""

from __future__ import annotations

from typing import Any

from imagelab.lab import Lab
from imagelab.model.reference import Reference
from tests.properties import archives, digests

#: Bytes of an image that is left out: it is none of those that commands make here.
_LARGE = 20_000_000


class Carried:
    """Checks all images of a lab, each time they have changed."""

    def __init__(self) -> None:
        self._known: Any = None

    def check(self, lab: Lab) -> None:
        """Save all images into an empty lab, compare, and save them again."""
        chosen = {each["Id"]: each for each in lab.daemon.images(every=True)
                  if each["Size"] <= _LARGE}
        names = {reference: image_id for reference, image_id in lab.state.references.items()
                 if reference.tag and image_id in chosen}
        known = [(image_id, lab.state.images[image_id]) for image_id in chosen], names
        if known == self._known or not chosen:
            return
        self._known = known
        words = [*map(str, names), *chosen]
        archive = _save(Lab(daemon=lab.daemon.fork(lab.journal.head)), words)
        digests.check_saved(archives.read(archive))
        other = Lab()
        loaded = other.docker(["load"], stdin=archive)
        assert loaded.exit_code == 0, loaded.stderr
        _compare(lab, other, chosen, names)
        assert _save(other, words) == archive


def _save(lab: Lab, words: list[str]) -> bytes:
    saved = lab.docker(["save", *words])
    assert saved.exit_code == 0, saved.stderr
    return saved.stdout_bytes


def _compare(
    lab: Lab, other: Lab, chosen: dict[str, dict[str, Any]], names: dict[Reference, str],
) -> None:
    there = other.state
    assert set(there.images) == set(chosen)
    assert dict(there.references) == names
    for image_id, row in chosen.items():
        image, again = lab.state.images[image_id], there.images[image_id]
        assert again.config_json == image.config_json
        assert again.parent == (row["ParentId"] if row["ParentId"] in chosen else "")
        chain = digests.chain_ids(digests.diff_ids(image.config_json))
        assert set(chain) <= set(there.layers)
        assert other.daemon.history(image_id)[0]["Id"] == image_id
        shown, said = other.daemon.inspect_image(image_id), lab.daemon.inspect_image(image_id)
        for key in ("RootFS", "Config", "Created", "Size", "Os", "Architecture"):
            assert shown[key] == said[key], key
        assert _told(other, image_id) == _told(lab, image_id)
    used = [chain_id for each in chosen
            for chain_id in digests.chain_ids(digests.diff_ids(lab.state.images[each].config_json))]
    assert set(there.layers) == set(used)


def _told(lab: Lab, image_id: str) -> list[tuple[Any, ...]]:
    """Return the history of an image, without IDs, which tell of parents that may be left out."""
    return [(each["Created"], each["CreatedBy"], each["Size"], each["Comment"])
            for each in lab.daemon.history(image_id)]
