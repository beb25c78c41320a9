"""``docker history`` beyond the recorded cases."""

from __future__ import annotations

from imagelab.lab import Lab


def test_images_that_share_all_layers_show_their_own_ids() -> None:
    lab = Lab.start("04-rmi")
    for name in ("same:1", "same:2"):
        lab.docker(f"commit commit_test {name}")
    first, second = (lab.docker(f"history -q --no-trunc {name}").stdout.split()
                     for name in ("same:1", "same:2"))
    own = [lab.docker(f"image inspect -f {{{{.Id}}}} {name}").stdout.strip()
           for name in ("same:1", "same:2")]
    assert own[0] != own[1]
    assert [first[0], second[0]] == own
    assert first[1:] == second[1:]
