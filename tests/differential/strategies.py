"""Sequences of docker commands, drawn by chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.differential.symbols import PREFIX, SHORT
from tests.differential.words import Command, Context, Id, New, Old, Script, Tag, Word
from tests.dockerd import BASE

T = TypeVar("T")
Commands = tuple[Command, ...]
_Strategy = SearchStrategy[Commands]
_Words = SearchStrategy[Word]

#: None of them may be read as the beginning of an ID.
_NAMES = ("one:1", "one:2", "two", "host.test:5000/team/three:1")
_BASE = "ubuntu:14.04"
#: Containers whose process ends by itself, and such that go on.
_SHORT, _LONG = "c", "d"


def _weighted(*offers: tuple[int, SearchStrategy[T]]) -> SearchStrategy[T]:
    """One of several strategies, each as often as its weight says; the first is the simplest.

    ``one_of`` would look into those that are themselves a choice, and give each of theirs a turn.
    """
    chosen = st.sampled_from([number for number, (weight, _) in enumerate(offers)
                              for _ in range(weight)])
    return chosen.flatmap(lambda number: offers[number][1])


_names: _Words = st.sampled_from(_NAMES)
_digits = st.sampled_from((0, SHORT, 64, PREFIX))
_ids: _Words = _weighted((6, st.builds(Id, st.integers(0, 6), _digits)),
                         (1, st.builds(Id, st.integers(0, 6), _digits, st.just(True))))
_tags: _Words = _weighted((8, st.builds(Tag, st.integers(0, 6))), (1, _names))
_images: _Words = _weighted((10, _tags), (6, _ids), (1, st.just(_BASE)))
_newest: _Words = st.builds(Id, st.just(0), _digits)
_sources: _Words = _weighted((2, st.just(_BASE)), (3, _newest), (3, _images))
_short: _Words = st.builds(Old, st.just(_SHORT), st.integers(0, 2))
_long: _Words = st.builds(Old, st.just(_LONG), st.integers(0, 2))
_containers: _Words = _weighted(
    (20, st.builds(Old, st.just(""), st.integers(0, 3))), (1, st.just("none")))


def _flags(*flags: str) -> SearchStrategy[tuple[Word, ...]]:
    """Each flag or not; at first none."""
    parts = [st.sampled_from(((), (each,))) for each in flags]
    return st.tuples(*parts).map(lambda found: tuple(word for part in found for word in part))


def _option(name: str, values: Sequence[str]) -> SearchStrategy[tuple[Word, ...]]:
    """An option with one of the values, or nothing."""
    return st.sampled_from(((), *((name, value) for value in values)))


def _line(*parts: Word | _Words | SearchStrategy[tuple[Word, ...]]) -> _Strategy:
    """One command: of words, of what gives a word, and of what gives several."""
    drawn = [part if isinstance(part, SearchStrategy) else st.just(part) for part in parts]
    return st.tuples(*drawn).map(lambda found: (_joined(found),))


def _joined(parts: Sequence[Word | tuple[Word, ...]]) -> Command:
    words: list[Word] = []
    for part in parts:
        words.extend(part if isinstance(part, tuple) else (part,))
    return tuple(words)


def _together(*parts: _Strategy) -> _Strategy:
    return st.tuples(*parts).map(lambda found: tuple(each for part in found for each in part))


def _alone(word: Word) -> tuple[Word, ...]:
    return (word,)


def _some(words: _Words, most: int = 3) -> SearchStrategy[tuple[Word, ...]]:
    return st.lists(words, min_size=1, max_size=most).map(tuple)


# --- scripts ---------------------------------------------------------------------------------

_FILES = ("/srv/data/a.txt", "/srv/data/n", "/new", "/d/x", "/d/e/y", "/tmp/t")
_FOLDERS = ("/srv/data", "/d", "/d/e", "/srv", "/tmp")
_file, _folder = st.sampled_from(_FILES), st.sampled_from(_FOLDERS)
_path = st.one_of(_file, _folder)
_quiet = st.sampled_from((
    "true", "exit 3", "echo out; echo err >&2", "cat /srv/data/a.txt", "ls /d", "nosuch",
    "test -e /new", "kill -9 $$", "exit 125"))
_writing = st.one_of(
    st.builds("echo {} > {}".format, st.sampled_from(("x", "longer text")), _file),
    st.builds("mkdir -p {}".format, _folder),
    st.builds("rm -rf {}".format, _path),
    st.builds("echo more >> {}".format, _file),
    st.builds("mv {} {}".format, _path, _path),
    st.builds("ln -s {} {}".format, _path, _path),
    st.builds("ln {} {}".format, _file, _file),
    st.builds("cp -r {} {}".format, _path, _path),
    st.builds("chmod {} {}".format, st.sampled_from(("600", "755")), _path),
    st.builds("chown 1:2 {}".format, _path),
    st.builds("touch {}".format, _path),
)
_scripts: _Words = st.one_of(
    st.builds(lambda parts, end: Script("; ".join([*parts, *end])),
              st.lists(_writing, min_size=1, max_size=4),
              st.sampled_from(((), ("exit 7",)))),
    st.builds(Script, _quiet, st.just(False)),
)
_services: SearchStrategy[tuple[Word, ...]] = st.one_of(
    st.just(("sleep", "1000")),
    st.builds(lambda part: ("sh", "-c", Script(f"{part}; sleep 1000")), _writing),
    st.just(("sh", "-c", Script(
        "trap 'echo stopped; exit 4' TERM; while true; do sleep 0.1; done"))),
)

# --- containers ------------------------------------------------------------------------------

_SETTINGS = st.one_of(
    st.just(()),
    _option("-e", ("A=1", "B=two words")),
    _option("-w", ("/srv/data", "/made/by/w")),
    _option("-u", ("1:2", "nobody")),
    _option("-l", ("a=1", "b")),
    _option("--entrypoint", ("/bin/sh",)),
    _option("-v", ("/srv/data", "/vol")),
    _option("-h", ("box",)),
)
_ALONE = ("--network", "none", "--pull", "never")
_short_name: _Words = _weighted((6, st.just(New(_SHORT))), (1, _short))
_long_name: _Words = _weighted((6, st.just(New(_LONG))), (1, _long))
_commands = st.sampled_from(((), ("/bin/nosuch",), ("sh", "-c", "exit 2")))

_run = _weighted(
    (8, _line("run", *_ALONE, "--name", _short_name, _sources, "sh", "-c", _scripts)),
    (4, _line("run", *_ALONE, "--name", _short_name, _flags("--rm"), _SETTINGS, _sources,
              "sh", "-c", _scripts)),
    (1, _line("run", *_ALONE, "--name", _short_name, _sources, "/srv/data/a.txt")),
)
_serve = _line("run", "-d", *_ALONE, "--name", _long_name, _flags("--rm"), _sources, _services)
_create = _line("create", *_ALONE, "--name", _short_name, _SETTINGS, _sources, _commands)

_container_commands = _weighted(
    (3, _line("rm", _flags("-f"), _some(_containers))),
    (2, _line("start", _some(_containers, 2))),
    (1, _line("start", "-a", _short)),
    (2, _line("stop", "-t", "1", _some(_containers, 2))),
    (1, _line("kill", _some(_long, 2))),
    (1, _line("kill", "-s", st.sampled_from(("TERM", "USR1", "HUP")), _long)),
    (1, _line("restart", "-t", "1", _containers)),
    (2, _line("pause", _containers)),
    (1, _line("unpause", _containers)),
    (1, _line("rename", _containers, _weighted((1, _containers), (2, _short_name)))),
    (1, _line("container", "prune", "-f")),
)

# --- images ----------------------------------------------------------------------------------

_changes = _option("-c", (
    "CMD echo changed", 'CMD ["sh", "-c", "exit 5"]', "ENV A=2 C=3", "LABEL l=m", "USER nobody",
    "WORKDIR /srv", "EXPOSE 80", "VOLUME /v", 'ENTRYPOINT ["sh"]', "ONBUILD RUN true", "RUN x"))
_perhaps_name = _weighted((1, st.just(())), (2, _names.map(_alone)))
_commit = _weighted(
    (2, _line("commit", _containers, _names)),
    (1, _line("commit", _option("-a", ("Kim",)), _option("-m", ("a message",)), _changes, _changes,
              _flags("-p=false"), _containers, _perhaps_name)),
)
_story = _together(_run, _line("commit", Old(_SHORT, 0), _perhaps_name))
_rmi = _weighted(
    (3, _line("rmi", _images)),
    (1, _line("rmi", "--no-prune", _images)),
    (2, _line("rmi", _flags("-f", "--no-prune"), _some(_images))),
)
_prune = _weighted((3, _line("image", "prune", "-f")), (1, _line("image", "prune", "-f", "-a")))
_archives = st.sampled_from(("s1.tar", "s2.tar"))
#: Of these images are imported, which then have their size; that of saved images is chance, since
#: the times in them have as many digits as they need.
_exports = st.sampled_from(("e1.tar", "e2.tar"))
# --- files of the host -----------------------------------------------------------------------

_inside = st.builds(Old, st.just(""), st.integers(0, 3), st.sampled_from((
    "/", "/srv/data", "/srv/data/a.txt", "/new", "/d/", "/d/x", "srv", "/tmp/.", "/srv/data/n")))
_outside: _Words = st.sampled_from(("given.txt", "things", "things/.", "out", "out/x", "things/"))
_copy = _weighted(
    (2, _line("cp", _flags("-a"), _outside, _inside)),
    (1, _line("cp", _flags("-L"), _inside, _outside)),
)
_export = _line("export", "-o", _exports, _containers)
_import = _line("import", _option("-m", ("a message",)), _changes, _exports, _perhaps_name)
_instructions = st.sampled_from((
    "RUN echo x > /new", "RUN exit 3", "RUN rm -rf /srv/data", "COPY given.txt /new",
    "COPY things /srv/data", "ADD things/one /d/", "ENV A=2", "LABEL l=m", "WORKDIR /w/x",
    "CMD echo built", "USER nobody", "EXPOSE 80", "VOLUME /v", "ONBUILD RUN true", "ARG B=1",
    "RUN true", "COPY nosuch /new", "STOPSIGNAL KILL", 'ENTRYPOINT ["sh"]', "HEALTHCHECK NONE"))
_contexts = st.builds(
    Context, _weighted((1, st.just(_BASE)), (1, st.builds(Tag, st.integers(0, 6)))),
    # Two equal steps make the same layer or not, as the second has it in which they run.
    st.lists(_instructions, min_size=1, max_size=5, unique=True).map(tuple))
_exported = _together(
    _line("export", "-o", "e.tar", _containers),
    _line("import", _option("-m", ("a message",)), _changes, "e.tar", _names))
_carried = _together(
    _line("save", "-o", "c.tar", _some(_images)), _rmi, _line("load", "-i", "c.tar"))
_build = _line("build", _option("-t", _NAMES), _flags("--no-cache", "--rm=false"), _contexts)

# --- all of it -------------------------------------------------------------------------------

_look = st.one_of(
    _line("images", _flags("-a")),
    _line("images", "-f", st.sampled_from((
        "dangling=true", "dangling=false", "since=one:1", "before=two", "reference=one",
        "label=l"))),
    _line("ps", _flags("-a")),
    _line("ps", "-a", "-f", st.sampled_from((
        "ancestor=one:1", "ancestor=ubuntu:14.04", "status=exited", "exited=3", "name=^/c[0-9]"))),
    _line("history", _images),
    _line("logs", _containers),
)

#: What may be drawn and how often.
_OFFERS: tuple[tuple[int, _Strategy], ...] = (
    (12, _story), (3, _run), (4, _serve), (2, _create),
    (5, _commit), (4, _line("tag", _images, _names)), (8, _rmi),
    (9, _container_commands), (2, _prune),
    (1, _line("save", "-o", _archives, _some(_images))),
    (1, _line("load", "-i", _archives | _exports)),
    (1, _line("load", "-q", "-i", str(BASE))),
    (2, _copy), (1, _export), (1, _import),
    (1, _exported), (2, _carried), (3, _build),
    (2, _look),
)


def sequences() -> SearchStrategy[tuple[Command, ...]]:
    """Draw up to 30 commands; an example that fails shrinks to those that matter."""
    return _sequences(_OFFERS, 15, 30)


def _sequences(
    offers: tuple[tuple[int, _Strategy], ...], fewest: int, most: int,
) -> SearchStrategy[tuple[Command, ...]]:
    nothing: _Strategy = st.just(())
    drawn = st.lists(_weighted((1, nothing), *offers), min_size=fewest, max_size=most)
    return drawn.map(lambda groups: tuple(command for group in groups for command in group))


# --- what a lab has that the real daemon of these tests has not: a Hub, networks, its past ----

#: Words that begin no docker command: what else is done with a lab. They stand as comments in
#: what is to be pasted.
UNDO, REDO, GO_TO, REOPEN, SWEEP = "# undo", "# redo", "# go to", "# reopen", "# gc"

_hub_names = st.sampled_from(("busybox", "busybox:1.36", "hello-world", "alpine:3.20"))
_volumes = st.sampled_from(("v1", "v2"))
_networks = st.sampled_from(("n1", "n2"))
_pull = _line("pull", _flags("-q"), _hub_names)
_from_hub = _weighted(
    (2, _line("run", "--name", _short_name, _hub_names)),
    (1, _line("run", "-d", "--name", _long_name, "busybox", "sleep", "1000")))
_mounting = _line(
    "run", "--name", _short_name, _flags("--rm"), "-v",
    st.sampled_from(("v1:/srv/data", "v2:/d", "v1:/srv/data:ro", "/d")), _sources, "sh", "-c",
    _scripts)
_volume_commands = _weighted(
    (2, _line("volume", "create", _volumes)), (2, _line("volume", "rm", _flags("-f"), _volumes)),
    (1, _line("volume", "prune", "-f")), (1, _line("rm", "-f", "-v", _containers)))
_joining = _line("run", "-d", "--name", _long_name, "--network", _networks, _sources, _services)
_network_commands = _weighted(
    (3, _line("network", "create", _networks)), (1, _line("network", "rm", _networks)),
    (1, _line("network", "connect", _networks, _containers)),
    (1, _line("network", "disconnect", _flags("-f"), _networks, _containers)),
    (1, _line("network", "prune", "-f")))
_exec = _line("exec", _flags("-d"), _long, "sh", "-c", _scripts)
_inhabited = _together(_serve, _exec, _exec)
_own_registry = "localhost:5000/mine:1"
_pushed = _together(
    _line("run", "-d", "-p", "5000:5000", "--name", "registry", "registry:2"),
    _line("tag", _images, _own_registry), _line("push", _own_registry),
    _line("rmi", _flags("-f"), _own_registry), _line("pull", _own_registry))
_system_prune = _line("system", "prune", "-f", _flags("-a", "--volumes"))
_movements = _weighted(
    (3, _line(UNDO)), (2, _line(REDO)), (2, _line(GO_TO, st.integers(0, 40).map(str))),
    (2, _line(REOPEN)), (2, _line(SWEEP)))

_OFFERS_ALONE: tuple[tuple[int, _Strategy], ...] = (
    *_OFFERS, (3, _pull), (2, _from_hub), (4, _mounting), (3, _volume_commands), (2, _joining),
    (3, _network_commands), (3, _exec), (3, _inhabited), (1, _pushed), (1, _system_prune),
    (16, _movements),
)


def sequences_alone() -> SearchStrategy[tuple[Command, ...]]:
    """Draw commands like :func:`sequences`, and others, for a lab beside which no daemon runs."""
    return _sequences(_OFFERS_ALONE, 25, 40)
