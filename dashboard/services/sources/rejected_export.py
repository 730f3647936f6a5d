"""The rejected records as a file, for whoever mends the source."""

from __future__ import annotations

import csv
import io

from sqlalchemy.orm import Session

from connectors.storage.read import get_rejected
from dashboard.services.staffing.staffing_export import plain_cell

LIMIT = 10_000


def rejected_csv(session: Session, *, source: str | None = None) -> str:
    """Source, time, place, reason and the record itself, newest first; at most LIMIT lines."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("source", "seen_at", "location", "reason", "raw"))
    for row in get_rejected(session, source=source, limit=LIMIT):
        cells = (row.source, row.seen_at.isoformat(timespec="seconds"), row.location, row.reason, row.raw)
        writer.writerow(plain_cell(cell) for cell in cells)
    return text.getvalue()
