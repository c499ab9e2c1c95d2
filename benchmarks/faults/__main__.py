"""Runs the seeds and prints what came of them; ends with 1 when one of them failed."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence

import benchmarks.faults
from benchmarks.faults.planted import BUGS
from benchmarks.faults.runs import first_caught, run_many
from benchmarks.faults.verdict import Verdict
from contract.errors import PresensiError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print; see --help."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=benchmarks.faults.__doc__)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1, help="of the first run; each further run takes the next one")
    parser.add_argument("--jobs", type=int, default=1, help="processes that share the runs")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--planted", action="store_true", help="put in known mistakes, and see that runs notice them")
    options = parser.parse_args(arguments)
    if options.planted:
        return _plant(range(options.seed, options.seed + options.runs))
    began = time.monotonic()
    done = 0

    def tell(verdict: Verdict) -> None:
        nonlocal done
        done += 1
        if verdict.failed:
            print(f"seed {verdict.seed}: {'; '.join(verdict.troubles)}", file=sys.stderr, flush=True)
        if done % 25 == 0 or done == options.runs:
            print(f"{done} runs in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)

    try:
        found = run_many(range(options.seed, options.seed + options.runs), jobs=options.jobs, on_verdict=tell)
    except PresensiError as error:
        print(f"presensi: {error}", file=sys.stderr)
        return 2
    found["seconds"] = round(time.monotonic() - began, 1)
    if options.json:
        print(json.dumps(found))
    else:
        print(
            f"{found['runs']} runs, {found['punches']} punches: {found['lost']} lost, {found['doubled']} doubled, "
            f"{found['days_differ']} of {found['days']} days differ; failed seeds: {found['failed_seeds'] or 'none'}"
        )
    return 1 if found["failed_seeds"] else 0


def _plant(seeds: Sequence[int]) -> int:
    """For each planted mistake: after how many runs it was noticed."""
    noticed = {bug: first_caught(bug, seeds) for bug in BUGS}
    print(json.dumps({bug: None if seed is None else seed - seeds[0] + 1 for bug, seed in noticed.items()}))
    return 1 if None in noticed.values() else 0


if __name__ == "__main__":
    sys.exit(main())
