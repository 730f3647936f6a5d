"""Every kind stands in the documents, with the evidence that the product itself shows."""

from __future__ import annotations

import re

import pytest

from connectors.registry import KINDS
from tests.conftest import REPO_ROOT

ROWS = [
    line for line in (REPO_ROOT / "docs" / "connectors.md").read_text(encoding="utf-8").splitlines() if line[:1] == "|"
]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_table_of_kinds_names_it_with_its_evidence(kind: str) -> None:
    rows = [row for row in ROWS if re.search(rf"`{kind}`", row.split("|")[1])]
    assert len(rows) == 1
    assert rows[0].split("|")[4].split()[0] == KINDS[kind].EVIDENCE.value  # type: ignore[attr-defined]


def test_the_table_names_nothing_else() -> None:
    named = {kind for row in ROWS for kind in re.findall(r"`([a-z_]+)`", row.split("|")[1])}
    kinds = {kind for row in ROWS if len(row.split("|")) == 6 for kind in re.findall(r"`([a-z_]+)`", row.split("|")[1])}
    assert kinds <= set(KINDS)
    assert set(KINDS) <= named
