"""Run every part: `python -m bench`, or only some: `python -m bench turns burst`."""

from __future__ import annotations

import sys

from bench import booking, burst, cases, finding, raw, starting, turns

PARTS = {"turns": turns, "raw": raw, "finding": finding, "burst": burst, "starting": starting, "cases": cases,
         "booking": booking}  # fmt: skip


def main() -> None:
    """Run the parts that are named, or all."""
    for name in sys.argv[1:] or PARTS:
        if name not in PARTS:
            raise SystemExit(f"no part {name!r}; there are: {', '.join(PARTS)}")
        PARTS[name].main()


if __name__ == "__main__":
    main()
