"""Real registries behind ``pull``, ``push`` and ``login``, for a lab that was opened for them.

The network is asked while others may use the lab; then the answer is taken in as a whole, or
nothing is. What a lab keeps of an account is its name; see :mod:`imagelab.storage.credentials`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from imagelab.daemon.timeline import Timeline
from imagelab.engine import login as logins
from imagelab.engine import pull as pulls
from imagelab.engine import push as pushes
from imagelab.engine import registries, sources
from imagelab.engine.lookup import parse_named
from imagelab.engine.platforms import DEFAULT, read_platform
from imagelab.engine.progress import Interrupted, Lines, Progress, Tell, counting, silent
from imagelab.model.image import short_id
from imagelab.model.layer import chain_id_of
from imagelab.model.outcome import EngineError, Outcome
from imagelab.model.reference import Reference
from imagelab.model.state import State
from imagelab.registry import accounts
from imagelab.registry.remote import Remote
from imagelab.storage.blobs import BlobStore
from imagelab.storage.credentials import Credentials

if TYPE_CHECKING:
    from imagelab.registry.client.pull import Found
    from imagelab.registry.client.session import Session


def pull(
    timeline: Timeline, credentials: Credentials, blobs: BlobStore, name: str, *,
    platform: str, all_tags: bool, tell: Tell = silent,
) -> tuple[Progress, ...]:
    """Fetch an image, or all tags of a repository, from a real registry.

    Args:
        timeline: the lab.
        credentials: its secrets.
        blobs: where to keep layers.
        name: the image.
        platform: which one of a list; empty for ``linux/amd64``.
        all_tags: whether all tags are meant.
        tell: is told of the lines, and of bytes as they come.

    Raises:
        EngineError: in the daemon's words.
        Interrupted: the same, once an image was found.
    """
    reference = pulls.wanted(name, all_tags=all_tags)
    wish = read_platform(platform or DEFAULT)
    told: Counter[Progress] = Counter()

    def tell_first(message: Progress) -> None:
        told[message] += 1
        tell(message)

    def tell_rest(message: Progress) -> None:
        """Tell what was not told while the network was asked."""
        if told[message]:
            told[message] -= 1
        elif not message.is_tick:
            tell(message)

    def ask() -> dict[Reference, Remote | Interrupted]:
        from imagelab.registry.client import pull as client

        session = _session(timeline.state, credentials, reference.domain)
        names = [reference]
        if all_tags:
            names = [replace(reference, tag=tag) for tag in client.tags(session, reference)]
        found: dict[Reference, Remote | Interrupted] = {}
        for each in names:
            try:
                found[each] = _fetched(
                    session, each, wish, timeline.state, blobs, tell_first)
            except Interrupted as error:
                found[each] = error
                break
        return found

    def take(found: dict[Reference, Remote | Interrupted], state: State, now: int,
             ) -> Outcome[tuple[Progress, ...]]:
        if all_tags:
            return pulls.take_all(
                state, reference, found, lambda each: _whole(found[each]), now=now, keep=blobs.add,
                tell=tell_rest)
        return pulls.take(state, reference, _whole(found[reference]), now=now, keep=blobs.add,
                          tell=tell_rest)

    return timeline.ask(f"pull {name}", ask, take)


def _whole(found: Remote | Interrupted) -> Remote:
    if isinstance(found, Interrupted):
        raise found
    return found


def _fetched(
    session: Session, reference: Reference, platform: str, state: State, blobs: BlobStore,
    tell: Tell,
) -> Remote:
    from imagelab.registry.client import pull as client

    top = client.named(session, reference)
    lines = Lines(tell)
    lines.add(pulls.head(reference))
    try:
        found = client.find(session, reference, top, platform)
        lines.add(*_missing(found, state))
        return client.fetch(session, reference, found, state.layers, blobs.add,
                            counting(tell, "Downloading", short_id))
    except EngineError as error:
        raise Interrupted(error.message, lines.said) from None


def _missing(found: Found, state: State) -> list[Progress]:
    lines: list[Progress] = []
    chain_id = ""
    for layer, diff_id in zip(found.layers, found.diff_ids, strict=True):
        chain_id = chain_id_of(chain_id, diff_id)
        known = "Already exists" if chain_id in state.layers else "Pulling fs layer"
        lines.append(Progress(known, short_id(layer.digest)))
    return lines


def push(
    timeline: Timeline, credentials: Credentials, name: str, *, all_tags: bool,
    tell: Tell = silent,
) -> tuple[Progress, ...]:
    """Send an image, or all that a repository has here, to a real registry.

    What arrived there is written down as an effect outside the lab, whatever follows.

    Raises:
        EngineError: the name is none.
        Interrupted: it has a digest, there is no such name here, or the registry refuses.
    """
    reference = parse_named(name)
    command = f"push {name}"
    lines = Lines(tell)
    lines.add(pushes.first_line(reference))
    sent: dict[Reference, Remote] = {}

    def ask() -> Interrupted | None:
        state = timeline.state
        session = _session(state, credentials, reference.domain)
        try:
            for each in pushes.chosen(state, reference, all_tags, lines.said, session.meet):
                sent[each] = _sent(session, state, each, lines)
        except Interrupted as error:
            return error
        except EngineError as error:
            return Interrupted(error.message, lines.said)
        return None

    def take(error: Interrupted | None, state: State, now: int) -> Outcome[tuple[Progress, ...]]:
        return pushes.pushed(
            state, reference, sent, lines.said, now=now, all_tags=all_tags, error=error)

    with timeline.step(command) as step:
        try:
            return timeline.ask(command, ask, take)
        finally:
            step.host_effects += [f"pushed {each} ({image.digest})"
                                  for each, image in sent.items()]


def _sent(
    session: Session, state: State, reference: Reference, lines: Lines,
) -> Remote:
    """Send an image and return it."""
    from imagelab.registry.client import push as client

    image = pushes.remote_of(state, state.images[state.references[reference]])
    names = [short_id(layer.digest) for layer in reversed(image.layers)]
    lines.add(*pushes.preparing(names))
    waiting = iter(names)
    client.push(
        session, reference, image,
        lambda diff_id: sources.candidates(state, diff_id, reference),
        lambda status: lines.add(Progress(status, next(waiting))),
        counting(lines.tell, "Pushing", short_id))
    lines.add(pushes.last_line(reference, image))
    return image


def login(
    timeline: Timeline, credentials: Credentials, server: str, user: str, password: str,
) -> None:
    """Log in to a real registry.

    Args:
        timeline: the lab.
        credentials: where to keep the password; the lab itself keeps the name only.
        server: the registry.
        user: name of the account.
        password: its password; empty for the one that is kept.

    Raises:
        EngineError: the registry refuses or cannot be reached.
    """
    host = accounts.domain_of(server)
    secret = password or credentials.secret(host, user) or ""

    def ask() -> None:
        from imagelab.registry.client.auth import Account
        from imagelab.registry.client.session import Session

        Session(host, Account(user, secret)).log_in()

    def take(_: None, state: State, now: int) -> Outcome[None]:
        credentials.keep(host, user, secret)
        return logins.logged_in(state, host, user)

    with timeline.step(f"login {server}") as step:
        timeline.ask(f"login {server}", ask, take)
        if password:
            step.host_effects.append(f"kept the password of {user} for {host}")


def reaches(state: State, credentials: Credentials | None, host: str) -> bool:
    """Whether a registry is a real one that the lab may talk to."""
    return credentials is not None and not registries.is_simulated(state, host)


def _session(state: State, credentials: Credentials, host: str) -> Session:
    """Return a conversation with a registry, as the account that the lab is logged in with."""
    from imagelab.registry.client.auth import Account
    from imagelab.registry.client.session import Session

    user = state.logins.get(host, "")
    secret = credentials.secret(host, user) if user else None
    return Session(host, Account(user, secret) if secret else None)
