"""Commands that no daemon without a network can answer, and where their truth is."""

from __future__ import annotations

from collections.abc import Sequence

from tests.lessons.cells import Command

#: Beginnings of commands, to conformance cases and tests that hold what a real Docker answers.
ELSEWHERE = {
    "docker search": (
        "tests/docker/test_hub.py::test_found_repositories_are_printed_as_the_client_prints_them",
        "tests/docker/test_hub.py::test_filters_and_limit",
    ),
    "docker pull imagelab/secret-notes": (
        "tests/docker/test_hub.py::test_what_a_pull_refuses",
        "tests/docker/test_hub.py::test_a_private_repository_is_for_those_who_are_logged_in",
    ),
    "docker login": ("tests/docker/test_hub.py::test_login",),
    "docker push commit_test:second": (
        "tests/docker/test_push.py::test_only_the_own_namespace_can_be_pushed_to",
    ),
    "docker push student/app:1": (
        "tests/docker/test_push.py::test_a_push_wants_a_login",
        "tests/docker/test_push.py::test_what_was_pushed_can_be_pulled_by_everybody_and_undo_"
        "takes_it_back",
    ),
    "docker push -q student/private-app:1": (
        "tests/docker/test_push.py::test_a_private_repository_is_there_for_its_owner_only",
    ),
    "docker logout": ("tests/docker/test_hub.py::test_a_login_typed_at_a_kept_lab_is_kept",),
    "docker pull student/private-app:1": (
        "tests/docker/test_push.py::test_a_private_repository_is_there_for_its_owner_only",
    ),
    "docker run -d -p 5000:5000 --name registry registry:2": (
        "tests/docker/test_push.py::test_ways_to_run_one",
    ),
    "docker rm -f registry": (
        "tests/docker/test_push.py::test_a_named_volume_outlives_the_registry",
    ),
    "docker network ls": ("tests/engine/test_networks.py::test_three_networks",),
    "docker inspect --type network": (
        "tests/engine/test_networks.py::test_the_document_of_a_network",
        "tests/engine/test_networks.py::test_templates_that_people_use",
    ),
}


def elsewhere(command: Command) -> Sequence[str]:
    """Return where the truth of a command is that cannot be recorded; nothing for others."""
    return next((places for beginning, places in ELSEWHERE.items()
                 if f"{command.line} ".startswith(f"{beginning} ")), ())
