"""How much the queues' forecast errors go together, learned from their days and kept for the board's totals."""

from __future__ import annotations

from sqlalchemy.orm import Session

from dashboard.services.ordinary import day_memory
from dashboard.services.readings import error_links
from dashboard.services.readings.error_links import ErrorLinks
from forecasting.volume.totals import error_correlations


def learn(session: Session) -> ErrorLinks:
    """Measure all queues that have a memory of their days, and keep the result."""
    found = {key: day_memory.recall(session, key) for key in sorted(day_memory.fingerprints(session))}
    known = {key: memory.past for key, memory in found.items() if memory is not None}
    links = ErrorLinks(tuple(known), error_correlations(list(known.values())))
    error_links.keep(session, links)
    return links
