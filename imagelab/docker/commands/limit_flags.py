"""Flags for what containers may use, as ``run``, ``create``, ``update`` and ``build`` have them."""

from __future__ import annotations

from imagelab.docker import flag_values
from imagelab.docker.flags import Flag, flag, number

#: Those of a build's steps too.
STEP_LIMITS = (
    number("cpu-period"),
    number("cpu-quota"),
    number("cpu-shares", "c"),
    flag("cpuset-cpus"),
    flag("cpuset-mems"),
    Flag("memory", "m", kind="bytes"),
    Flag("memory-swap", kind="bytes", read=flag_values.swap_size),
)
LIMITS = (
    *STEP_LIMITS,
    Flag("blkio-weight", kind="uint16"),
    number("cpu-rt-period"),
    number("cpu-rt-runtime"),
    Flag("cpus", kind="decimal"),
    Flag("memory-reservation", kind="bytes"),
    number("pids-limit"),
)
#: The keys of ``HostConfig`` that they set; ``kernel-memory``, an old one, is not shown everywhere.
KEYS = {
    "blkio-weight": "BlkioWeight", "cpu-period": "CpuPeriod", "cpu-quota": "CpuQuota",
    "cpu-rt-period": "CpuRealtimePeriod", "cpu-rt-runtime": "CpuRealtimeRuntime",
    "cpu-shares": "CpuShares", "cpus": "NanoCpus", "cpuset-cpus": "CpusetCpus",
    "cpuset-mems": "CpusetMems", "kernel-memory": "KernelMemory", "memory": "Memory",
    "memory-reservation": "MemoryReservation", "memory-swap": "MemorySwap",
    "pids-limit": "PidsLimit",
}
