"""Fuzzing: ``python -m tests.fuzz [TARGET …] [--runs N]``.

Without a name all targets run, one after the other, each in a process of its own. Inputs that led
further are kept in ``.fuzz``, where the next run goes on from; so is an input that found a fault.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.fuzz.fuzzing import fuzz, prepared
from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS

#: Executions of the quickest targets, where nothing else is asked for.
_RUNS = 100_000


def main() -> int:
    """Fuzz what is asked for; return 1 if something was found, as the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", choices=[[], *TARGETS],
                        help=f"{', '.join(TARGETS)}")
    parser.add_argument("--runs", type=int, default=_RUNS, metavar="N",
                        help="executions of a quick target; slow ones get fewer "
                             f"(default: {_RUNS:,})")
    parser.add_argument("--seed", type=int, default=0, metavar="N",
                        help="where chance begins; 0 for another place each time")
    parser.add_argument("--kept", type=Path, default=Path(".fuzz"), metavar="FOLDER",
                        help="where inputs are kept (default: .fuzz)")
    asked = parser.parse_args()
    chosen: list[Target] = [TARGETS[name] for name in asked.targets] or list(TARGETS.values())
    total, found, kept = 0, [], asked.kept.absolute()
    with prepared(chosen) as functions:
        for target in chosen:
            done = fuzz(target, functions[target.name], asked.runs // target.cost, kept, asked.seed)
            total += done.executions
            print(f"{target.name:<13} {done.executions:>10,} executions  "
                  f"coverage {done.coverage:>6,}  {done.seconds:>7.1f} s", flush=True)
            if done.fault:
                found.append(target.name)
                print(done.fault, file=sys.stderr, flush=True)
    print(f"{total:,} executions in all; " + (f"faults: {', '.join(found)}" if found
                                              else "no fault was found"))
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
