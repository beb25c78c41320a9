"""``docker rename``: another name for a container."""

from __future__ import annotations

from dataclasses import replace

from imagelab.engine import links
from imagelab.engine.create import check_free, check_name
from imagelab.engine.events import container_event
from imagelab.engine.lookup import find_container
from imagelab.model.outcome import BadRequest, Conflict, Outcome
from imagelab.model.state import State


def rename(state: State, name: str, new_name: str, *, now: int) -> Outcome[None]:
    """Give a container another name.

    Raises:
        NotFound: there is no such container.
        Conflict: the name is taken.
        BadRequest: the name cannot be, or is the one it has (case ``container-03``).
    """
    container = find_container(state, name)
    if not new_name:
        raise BadRequest("Neither old nor new names may be empty")
    new_name = new_name.removeprefix("/")
    if new_name == container.name:
        raise BadRequest("Renaming a container with the same name as its current name")
    try:
        check_name(f"/{new_name}")
        check_free(state, new_name)
    except Conflict as error:
        raise Conflict(f"Error when allocating new name: {error.message}") from error
    except BadRequest as error:
        raise BadRequest(f"Error when allocating new name: {error.message}") from error
    renamed = replace(container, name=new_name, anonymous=False)
    event = container_event(renamed, "rename", now, oldName=f"/{container.name}")
    state = links.renamed(state.with_container(renamed), renamed)
    return Outcome(state, None, (event,))

