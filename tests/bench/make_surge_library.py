"""Make the shipped surge library again: the curves from the public series, and its cross-validated scores.

python -m tests.bench.make_surge_library --series SERIES.csv.gz --onsets ONSETS.csv
"""

from __future__ import annotations

import argparse
import gzip
from functools import partial
from pathlib import Path

import pandas as pd

from forecasting.evaluation.surge_backtest import INTERVAL_MIN, cross_validate, scores
from forecasting.surge.library import make_model, surges_of
from forecasting.surge.library.shipped import CURVES, SCORES, shipped_surges
from forecasting.surge.library.surges import Surge

FOLDER = Path(__file__).resolve().parents[2] / "forecasting" / "surge" / "library"
BEFORE, AFTER = 40, 72
AGES = (1, 2, 4, 8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=Path, required=True)
    parser.add_argument("--onsets", type=Path, required=True)
    arguments = parser.parse_args()
    surges = surges_of(pd.read_csv(arguments.series, dtype=str), pd.read_csv(arguments.onsets, dtype=str)).surges
    days = {day: position for position, day in enumerate(sorted({surge.day for surge in surges}))}
    table = pd.concat([_curve(surge, number, days[surge.day]) for number, surge in enumerate(surges)])
    content = table.to_csv(index=False, lineterminator="\n").encode()
    (FOLDER / CURVES).write_bytes(gzip.compress(content, mtime=0))
    (FOLDER / SCORES).write_text(score_table(shipped_surges()).to_csv(index=False, float_format="%.4f"))


def _curve(surge: Surge, number: int, day: int) -> pd.DataFrame:
    first = max(surge.start - BEFORE, 0)
    counts = surge.counts[first : surge.start + AFTER]
    return pd.DataFrame(
        {
            "surge": number,
            "day": day,
            "fold": surge.fold,
            "onset_hour": round(surge.onset_hour, 4),
            "step": range(first - surge.start, first - surge.start + len(counts)),
            "count": counts.astype(int),
        }
    )


def score_table(surges: tuple[Surge, ...]) -> pd.DataFrame:
    """Cross-validated score of the ensemble and of scaling by target and elapsed time."""
    means = {}
    for name in ("ensemble", "scaling"):
        judged = scores(cross_validate(surges, ages=AGES, make=partial(make_model, name)))
        means[name] = judged.groupby(["target", "n_elapsed"], sort=False).agg(
            crps=("crps", "mean"), coverage_80=("covered", "mean"), n=("crps", "size")
        )
    table = means["ensemble"].assign(crps_scaling=means["scaling"]["crps"]).reset_index()
    table.insert(1, "elapsed_min", INTERVAL_MIN * table.pop("n_elapsed"))
    return table[["target", "elapsed_min", "crps", "crps_scaling", "coverage_80", "n"]]


if __name__ == "__main__":
    main()
