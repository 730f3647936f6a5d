"""One queue's day: what was counted, what is normal, what is expected, and how good the forecast was lately."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dashboard.domain.board import ChannelFan
from dashboard.domain.clock import Clock
from dashboard.services.board import channel_fan, chart_marks
from dashboard.services.ordinary.accuracy import Accuracy, LeadScore, get_accuracy
from dashboard.services.readings import board_data
from dashboard.settings import Settings


@dataclass(frozen=True, slots=True)
class QueueDay:
    """A queue and its chart."""

    now: datetime
    key: str
    label: str
    fan: ChannelFan
    accuracy: Mapping[str, LeadScore] = field(default_factory=dict)  # by how long before it was said
    basis: Mapping[str, Any] = field(default_factory=dict)  # what the ordinary day's forecast rests on
    model: str = ""


def view(session: Session, key: str, *, settings: Settings, clock: Clock) -> QueueDay | None:
    """The day of one queue; None if there is no such queue."""
    data = board_data.load(session, settings=settings, clock=clock)
    found = next((queue for queue in data.queues if queue.row.key == key), None)
    if found is None:
        return None
    judged = get_accuracy(session)
    scores = judged.queues
    alone = Accuracy(channels={found.row.channel: scores[key]} if key in scores else {})
    (fan,) = channel_fan.fans(replace(data, queues=(found,)), alone)
    fan = replace(fan, marks=chart_marks.marks(session, data, queue=key))
    made = found.baseline
    return QueueDay(
        data.now,
        key,
        found.row.label,
        fan,
        judged.leads.get(key, {}),
        basis=made.basis if made else {},
        model=made.model if made else "",
    )
