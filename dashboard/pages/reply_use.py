"""The part of the approval page that says which replies are used, which are missing, and who calls again."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboard.components import reply_use as drawn
from dashboard.components.visit import Visit
from dashboard.domain.people import Right
from dashboard.services.replies import reply_use, reply_use_memory


def parts(visit: Visit) -> list[Component]:
    """For those who approve replies; nothing for others."""
    if not visit.person.may(Right.APPROVE_REPLY):
        return []
    ask, now = visit.services.ask, visit.now
    found = ask(reply_use.uses, now=now)
    return [
        drawn.section(
            found,
            ask(reply_use.named, list(found)),
            missing=ask(reply_use.texts_to_write),
            repeats=ask(reply_use_memory.recent_repeats, now=now),
            words=visit.words,
        )
    ]
