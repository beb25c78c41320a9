"""The configuration of an image that was made from another one."""

import pytest

from imagelab import Lab
from imagelab.formats import gojson
from tests.conformance import conform

#: Texts that look like the part of a configuration where the history begins.
ODD = '"history":[', '\\"history":[{"created":"x"}],', "한글 <&> \u2028 \b"


@pytest.mark.parametrize("odd", ODD)
def test_its_bytes_are_those_of_go_whatever_is_in_it(odd: str) -> None:
    lab = Lab()
    lab.docker(["load", "-i", str(conform.HERE / "base.tar")])
    name = "ubuntu:14.04"
    for number in range(3):
        lab.docker(["run", "--name", f"c{number}", "--label", f"history={odd}", "-e", odd,
                    "--expose", "80", "-v", "/history", name, "sh", "-c", f": '{odd}'"])
        name = f"odd:{number}"
        for author in ("", odd):  # a second child of the same image
            done = lab.docker(["commit", "-a", author, "-m", odd, f"c{number}", name])
            assert done.exit_code == 0
            image = lab.state.images[done.stdout.strip()]
            assert image.config_json.decode() == gojson.dumps(image.json)
            assert len(image.history) == 4 + number
