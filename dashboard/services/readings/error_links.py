"""The correlations of the queues' forecast errors, as the night's forecast measured and kept them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy.orm import Session

from connectors.storage.read import get_setting
from connectors.storage.write import put_setting
from forecasting.volume.days import Floats

SETTING = "ordinary_day.error_links"


def _nothing() -> Floats:
    return np.empty((0, 0))


@dataclass(frozen=True, eq=False)
class ErrorLinks:
    """Correlation of each queue's errors with each other's, (n_queues, n_queues)."""

    queues: tuple[str, ...] = ()
    correlation: Floats = field(default_factory=_nothing)

    def among(self, queues: Sequence[str]) -> Floats:
        """The correlations among some queues; those never measured count as independent."""
        place = {key: row for row, key in enumerate(self.queues)}
        out = np.eye(len(queues))
        known = [row for row, key in enumerate(queues) if key in place]
        rows = [place[queues[row]] for row in known]
        out[np.ix_(known, known)] = self.correlation[np.ix_(rows, rows)]
        return out


def keep(session: Session, links: ErrorLinks) -> None:
    """Store them; two decimals are more than a few months of days can tell."""
    lower = [[round(float(value), 2) for value in links.correlation[row, :row]] for row in range(len(links.queues))]
    put_setting(session, SETTING, json.dumps({"queues": links.queues, "lower": lower}))


def get_links(session: Session) -> ErrorLinks:
    """The correlations kept last; none before the first night."""
    stored = json.loads(get_setting(session, SETTING) or "null")
    if stored is None:
        return ErrorLinks()
    matrix = np.eye(len(stored["queues"]))
    for row, values in enumerate(stored["lower"]):
        matrix[row, :row] = matrix[:row, row] = values
    return ErrorLinks(tuple(stored["queues"]), matrix)
