"""``docker login`` and ``docker logout``: whom the registries take a lab for."""

from __future__ import annotations

from dataclasses import replace

from imagelab.model.outcome import EngineError, Outcome
from imagelab.model.reference import DEFAULT_DOMAIN
from imagelab.model.state import State
from imagelab.registry import accounts


def login(state: State, server: str, user: str, password: str) -> Outcome[None]:
    """Log in to a registry. The lab remembers the account's name, not its password.

    Args:
        state: the lab.
        server: address of the registry; empty for the Hub.
        user: name of the account.
        password: its password; empty for an account that is logged in already.

    Raises:
        EngineError: the Hub has no such account with this password (401, in the daemon's words),
            or the registry is not simulated (501).
    """
    domain = accounts.domain_of(server)
    if domain != DEFAULT_DOMAIN:
        raise EngineError(f"imagelab does not simulate logging in to {server}", 501)
    known = not password and state.logins.get(domain) == user
    if not known and not accounts.accepts(user, password):
        raise EngineError(
            f'Get "{accounts.ENDPOINT}": unauthorized: incorrect username or password', 401)
    return logged_in(state, domain, user)


def logged_in(state: State, domain: str, user: str) -> Outcome[None]:
    """Remember that an account at a registry has proved itself."""
    return Outcome(replace(state, logins={**state.logins, domain: user}), None)


def logout(state: State, server: str) -> Outcome[None]:
    """Forget an account; without one nothing changes."""
    domain = accounts.domain_of(server)
    rest = {key: user for key, user in state.logins.items() if key != domain}
    return Outcome(replace(state, logins=rest), None)
