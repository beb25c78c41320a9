"""All flags of ``docker run`` and ``docker create``, and those that the lab has to refuse."""

from __future__ import annotations

from imagelab.docker import flag_values
from imagelab.docker.command import NotSimulated, needs_api, needs_windows
from imagelab.docker.commands.limit_flags import LIMITS
from imagelab.docker.flags import Flag, Parsed, flag, many, number, switch

_COMMON = (
    *LIMITS,
    many("add-host", read=flag_values.extra_host),
    Flag("annotation", kind="map", needs=needs_api("annotation", "1.43")),
    many("attach", "a", read=flag_values.stream),
    many("blkio-weight-device", read=flag_values.weight_of_device),
    many("cap-add"),
    many("cap-drop"),
    flag("cgroup-parent"),
    flag("cgroupns"),
    flag("cidfile"),
    Flag("cpu-count", kind="int", needs=needs_windows("cpu-count")),
    Flag("cpu-percent", kind="int", needs=needs_windows("cpu-percent")),
    many("device"),
    many("device-cgroup-rule", read=flag_values.device_rule),
    many("device-read-bps", read=flag_values.rate_in_bytes),
    many("device-read-iops", read=flag_values.rate_in_operations),
    many("device-write-bps", read=flag_values.rate_in_bytes),
    many("device-write-iops", read=flag_values.rate_in_operations),
    switch("disable-content-trust", default=True),
    many("dns", read=flag_values.name_server),
    many("dns-option", aliases=("dns-opt",)),
    many("dns-search", read=flag_values.search_domain),
    flag("domainname"),
    flag("entrypoint"),
    many("env", "e", read=flag_values.variable),
    many("env-file"),
    many("expose"),
    Flag("gpus", kind="gpu-request"),
    many("group-add"),
    flag("health-cmd"),
    Flag("health-interval", kind="duration"),
    number("health-retries"),
    Flag("health-start-interval", kind="duration",
         needs=needs_api("health-start-interval", "1.44")),
    Flag("health-start-period", kind="duration"),
    Flag("health-timeout", kind="duration"),
    flag("hostname", "h"),
    switch("init"),
    switch("interactive", "i"),
    Flag("io-maxbandwidth", kind="bytes", needs=needs_windows("io-maxbandwidth")),
    Flag("io-maxiops", kind="uint", needs=needs_windows("io-maxiops")),
    flag("ip"),
    flag("ip6"),
    flag("ipc"),
    flag("isolation"),
    Flag("kernel-memory", kind="bytes"),
    many("label", "l", read=flag_values.label),
    many("label-file"),
    many("link"),
    many("link-local-ip"),
    flag("log-driver"),
    many("log-opt"),
    flag("mac-address"),
    number("memory-swappiness", default=-1),
    Flag("mount", kind="mount"),
    flag("name"),
    Flag("network", kind="network", default="", aliases=("net",)),
    many("network-alias", aliases=("net-alias",)),
    switch("no-healthcheck"),
    switch("oom-kill-disable"),
    number("oom-score-adj"),
    flag("pid"),
    flag("platform"),
    switch("privileged"),
    many("publish", "p"),
    switch("publish-all", "P"),
    flag("pull", default="missing"),
    switch("quiet", "q"),
    switch("read-only"),
    flag("restart", default="no"),
    switch("rm"),
    flag("runtime"),
    many("security-opt"),
    Flag("shm-size", kind="bytes"),
    flag("stop-signal"),
    number("stop-timeout"),
    many("storage-opt"),
    Flag("sysctl", kind="map", read=flag_values.sysctl),
    many("tmpfs"),
    switch("tty", "t"),
    Flag("ulimit", kind="ulimit"),
    switch("use-api-socket"),
    flag("user", "u"),
    flag("userns"),
    flag("uts"),
    many("volume", "v"),
    flag("volume-driver"),
    many("volumes-from"),
    flag("workdir", "w"),
)
CREATE_FLAGS = _COMMON
RUN_FLAGS = (
    *_COMMON,
    switch("detach", "d"),
    flag("detach-keys"),
    switch("sig-proxy", default=True),
)

#: What would change files, addresses or output in a way that the lab does not follow.
_REFUSED = (
    "add-host", "attach", "device", "dns", "dns-option", "dns-search", "gpus", "group-add", "ip",
    "ip6", "link", "link-local-ip", "mac-address", "mount", "pid", "read-only", "tmpfs",
    "use-api-socket", "uts", "volume-driver", "volumes-from",
)
#: The only values that change nothing.
_HARMLESS = {
    "log-driver": ("json-file", "local"),
    "platform": ("linux", "linux/amd64"),
}


def refuse_unsimulated(parsed: Parsed) -> None:
    """Refuse what would change results in a way that the lab does not follow.

    Raises:
        NotSimulated: with a line that names the flag.
    """
    for name in _REFUSED:
        if name in parsed.given and parsed[name]:
            raise NotSimulated(f"imagelab does not simulate --{name}")
    for name, values in _HARMLESS.items():
        if parsed[name] and parsed[name] not in values:
            raise NotSimulated(f"imagelab does not simulate --{name} {parsed[name]}")
