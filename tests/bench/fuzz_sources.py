"""Ten thousand damaged fetches a source: `python -m tests.bench.fuzz_sources [--cases N] [KIND …]`.

Prints for each source how many fetches passed, how many records were taken or rejected and how many SourceErrors were
raised. The first other exception ends it with its seed, so that it can be repeated.
"""

from __future__ import annotations

import argparse
import sys
import time
from random import Random

from tests.connectors.http.fuzzing import Tally, run_case
from tests.connectors.http_rigs import RIGS


def main() -> None:
    """Fuzz the kinds named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0, help="the first case's seed; the others count on from it")
    asked = parser.parse_args()
    print("source | cases | fetches passed | source errors | records | rejected | s")
    for kind in asked.kinds or sorted(RIGS):
        began, tally = time.perf_counter(), Tally()
        for case in range(asked.seed, asked.seed + asked.cases):
            try:
                run_case(kind, Random(case), tally)
            except Exception:
                print(f"{kind}: seed {case} lets something else than a SourceError out", file=sys.stderr)
                raise
        ends = (tally.ends[word] for word in ("fetches passed", "source errors", "records", "rejected"))
        print(kind, tally.cases, *ends, f"{time.perf_counter() - began:.0f}", sep=" | ", flush=True)


if __name__ == "__main__":
    main()
