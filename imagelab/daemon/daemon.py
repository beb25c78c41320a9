"""The daemon: docker's commands on the lab's time line.

Every door (notebook, terminal, Engine API) calls these methods; none decides anything itself.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, BinaryIO

from imagelab.daemon import incoming, real, waiting, watching
from imagelab.daemon.attach import Attach, attached, attached_to_exec
from imagelab.daemon.clock import Clock, Ids, LessonClock, SeededIds
from imagelab.daemon.outside import Outside
from imagelab.daemon.timeline import Timeline
from imagelab.engine import (
    commit,
    container_archive,
    containers,
    create,
    diff,
    disk_usage,
    distribution,
    endpoints,
    events,
    export,
    history,
    images,
    import_image,
    info,
    inspect,
    links,
    login,
    logs,
    lookup,
    networks,
    pause,
    processes,
    prune,
    pull,
    push,
    remove,
    remove_container,
    rename,
    resources,
    search,
    signals,
    start,
    top,
    transfer,
    update,
    volumes,
)
from imagelab.engine import exec as execs
from imagelab.engine import tag as tags
from imagelab.engine.builder.options import BuildOptions, Emit
from imagelab.engine.filters import Filters
from imagelab.engine.import_image import Wanted
from imagelab.engine.networks import NewNetwork
from imagelab.engine.progress import Progress, Tell, counting, silent
from imagelab.engine.volumes import NewVolume, PrunedVolumes
from imagelab.formats import archive, file_archive
from imagelab.formats.file_archive import FileEntry
from imagelab.model.config import Config
from imagelab.model.container import Exec, HostConfig, Log
from imagelab.model.content import Blob
from imagelab.model.image import short_id
from imagelab.model.node import Changes
from imagelab.model.outcome import EngineError, Event, Outcome
from imagelab.model.reference import DEFAULT_DOMAIN
from imagelab.model.state import State
from imagelab.registry import accounts
from imagelab.storage.blobs import BlobStore
from imagelab.storage.credentials import Credentials
from imagelab.storage.store import Store

#: Most characters of input that the journal shows.
_SHOWN_INPUT = 80


class Daemon(Timeline):
    """The lab's engine room. Methods raise ``EngineError`` with Docker's wording."""

    def __init__(
        self, *, clock: Clock | None = None, ids: Ids | None = None, store: Store | None = None,
        state: State | None = None, blobs: BlobStore | None = None,
        outside: Outside | None = None,
    ) -> None:
        """Begin with an empty lab, a given state, or what a store holds.

        Args:
            clock: the lessons' clock if left out.
            ids: seeded ones if left out.
            store: where the lab is kept; nowhere if left out.
            state: what a lab that is not kept begins with.
            blobs: where the blobs of that state are; they must live as long as this daemon.
            outside: what it may reach beyond the lab; nothing if left out.
        """
        super().__init__(clock or LessonClock(), store, state or State())
        self.outside = outside or Outside()
        self._ids = ids or SeededIds()
        self._blobs = store.blobs if store else blobs or BlobStore()

    def fork(self, index: int) -> Daemon:
        """Return another daemon, not kept, that begins with the state after a step.

        Raises:
            EngineError: there is no such step.
        """
        if not 0 <= index < len(self.journal.rows):
            raise EngineError(f"there is no step {index}: the last is {len(self.journal)}")
        return Daemon(clock=self.clock, ids=self._ids, state=self.journal[index].after,
                      blobs=self._blobs, outside=self.outside)

    # --- images ----------------------------------------------------------------------------

    def images(self, *, every: bool = False, filters: Filters | None = None,
               ) -> list[dict[str, Any]]:
        """List images: see :func:`imagelab.engine.images.list_images`."""
        return images.list_images(self.state, every=every, filters=filters)

    def inspect_image(self, name: str) -> dict[str, Any]:
        """Describe an image: see :func:`imagelab.engine.inspect.inspect_image`."""
        return inspect.inspect_image(self.state, name)

    def history(self, name: str) -> list[dict[str, Any]]:
        """List an image's steps: see :func:`imagelab.engine.history.history`."""
        return history.history(self.state, name)

    def tag(self, source: str, target: str, tag: str = "") -> None:
        """Name an image: see :func:`imagelab.engine.tag.tag_image`."""
        self.do(f"tag {source} {tags.spelled(target, tag)}",
                lambda state, now: tags.tag_image(state, source, target, tag, now=now))

    def commit(self, container: str, reference: str = "", *, tag: str = "", author: str = "",
               comment: str = "", config: Config | None = None, changes: Sequence[str] = (),
               pause: bool = True) -> str:
        """Make an image of a container: see :func:`imagelab.engine.commit.commit`."""
        return self.do(
            f"commit {container} {reference and tags.spelled(reference, tag)}".rstrip(),
            lambda state, now: commit.commit(
                state, container, now=now, reference=reference, tag=tag, author=author,
                comment=comment, config=config, changes=changes, pause=pause))

    def build(self, context: BinaryIO, options: BuildOptions, emit: Emit) -> str:
        """Build an image and return its ID: see :func:`imagelab.daemon.building.build`."""
        from imagelab.daemon import building

        return building.build(
            self, self._blobs, self._ids.identifier, context, options, emit, self.outside)

    def remove_image(self, name: str, *, force: bool = False, prune: bool = True,
                     ) -> tuple[remove.Record, ...]:
        """Untag or delete an image: see :func:`imagelab.engine.remove.remove_image`."""
        return self.do(
            f"rmi {name}",
            lambda state, now: remove.remove_image(
                state, name, now=now, force=force, prune=prune))

    def prune_images(self, filters: Filters) -> prune.Pruned:
        """Delete images nothing needs: see :func:`imagelab.engine.prune.prune_images`."""
        return self.do("image prune",
                        lambda state, now: prune.prune_images(state, filters, now=now))

    def pull(self, name: str, *, platform: str = "", all_tags: bool = False,
             tell: Tell = silent) -> tuple[Progress, ...]:
        """Fetch an image: see :func:`imagelab.engine.pull.pull`, for all tags ``pull_all``."""
        if (credentials := self._real(lookup.parse_reference(name).domain)) is not None:
            return real.pull(
                self, credentials, self._blobs, name, platform=platform, all_tags=all_tags,
                tell=tell)
        run = pull.pull_all if all_tags else pull.pull
        return self.do(f"pull {name}", lambda state, now: run(
            state, name, now=now, platform=platform, keep=self._blobs.add, tell=tell))

    def push(self, name: str, *, all_tags: bool = False, tell: Tell = silent,
             ) -> tuple[Progress, ...]:
        """Send an image to a registry: see :func:`imagelab.engine.push.push`."""
        if (credentials := self._real(lookup.parse_reference(name).domain)) is not None:
            return real.push(self, credentials, name, all_tags=all_tags, tell=tell)
        return self.do(f"push {name}", lambda state, now: push.push(
            state, name, now=now, all_tags=all_tags, tell=tell))

    def save(self, names: Sequence[str], *, tell: Tell = silent) -> Iterator[bytes]:
        """Stream an archive of images; ``tell`` is told of its bytes as they are taken.

        Raises:
            NotFound: a name is not there; before the first byte.
        """
        saved: tuple[archive.Saved, ...] = self.do(
            f"save {' '.join(names)}", lambda state, now: transfer.save(state, names, now=now))
        return archive.write(saved, counting(tell, "Saving"))

    def load(self, file: BinaryIO, *, tell: Tell = silent) -> tuple[Progress, ...]:
        """Take in an archive out of a seekable file; return the lines to print.

        Args:
            file: the archive.
            tell: is told of the lines, and of bytes as they are read.

        Raises:
            EngineError: it is no archive.
        """
        def look() -> tuple[archive.Loaded, ...]:
            try:
                return archive.read(
                    file, self._blobs.add, counting(tell, "Loading layer", short_id))
            except archive.ArchiveError as error:
                raise EngineError(str(error)) from error

        return self.ask("load", look, lambda loaded, state, now: transfer.load(
            state, loaded, now=now, tell=tell))

    def import_image(self, source: BinaryIO, wish: Wanted, *, tell: Tell = silent,
                     ) -> str:
        """Make an image of a tar: see :func:`imagelab.engine.import_image.import_image`.

        Args:
            source: the tar, compressed or not.
            wish: from :func:`imagelab.engine.import_image.wanted`.
            tell: is told of its bytes as they are read.

        Raises:
            EngineError: it is no tar.
        """
        return self._import(
            lambda: incoming.layer(self._blobs, source, counting(tell, "Importing")), wish, "-")

    def import_url(self, url: str, wish: Wanted, *, tell: Tell = silent) -> str:
        """Make an image of a tar at a URL, as :meth:`import_image` does.

        Args:
            url: where it is; ``http://`` if nothing of the kind is in front.
            wish: as there.
            tell: is told a line once the tar has been fetched, and of its bytes as they are read.

        Raises:
            EngineError: the lab was not opened for that (501), or there is no tar.
        """
        url = url if "://" in url else f"http://{url}"

        def look() -> tuple[Blob, Changes]:
            with self.outside.file_of(url) as found:
                tell(Progress(f"Downloading from {url}"))
                return incoming.layer(self._blobs, found, counting(tell, "Importing"))

        return self._import(look, wish, url)

    def _import(self, look: Callable[[], tuple[Blob, Changes]], wish: Wanted, origin: str) -> str:
        return self.ask("import", look, lambda layer, state, now: import_image.import_image(
            state, *layer, wish, now=now, source=origin))

    # --- containers ------------------------------------------------------------------------

    def containers(self, *, every: bool = False, limit: int = 0, size: bool = False,
                   filters: Filters | None = None) -> list[dict[str, Any]]:
        """List containers: see :func:`imagelab.engine.containers.list_containers`."""
        return containers.list_containers(
            self.state, now=self.now, every=every, limit=limit, size=size, filters=filters)

    def inspect_container(self, name: str, *, size: bool = False) -> dict[str, Any]:
        """Describe a container: see :func:`imagelab.engine.inspect.inspect_container`."""
        return inspect.inspect_container(self.state, name, size=size)

    def create(self, config: Config, *, name: str = "", host_config: HostConfig | None = None,
               endpoints: Mapping[str, Any] | None = None, platform: str = "",
               host_folders: bool = False) -> str:
        """Make a container and return its ID: see :func:`imagelab.engine.create.create`."""
        def run(state: State, now: int) -> Outcome[str]:
            identifier = self._ids.identifier(state.counter)
            counted = replace(state, counter=state.counter + 1)
            return create.create(
                counted, config, identifier=identifier, now=now, name=name,
                host_config=host_config, endpoints=endpoints, platform=platform,
                host_folders=host_folders)

        return self.do(f"create {config.image}", run)

    def start(self, name: str, *, stdin: bytes = b"", stdin_open: bool = False,
              attach: Attach | None = None) -> int | None:
        """Start a container: see :func:`imagelab.engine.start.start`.

        Args:
            name: the container.
            stdin: input for it.
            stdin_open: whether more may come, by :meth:`send_input`.
            attach: gets the output until the container ends or waits for input.

        Returns:
            The exit status of a container that was attached to and has ended, else None.
        """
        return attached(
            self, f"start {self._called(name)}", name, attach, lambda state, now: start.start(
                state, name, now=now, budget=self.budget, stdin=stdin, stdin_open=stdin_open))

    def attach(self, name: str) -> None:
        """Note that somebody listens to a container: see :func:`imagelab.engine.events.attach`."""
        self.do(f"attach {self._called(name)}",
                lambda state, now: events.attach(state, name, now=now))

    def send_input(self, name: str, data: bytes, *, close: bool = False,
                   attach: Attach | None = None) -> int | None:
        """Feed a container's stdin: see :func:`imagelab.engine.processes.send_input`.

        The result is that of :meth:`start`.
        """
        return attached(
            self, f"{self._called(name)} <- {_typed(data)}", name, attach,
            lambda state, now: processes.send_input(
                state, name, data, now=now, budget=self.budget, close=close))

    def interrupt(self, name: str, *, attach: Attach | None = None) -> int | None:
        """Press Ctrl-C at a container's terminal: see :func:`imagelab.engine.signals.interrupt`.

        The result is that of :meth:`start`.
        """
        return attached(
            self, f"{self._called(name)} <- ^C", name, attach,
            lambda state, now: signals.interrupt(
                state, lookup.find_container(state, name), now=now, budget=self.budget))

    def _called(self, name: str) -> str:
        """Return what the journal calls a container: clients name it by its whole ID."""
        container = self._state.containers.get(name)
        return container.name if container else name

    def wait(self, name: str) -> int:
        """Wait for a container's end: see :func:`imagelab.daemon.waiting.wait`."""
        return waiting.wait(self, name)

    def stop(self, name: str, timeout: int | None = None) -> bool:
        """Stop a container: see :func:`imagelab.daemon.waiting.stop`."""
        return waiting.stop(self, name, timeout)

    def restart(self, name: str, timeout: int | None = None) -> None:
        """Stop and start a container: see :func:`imagelab.daemon.waiting.restart`."""
        waiting.restart(self, name, timeout, lambda each: self.start(each, stdin_open=True))

    def kill(self, name: str, signal: str = "") -> None:
        """Signal a container: see :func:`imagelab.engine.signals.kill`."""
        self.do(f"kill {self._called(name)}", lambda state, now: signals.kill(
            state, name, now=now, budget=self.budget, signal=signal))

    def pause(self, name: str) -> None:
        """Freeze a container: see :func:`imagelab.engine.pause.pause`."""
        self.do(f"pause {self._called(name)}", lambda state, now: pause.pause(state, name, now=now))

    def unpause(self, name: str) -> None:
        """Let a container go on: see :func:`imagelab.engine.pause.unpause`."""
        self.do(f"unpause {self._called(name)}",
                lambda state, now: pause.unpause(state, name, now=now))

    def remove_container(self, name: str, *, force: bool = False, volumes: bool = False) -> None:
        """Remove a container: see :func:`imagelab.engine.remove_container.remove`."""
        self.do(f"rm {self._called(name)}", lambda state, now: remove_container.remove(
            state, name, now=now, force=force, volumes=volumes))

    def remove_link(self, name: str) -> None:
        """Remove a link, ``container/alias``: see :func:`imagelab.engine.links.remove_link`."""
        self.do(f"rm --link {name}", lambda state, _: links.remove_link(state, name))

    def prune_containers(self, filters: Filters) -> prune.PrunedContainers:
        """Remove what does not run: see :func:`imagelab.engine.prune.prune_containers`."""
        return self.do("container prune",
                        lambda state, now: prune.prune_containers(state, filters, now=now))

    def rename(self, name: str, new_name: str) -> None:
        """Rename a container: see :func:`imagelab.engine.rename.rename`."""
        self.do(f"rename {self._called(name)} {new_name}",
                 lambda state, now: rename.rename(state, name, new_name, now=now))

    def update(self, name: str, settings: Mapping[str, Any], policy: str) -> None:
        """Change a container's limits: see :func:`imagelab.engine.update.update`."""
        self.do(f"update {self._called(name)}", lambda state, now: update.update(
            state, name, settings, policy, now=now))

    def top(self, name: str, options: Sequence[str]) -> dict[str, Any]:
        """List a container's processes: see :func:`imagelab.engine.top.top`."""
        return self.do(f"top {self._called(name)}",
                       lambda state, now: top.top(state, name, options, now=now))

    def stats(self, name: str, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Tell what a container uses: see :func:`imagelab.engine.resources.stats`."""
        state = self.state
        return resources.stats(state, name, now=self.clock.now(state.clock), before=before)

    def diff(self, name: str) -> tuple[diff.Change, ...]:
        """List a container's changes: see :func:`imagelab.engine.diff.diff`."""
        return diff.diff(lookup.find_container(self.state, name))

    def export(self, name: str, *, tell: Tell = silent) -> Iterator[bytes]:
        """Stream a container's files as a tar: see :func:`imagelab.engine.export.export`.

        ``tell`` is told of its bytes as they are taken.
        """
        entries = self.do(
            f"export {self._called(name)}", lambda state, now: export.export(state, name, now=now))
        chunks = file_archive.write(entries)
        if tell is silent:
            return chunks  # how long it will be takes a look at every file
        return counting(tell, "Exporting")("", file_archive.length(entries), chunks)

    def stat_path(self, name: str, path: str) -> container_archive.PathStat:
        """Describe a file: see :func:`imagelab.engine.container_archive.stat_path`.

        That is a step only if points for volumes were made for it.
        """
        lookup.find_container(self.state, name)
        with self._mounted(f"cp {name}:{path} -", name, looks=True):
            return container_archive.stat_path(self.state, name, path)

    def get_archive(self, name: str, path: str) -> container_archive.Archive:
        """Take files out: see :func:`imagelab.engine.container_archive.get_archive`."""
        with self._mounted(f"cp {name}:{path} -", name):
            return self.do("", lambda state, now: container_archive.get_archive(
                state, name, path, now=now))

    def put_archive(self, name: str, path: str, entries: Iterable[FileEntry], *,
                    keep_kind: bool = True, as_user: bool = False) -> None:
        """Put files in: see :func:`imagelab.engine.container_archive.put_archive`.

        Their content may lie anywhere; the lab gets a copy.
        """
        with self._mounted(f"cp - {name}:{path}", name):
            self.do("", lambda state, now: container_archive.put_archive(
                state, name, path, incoming.owned(self._blobs, entries), now=now,
                keep_kind=keep_kind, as_user=as_user))

    @contextmanager
    def _mounted(self, command: str, name: str, *, looks: bool = False) -> Iterator[None]:
        """Look at a container's files in a step that makes its points for volumes first."""
        with self.step(command, looks=looks):
            self.do("", lambda state, now: container_archive.mount(state, name, now=now))
            yield

    def logs(self, name: str, *, tail: int = -1, since: int | None = None,
             until: int | None = None) -> Sequence[Log]:
        """Return a container's output so far: see :func:`imagelab.engine.logs.read`."""
        return logs.read(
            lookup.find_container(self.state, name), tail=tail, since=since, until=until)

    def follow_logs(self, name: str, attach: Attach, until: int | None = None) -> None:
        """Pass on what a container prints from now on: see :func:`waiting.follow`."""
        waiting.follow(self, name, attach, until)

    # --- execs -----------------------------------------------------------------------------

    def create_exec(self, name: str, wanted: Exec) -> str:
        """Say what is to run in a container: see :func:`imagelab.engine.exec.create_exec`.

        The ID comes from the daemon, whatever ``wanted`` has.
        """
        def run(state: State, now: int) -> Outcome[str]:
            own = replace(wanted, id=self._ids.identifier(state.counter))
            counted = replace(state, counter=state.counter + 1)
            return execs.create_exec(counted, name, own, now=now)

        return self.do(f"exec {self._called(name)} {shlex.join(wanted.command)}", run)

    def start_exec(self, identifier: str, *, stdin: bytes = b"", stdin_open: bool = False,
                   attach: Attach | None = None) -> int | None:
        """Start an exec: see :func:`imagelab.engine.exec.start_exec`.

        Args:
            identifier: the exec.
            stdin: input for it.
            stdin_open: whether more may come, by :meth:`send_exec_input`.
            attach: gets the output until the exec ends or waits for input.

        Returns:
            The exit code of an exec that was attached to and has ended, else None.
        """
        return attached_to_exec(
            self, f"exec start in {self._called_exec(identifier)}", identifier, attach,
            lambda state, now: execs.start_exec(
                state, identifier, now=now, budget=self.budget, stdin=stdin,
                stdin_open=stdin_open))

    def send_exec_input(self, identifier: str, data: bytes, *, close: bool = False,
                        attach: Attach | None = None) -> int | None:
        """Feed an exec's stdin: see :func:`imagelab.engine.exec.send_exec_input`.

        The result is that of :meth:`start_exec`.
        """
        return attached_to_exec(
            self, f"{self._called_exec(identifier)} <- {_typed(data)}", identifier, attach,
            lambda state, now: execs.send_exec_input(
                state, identifier, data, now=now, budget=self.budget, close=close))

    def interrupt_exec(self, identifier: str, *, attach: Attach | None = None) -> int | None:
        """Press Ctrl-C at an exec's terminal: see :func:`imagelab.engine.signals.interrupt`.

        The result is that of :meth:`start_exec`.
        """
        def run(state: State, now: int) -> Outcome[None]:
            container, found = execs.find_exec(state, identifier)
            done = signals.interrupt(state, container, found.id, now=now, budget=self.budget)
            return Outcome(done.state, None, done.events)

        return attached_to_exec(
            self, f"{self._called_exec(identifier)} <- ^C", identifier, attach, run)

    def _called_exec(self, identifier: str) -> str:
        """Return what the journal calls an exec: as its container, for that is what one sees."""
        return execs.find_exec(self._state, identifier)[0].name

    def inspect_exec(self, identifier: str) -> dict[str, Any]:
        """Describe an exec: see :func:`imagelab.engine.exec.inspect_exec`."""
        return execs.inspect_exec(self.state, identifier)

    # --- networks and volumes --------------------------------------------------------------

    def networks(self, filters: Filters | None = None) -> list[dict[str, Any]]:
        """List networks: see :func:`imagelab.engine.networks.list_networks`."""
        return networks.list_networks(self.state, filters)

    def inspect_network(self, name: str) -> dict[str, Any]:
        """Describe a network: see :func:`imagelab.engine.networks.inspect_network`."""
        return networks.inspect_network(self.state, name)

    def create_network(self, wish: NewNetwork) -> str:
        """Make a network and return its ID: see :func:`imagelab.engine.networks.create_network`."""
        def run(state: State, now: int) -> Outcome[str]:
            identifier = self._ids.identifier(state.counter)
            counted = replace(state, counter=state.counter + 1)
            return networks.create_network(counted, identifier, wish, now=now)

        return self.do(f"network create {wish.name}", run)

    def remove_network(self, name: str) -> None:
        """Remove a network: see :func:`imagelab.engine.networks.remove_network`."""
        self.do(f"network rm {name}",
                lambda state, now: networks.remove_network(state, name, now=now))

    def prune_networks(self, filters: Filters) -> tuple[str, ...]:
        """Remove unused networks: see :func:`imagelab.engine.networks.prune_networks`."""
        return self.do("network prune",
                       lambda state, now: networks.prune_networks(state, filters, now=now))

    def connect(self, network: str, name: str, wish: Mapping[str, Any]) -> None:
        """Put a container into a network: see :func:`imagelab.engine.endpoints.connect`."""
        self.do(f"network connect {network} {name}", lambda state, now: endpoints.connect(
            state, network, name, wish, now=now))

    def disconnect(self, network: str, name: str, *, force: bool = False) -> None:
        """Take a container out of a network: see :func:`imagelab.engine.endpoints.disconnect`."""
        self.do(f"network disconnect {network} {name}", lambda state, now: endpoints.disconnect(
            state, network, name, now=now, force=force))

    def volumes(self, filters: Filters | None = None) -> list[dict[str, Any]]:
        """List volumes: see :func:`imagelab.engine.volumes.list_volumes`."""
        return volumes.list_volumes(self.state, filters)

    def inspect_volume(self, name: str) -> dict[str, Any]:
        """Describe a volume: see :func:`imagelab.engine.volumes.inspect_volume`."""
        return volumes.inspect_volume(self.state, name)

    def create_volume(self, wish: NewVolume) -> str:
        """Make a volume and return its name: see :func:`imagelab.engine.volumes.create_volume`.

        Without a name it gets one of the daemon's own.
        """
        def run(state: State, now: int) -> Outcome[str]:
            name = wish.name or self._ids.identifier(state.counter)
            if not wish.name:
                state = replace(state, counter=state.counter + 1)
            return volumes.create_volume(state, name, wish, now=now)

        return self.do(f"volume create {wish.name}".rstrip(), run)

    def remove_volume(self, name: str, *, force: bool = False) -> None:
        """Remove a volume: see :func:`imagelab.engine.volumes.remove_volume`."""
        self.do(f"volume rm {name}", lambda state, now: volumes.remove_volume(
            state, name, now=now, force=force))

    def prune_volumes(self, filters: Filters) -> PrunedVolumes:
        """Remove volumes nothing mounts: see :func:`imagelab.engine.volumes.prune_volumes`."""
        return self.do("volume prune",
                       lambda state, now: volumes.prune_volumes(state, filters, now=now))

    def prune_cache(self, filters: Filters) -> None:
        """Prune a cache that is empty: see :func:`imagelab.engine.prune.prune_cache`."""
        self.do("builder prune", lambda state, now: prune.prune_cache(state, filters, now=now))

    # --- the Hub and the daemon itself -----------------------------------------------------

    def search(self, term: str, *, limit: int | None = None, filters: Filters | None = None,
               ) -> list[dict[str, Any]]:
        """Look for repositories: see :func:`imagelab.engine.search.search`."""
        return search.search(term, limit=limit, filters=filters)

    def distribution(self, name: str) -> dict[str, Any]:
        """Describe an image of a registry: see :func:`imagelab.engine.distribution.distribution`.

        Raises:
            EngineError: as there; the registry is a real one (501).
        """
        reference = distribution.wanted(name)
        if self._real(reference.domain) is not None:
            raise EngineError("imagelab does not simulate looking at a real registry's images", 501)
        return distribution.distribution(self.state, reference)

    def login(self, server: str, user: str, password: str) -> None:
        """Log in to a registry: see :func:`imagelab.engine.login.login`."""
        if (credentials := self._real(accounts.domain_of(server))) is not None:
            return real.login(self, credentials, server, user, password)
        return self.do(f"login {server}".rstrip(),
                       lambda state, _: login.login(state, server, user, password))

    def recognize(self, server: str, user: str, password: str) -> None:
        """Take a lab for an account whose name and password come along with another command.

        Only one of the simulated Hub is; all others are as if nothing had come along.
        """
        if accounts.domain_of(server) == DEFAULT_DOMAIN and accounts.accepts(user, password) and (
                self.state.logins.get(DEFAULT_DOMAIN) != user):
            self.login(server, user, password)

    def account(self, server: str) -> str:
        """Return the name of the account that the lab can log in with again, empty for none."""
        host = accounts.domain_of(server)
        user = self.state.logins.get(host, "")
        credentials = self._real(host)
        return user if credentials is None or credentials.secret(host, user) else ""

    def logout(self, server: str) -> None:
        """Log out of a registry: see :func:`imagelab.engine.login.logout`."""
        if self.outside.credentials is not None:
            self.outside.credentials.forget(accounts.domain_of(server))
        self.do(f"logout {server}", lambda state, _: login.logout(state, server))

    def _real(self, host: str) -> Credentials | None:
        """Return the credentials for real registries, if a host is one to be talked to."""
        credentials = self.outside.credentials
        return credentials if real.reaches(self.state, credentials, host) else None

    def info(self) -> dict[str, Any]:
        """Tell about the lab: see :func:`imagelab.engine.info.info`."""
        return info.info(self.state, now=self.now)

    def disk_usage(self) -> dict[str, Any]:
        """Measure the lab: see :func:`imagelab.engine.disk_usage.disk_usage`."""
        return disk_usage.disk_usage(self.state, now=self.now)

    def watch(self, see: Callable[[Event], None], wanted: watching.Selection) -> bool:
        """Pass on what happened and happens: see :func:`imagelab.daemon.watching.watch`."""
        return watching.watch(self, see, wanted)

    def version(self) -> dict[str, Any]:
        """Tell which daemon the lab follows: see :func:`imagelab.engine.info.version`."""
        return info.version()


def _typed(data: bytes) -> str:
    """Return what the journal says of input: a line as it is, of other things how much."""
    from imagelab.shell.streams import EOT  # no other command needs that room

    text = data.removesuffix(b"\n").decode("utf-8", "replace")
    if not data or data == EOT:
        return "^D"
    is_line = text.isprintable() and len(text) <= _SHOWN_INPUT
    return text if is_line else f"{len(data)} bytes"
