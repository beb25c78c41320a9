"""What the values of flags may be: the client's checks of sizes, numbers, pairs, times.

Each function takes a flag's text and returns its value, or raises ``ValueError`` with the words
that the client puts behind ``invalid argument "x" for "--flag" flag:``.
"""

from __future__ import annotations

import re

from imagelab.docker.csv_fields import fields
from imagelab.engine import links
from imagelab.formats.addresses import is_address
from imagelab.formats.duration import duration
from imagelab.model.outcome import BadRequest

# Patterns are compiled when they are first needed: few command lines have such values.
_NUMBER = r"[+-]?(0[xX](_?[0-9a-fA-F])+|0[bB](_?[01])+|0[oO](_?[0-7])+|0(_?[0-7])*|[1-9](_?[0-9])*)"
#: Digits that no number of 64 bits needs.
_MOST_DIGITS = 80
_SIZE_UNITS = "bkmgtp"
_DECIMAL = r"[0-9]{0,30}(\.[0-9]{0,30})?"
_RATIONAL = r"[+-]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30}|[0-9]{1,30}/[0-9]{1,30})"
_TRUE = ("1", "t", "T", "true", "TRUE", "True")
_FALSE = ("0", "f", "F", "false", "FALSE", "False")
_ULIMITS = frozenset((
    "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc",
    "rss", "rtprio", "rttime", "sigpending", "stack",
))
_ALLOWED_SYSCTLS = frozenset((
    "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall",
    "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
))
_DOMAIN = r"\.|[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?(\.[a-zA-Z0-9-]+)*\.?"
_DEVICE_RULE = r"[acb] ([0-9]+|\*):([0-9]+|\*) [rwm]{1,3}"


def boolean(text: str) -> bool:
    """``true``, ``false`` and their short forms."""
    if text not in _TRUE + _FALSE:
        raise ValueError(f'strconv.ParseBool: parsing "{text}": invalid syntax')
    return text in _TRUE


def integer(text: str) -> int:
    """A whole number of 64 bits, as Go writes one: also ``0x10`` and ``1_000``."""
    return _go_integer(text, "ParseInt", -(1 << 63), (1 << 63) - 1)


def uint16(text: str) -> int:
    """A whole number of 16 bits without a sign."""
    return _go_integer(text, "ParseUint", 0, (1 << 16) - 1)


def _go_integer(text: str, name: str, least: int, most: int) -> int:
    signed = text[:1] in ("+", "-")
    if not re.fullmatch(_NUMBER, text) or (signed and least == 0):
        raise ValueError(f'strconv.{name}: parsing "{text}": invalid syntax')
    if len(text) > _MOST_DIGITS:
        raise ValueError(f'strconv.{name}: parsing "{text}": value out of range')
    digits = text.lstrip("+-").replace("_", "")
    octal = len(digits) > 1 and digits[0] == "0" and digits[1].isdigit()
    number = int(digits, 8 if octal else 0) * (-1 if text[0] == "-" else 1)
    if not least <= number <= most:
        raise ValueError(f'strconv.{name}: parsing "{text}": value out of range')
    return number


def size(text: str) -> int:
    """A number of bytes in binary units: ``64m``, ``1.5GiB``."""
    at = max(map(text.rfind, "0123456789. "))
    number, unit = (text[:at], text[at + 1 :]) if text[at : at + 1] == " " else (
        text[: at + 1], text[at + 1 :])
    if at < 0 or number.startswith("-"):
        raise ValueError(f"invalid size: '{text}'")
    if not re.fullmatch(_DECIMAL, number) or not number.strip("."):
        raise ValueError(f'strconv.ParseFloat: parsing "{number}": invalid syntax')
    small = unit.lower()
    factor = _SIZE_UNITS.find(small[0]) if small else 0
    ending = small[1:]
    if factor < 0 or ending not in ("", "b", "ib") or (small.startswith("b") and ending):
        raise ValueError(f"invalid suffix: '{small if len(unit) <= 3 else unit}'")
    return min(int(float(number) * 1024**factor), (1 << 63) - 1)


def swap_size(text: str) -> int:
    """A number of bytes, or -1 for no limit."""
    return -1 if text == "-1" else size(text)


def cpus(text: str) -> int:
    """A decimal number of processors, in billionths of one."""
    from fractions import Fraction

    try:
        number = Fraction(text) if re.fullmatch(_RATIONAL, text) else None
    except ZeroDivisionError:
        number = None
    if number is None:
        raise ValueError(f"failed to parse {text} as a rational number")
    parts = number * 10**9
    if parts.denominator != 1:
        raise ValueError("value is too precise")
    return int(parts)


def span(text: str) -> int:
    """A span of time in nanoseconds."""
    return duration(text)


def filter_pair(text: str) -> str:
    """``name=value`` of a filter."""
    if "=" not in text:
        raise ValueError("bad format of filter (expected name=value)")
    return text


def variable(text: str) -> str:
    """``NAME=value`` or ``NAME``."""
    if not text.partition("=")[0]:
        raise ValueError(f"invalid environment variable: {text}")
    return text


def label(text: str) -> str:
    """``key=value`` or ``key``."""
    if not text.partition("=")[0]:
        raise ValueError(f"invalid label '{text}': empty name")
    return text


def several(text: str) -> tuple[str, ...]:
    """Texts with commas between them."""
    return tuple(fields(text)) if text else ()


def link(text: str) -> str:
    """``container`` or ``container:alias``."""
    try:
        links.parsed(text)
    except BadRequest as error:
        raise ValueError(error.message) from error
    return text


def stream(text: str) -> str:
    """One of a container's three streams, in lower case."""
    if text.lower() not in ("stdin", "stdout", "stderr"):
        raise ValueError("valid streams are STDIN, STDOUT and STDERR")
    return text.lower()


def extra_host(text: str) -> str:
    """``host:ip`` or ``host=ip``, given back in the first form."""
    sign = "=" if "=" in text else ":"
    name, found, address = text.partition(sign)
    if not found or not name:
        raise ValueError(f'bad format for add-host: "{text}"')
    if len(address) > 2 and address.startswith("[") and address.endswith("]"):
        address = address[1:-1]
    if address != "host-gateway" and not is_address(address.strip()):
        raise ValueError(f'invalid IP address in add-host: "{address}"')
    return f"{name}:{address}"


def name_server(text: str) -> str:
    """An IP address."""
    if not is_address(text.strip()):
        raise ValueError(f"IP address is not correctly formatted: {text}")
    return text.strip()


def search_domain(text: str) -> str:
    """A domain, or ``.`` for none."""
    if not re.fullmatch(_DOMAIN, text.strip()):
        raise ValueError(f"{text} is not a valid domain")
    return text.strip()


def ulimit(text: str) -> dict[str, object]:
    """``type=soft[:hard]``, as the Engine API has it."""
    name, equals, limits = text.partition("=")
    if not equals:
        raise ValueError(f"invalid ulimit argument: {text}")
    if name not in _ULIMITS:
        raise ValueError(f"invalid ulimit type: {name}")
    parts = limits.split(":")
    if len(parts) > 2:
        raise ValueError(f"too many limit value arguments - {limits}, "
                         "can only have up to two, `soft[:hard]`")
    numbers = [_plain_integer(part) for part in parts]
    soft, hard = numbers[0], numbers[-1]
    if hard != -1 and (soft > hard or soft == -1):
        raise ValueError(f"ulimit soft limit must be less than or equal to hard limit: "
                         f"{soft} > {hard}")
    return {"Name": name, "Hard": hard, "Soft": soft}


def _plain_integer(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise ValueError(f'strconv.ParseInt: parsing "{text}": invalid syntax')
    return integer(re.sub(r"^([+-]?)0+(?=[0-9])", r"\1", text))


def sysctl(text: str) -> str:
    """``name=value`` of a setting that belongs to a container alone."""
    name, equals, _ = text.partition("=")
    if equals and (name in _ALLOWED_SYSCTLS or name.startswith(("net.", "fs.mqueue."))):
        return text
    raise ValueError(f"sysctl '{text}' is not allowed")


def weight_of_device(text: str) -> tuple[str, int]:
    """``path:weight``, as both."""
    path, weight = _device(text)
    if not weight.isdigit() or not (weight == "0" or 10 <= int(weight[:9]) <= 1000):
        raise ValueError(f"invalid weight for device: {text}")
    return path, int(weight)


def rate_in_bytes(text: str) -> tuple[str, int]:
    """``path:number`` with a unit, as both."""
    path, rate = _device(text)
    try:
        return path, size(rate)
    except ValueError:
        raise ValueError(f"invalid rate for device: {text}. The correct format is "
                         "<device-path>:<number>[<unit>]. Number must be a positive integer. "
                         "Unit is optional and can be kb, mb, or gb") from None


def rate_in_operations(text: str) -> tuple[str, int]:
    """``path:number``, as both."""
    path, rate = _device(text)
    if not (rate.isascii() and rate.isdigit() and len(rate) < 20):
        raise ValueError(f"invalid rate for device: {text}. The correct format is "
                         "<device-path>:<number>. Number must be a positive integer")
    return path, int(rate)


def _device(text: str) -> tuple[str, str]:
    path, colon, rest = text.partition(":")
    if not colon:
        raise ValueError(f"bad format: {text}")
    if not path.startswith("/dev/"):
        raise ValueError(f"bad format for device path: {text}")
    return path, rest


def device_rule(text: str) -> str:
    """``c 1:3 rwm``."""
    if not re.fullmatch(_DEVICE_RULE, text):
        raise ValueError(f"invalid device cgroup format '{text}'")
    return text
