"""What an image that was made here knows of its configuration without reading it back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imagelab import Lab
from tests.conformance import conform

DOCKERFILE = """\
FROM ubuntu:14.04
LABEL a=b "c d"='<&>'
ENV A=1 B="two words"
EXPOSE 80 90-92/udp
VOLUME /data ["/more"]
HEALTHCHECK --interval=5s CMD true
ONBUILD RUN echo "on" > /on
SHELL ["/bin/sh", "-e", "-c"]
STOPSIGNAL 9
WORKDIR /work/한글
RUN echo hi > hi
USER 1:2
ENTRYPOINT ["cat"]
CMD ["hi"]
"""


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    lab = Lab()
    (tmp_path / "Dockerfile").write_text(DOCKERFILE, "utf-8")
    for words in (
        ["load", "-i", str(conform.HERE / "base.tar")],
        ["run", "--name", "c1", "-e", "X=y", "-l", "k=v", "-p", "80", "ubuntu:14.04", "true"],
        ["commit", "-a", "me", "-m", "a <message> & \t more", "c1", "one:1"],
        ["commit", "-m", "메시지 \u2028 \ud83d", "c1", "two:1"],
        ["commit", "-c", "EXPOSE 1 2", "-c", "VOLUME /v", "-c", "CMD echo 'a'", "c1", "three:1"],
        ["build", "-t", "built", "."],
    ):
        done = lab.docker(words, folder=tmp_path)
        assert done.exit_code == 0, done.stderr
    return lab


def test_it_is_what_reading_it_back_gives(lab: Lab) -> None:
    made = [image for image in lab.state.images.values() if image.parsed is not None]
    assert len(made) > 5
    for image in lab.state.images.values():
        assert json.dumps(image.json) == json.dumps(json.loads(image.config_json))
