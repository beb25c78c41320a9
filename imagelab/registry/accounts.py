"""Accounts of the simulated Hub: one, for all learners."""

from __future__ import annotations

from imagelab.model.reference import DEFAULT_DOMAIN

#: The address that a docker client knows the Hub's accounts by.
INDEX = f"https://index.{DEFAULT_DOMAIN}/v1/"
#: The address that the daemon asks, as its messages name it.
ENDPOINT = f"https://registry-1.{DEFAULT_DOMAIN}/v2/"
#: User names and passwords. Lessons tell them; they keep nothing secret.
SHARED_PASSWORD = "imagelab"
_PASSWORDS = {"student": SHARED_PASSWORD}
#: How the names of an account's private repositories begin. On the real Hub their owner says so in
#: a browser; the docker client has no command for it.
_PRIVATE = "private"
#: How many of them a free account may have.
FREE_PRIVATE = 1


def accepts(user: str, password: str) -> bool:
    """Whether a password is that of an account."""
    return user in _PASSWORDS and _PASSWORDS[user] == password


def may_push(user: str, path: str) -> bool:
    """Whether an account, empty for none, may push to a repository: to its own ones only."""
    return bool(user) and path.startswith(f"{user}/")


def is_private(path: str) -> bool:
    """Whether a repository is an account's private one, ``student/private-app`` for one."""
    account, _, name = path.partition("/")
    return account in _PASSWORDS and name.startswith(_PRIVATE)


def domain_of(server: str) -> str:
    """Return the registry host that a server's address means; empty means the Hub's."""
    host = server.removeprefix("https://").removeprefix("http://").partition("/")[0]
    return DEFAULT_DOMAIN if host in ("", f"index.{DEFAULT_DOMAIN}") else host
