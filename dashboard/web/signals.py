"""POST /signals/decide: a manager's answer to what signals propose; the board shows the outcome a moment later."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, abort, jsonify, request
from flask.typing import ResponseReturnValue

from dashboard.components.current import current_account, current_visit
from dashboard.components.proposals import DECIDE
from dashboard.components.visit import ServicesLike, Visit
from dashboard.services.incidents import incident_proposals
from dashboard.services.incidents.incident_desk import UnknownIncidentError
from dashboard.services.incidents.incident_form import Desk
from dashboard.services.incidents.incident_proposals import StaleProposalError

MOST_DIGITS = 9


def install(server: Flask, services: ServicesLike) -> None:
    """The route; guard and CSRF token hold as for every other, the right is asked for by the use case."""

    def decide() -> ResponseReturnValue:
        act = ACTS.get(request.form.get("act", ""))
        if act is None:
            abort(400)
        try:
            act(current_visit(services))
        except (StaleProposalError, UnknownIncidentError) as error:
            return jsonify(error=str(error)), 409
        return "", 204

    server.add_url_rule(DECIDE, "signals_decide", decide, methods=["POST"])


def _join(visit: Visit) -> None:
    ids, incident_id = _numbers("signals"), _number("incident")
    visit.services.ask(incident_proposals.join, ids, incident_id=incident_id, by=current_account(), now=visit.now)


def _dismiss(visit: Visit) -> None:
    visit.services.ask(incident_proposals.dismiss, _numbers("signals"), by=current_account(), now=visit.now)


def _watch(visit: Visit) -> None:
    desk = Desk(visit.words.language, visit.services.settings.zone, visit.now)
    visit.services.ask(incident_proposals.watch, _number("incident"), by=current_account(), desk=desk)


ACTS: dict[str, Callable[[Visit], None]] = {"join": _join, "dismiss": _dismiss, "watch": _watch}


def _number(name: str) -> int:
    said = request.form.get(name, "")
    if not (said.isascii() and said.isdecimal() and len(said) <= MOST_DIGITS):
        abort(400)
    return int(said)


def _numbers(name: str) -> list[int]:
    parts = request.form.get(name, "").split(",")
    if not all(part.isascii() and part.isdecimal() and len(part) <= MOST_DIGITS for part in parts):
        abort(400)
    return [int(part) for part in parts]
