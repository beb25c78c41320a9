"""IP addresses written out, as Go's ``net.ParseIP`` takes them: without a zone."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address


def is_address(text: str) -> bool:
    """Whether a text is an IP address, of either version."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def is_ipv4(text: str) -> bool:
    """Whether a text is an IPv4 address."""
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True
