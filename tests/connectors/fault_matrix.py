"""Sources × faults as a table: `python -m tests.connectors.fault_matrix > docs/connectors-faults.md` writes it."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.connectors.fault_bench import bench
from tests.connectors.fault_kinds import FAULTS, FaultKind
from tests.connectors.fault_trying import Verdict
from tests.connectors.http_rigs import RIGS

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "connectors-faults.md"
_HEAD = """# What happens when a system misbehaves

Every source that asks over HTTP is put before a server that misbehaves in each of these ways in the middle of a fetch.
Whatever the cell says, the test has found the same at the end: every record is in the store, once; the message is plain
and holds no secret; nothing but a source's own error has escaped.

| word | meaning |
|---|---|
| heals | the same pull got over it by itself |
| waits | the pull stopped with a message on the sources page; a later pull completed it by itself |
| asks | the pull stopped and says that a person has to act; the pull after that completed it |
| rejects | damaged records were refused, each with its reason and to be looked at; all others were stored |
| – | the vendor's interface leaves no room for this fault |

`make test` runs all of these and compares them with this page. To write it anew:
`python -m tests.connectors.fault_matrix > docs/connectors-faults.md`.
"""


def try_fault(kind: str, fault: FaultKind, *, folder: Path) -> Verdict:
    """The verdict on one fault; AssertionError where anything is lost, doubled or said badly."""
    with bench(kind, folder=folder) as tried:
        verdict = fault.run(tried)
        assert not tried.shows_secret()
    assert verdict in fault.right, f"{verdict}, where {' or '.join(sorted(fault.right))} is right"
    return verdict


def document(verdicts: dict[tuple[str, str], Verdict]) -> str:
    """The page."""
    kinds = sorted({kind for kind, _ in verdicts})
    lines = [f"| fault | {' | '.join(kinds)} |", "|---" * (len(kinds) + 1) + "|"]
    for fault in FAULTS:
        cells = (str(verdicts[kind, fault.name]) for kind in kinds)
        lines.append(f"| {fault.name} | {' | '.join(cells)} |")
    return "\n".join((_HEAD, *lines)) + "\n"


def read_document() -> dict[tuple[str, str], str]:
    """The cells of the page as it stands."""
    rows = [
        line.strip("| \n").split(" | ") for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if "|" in line
    ]
    table = rows[next(i for i, row in enumerate(rows) if row[0] == "fault") :]
    kinds = table[0][1:]
    return {(kind, row[0]): cell for row in table[2:] for kind, cell in zip(kinds, row[1:], strict=True)}


def main() -> None:
    """Try everything and print the page."""
    verdicts: dict[tuple[str, str], Verdict] = {}
    with tempfile.TemporaryDirectory() as name:
        for kind in sorted(RIGS):
            folder = Path(name) / kind
            folder.mkdir()
            for fault in FAULTS:
                try:
                    verdicts[kind, fault.name] = try_fault(kind, fault, folder=folder)
                except AssertionError as error:
                    sys.exit(f"{kind}, {fault.name}: {error}")
    sys.stdout.write(document(verdicts))


if __name__ == "__main__":
    main()
