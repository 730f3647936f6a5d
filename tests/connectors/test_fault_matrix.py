"""Every HTTP source × every fault: no loss, no duplicate, a plain message, and what docs/connectors-faults.md says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.connectors.fault_kinds import FAULTS, FaultKind
from tests.connectors.fault_matrix import DOCUMENT, document, read_document, try_fault
from tests.connectors.http_rigs import RIGS


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
@pytest.mark.parametrize("kind", sorted(RIGS))
def test_nothing_is_lost_or_doubled(kind: str, fault: FaultKind, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir()
    verdict = try_fault(kind, fault, folder=folder)
    written = read_document().get((kind, fault.name))
    assert written == verdict, "run: python -m tests.connectors.fault_matrix > docs/connectors-faults.md"


def test_the_page_holds_every_source_and_every_fault_and_nothing_else() -> None:
    cells = read_document()
    assert set(cells) == {(kind, fault.name) for kind in RIGS for fault in FAULTS}
    assert document(cells) == DOCUMENT.read_text(encoding="utf-8")  # type: ignore[arg-type]
