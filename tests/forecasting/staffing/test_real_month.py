"""Erlang A on a real month: the document says what the script prints, and the pattern holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.bench.erlang_a_check import Check, check, report
from tests.conftest import REPO_ROOT

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def month(shared: Path) -> Check:
    return check(shared / "data" / "anonymous_bank_feb1999_call_by_call.csv.gz")


def test_the_document_quotes_the_script(month: Check) -> None:
    document = (REPO_ROOT / "docs" / "erlang-a-check.md").read_text()
    quoted = document.split("begin -->\n")[1].split("\n<!-- printed")[0]
    assert quoted == report(month)


def test_bad_hours_are_found(month: Check) -> None:
    for predicted in month.predictions.values():
        for name in ("abandonment", "mean_wait_s"):
            assert np.corrcoef(month.hours[name], predicted[name])[0, 1] > 0.6


def test_the_two_estimates_bracket_the_month(month: Check) -> None:
    calls = month.hours["offered"]
    observed = np.average(month.hours["abandonment"], weights=calls)
    few = month.predictions["busy while somebody waits"]["abandonment"]
    many = month.predictions["on shift, pauses up to 10 min"]["abandonment"]
    assert np.average(many, weights=calls) < observed < np.average(few, weights=calls)


def test_the_figure_is_small(month: Check) -> None:
    figure = REPO_ROOT / "docs" / "erlang-a-check.svg"
    assert figure.stat().st_size < 200_000
    assert len(month.hours) > 300
