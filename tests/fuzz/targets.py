"""All targets. Those that everything from outside goes through come first."""

from __future__ import annotations

from tests.fuzz.guard import by_docker, in_words
from tests.fuzz.target import Target

#: What takes bytes and texts by themselves.
_FORMATS = (
    Target("layer", "on_tars.layer", cost=4),
    Target("files", "on_tars.files", cost=4),
    Target("context", "on_tars.context", cost=4),
    Target("archive", "on_tars.image_archive", cost=2),
    Target("packed", "on_tars.packed"),
    Target("config", "on_json.config", is_json=True),
    Target("reference", "on_texts.name"),
    Target("dockerfile", "on_texts.file_of_docker", cost=4),
    Target("dockerignore", "on_texts.ignore", cost=2),
    Target("template", "on_texts.template"),
    Target("json", "on_json.any_json"),
    Target("level", "on_json.level", cost=10),
    Target("progress", "on_json.progress", is_json=True),
    Target("transcript", "on_json.steps", is_json=True),
    Target("document", "on_registry.document", is_json=True),
    Target("challenge", "on_registry.challenge"),
    Target("conversation", "on_registry.conversation", cost=4),
    Target("port", "on_texts.port", cost=2),
    Target("time", "on_texts.moment"),
)
#: What runs something in a lab.
_LABS = (
    Target("docker", "on_lines.docker", cost=20, named=in_words),
    Target("typed", "on_lines.typed", cost=20, named=by_docker),
    Target("sh", "on_shell.sh", cost=5),
    Target("bash", "on_shell.bash", cost=5),
    Target("awk", "on_shell.awk", cost=5),
    Target("sed", "on_shell.sed", cost=5),
    Target("saved", "on_kept.saved", is_json=True, cost=20),
    Target("api", "on_api.requests", cost=20),
    Target("credentials", "on_api.credentials"),
    Target("link", "on_lines.link", cost=2),
)
#: Two groups that take about as long to prepare.
GROUPS = (_FORMATS, _LABS)
TARGETS = {target.name: target for group in GROUPS for target in group}
