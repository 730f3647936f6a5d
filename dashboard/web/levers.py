"""POST /levers/act: a manager pulls a lever, takes it back or ends it; the board shows the outcome a moment later."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, abort, jsonify, request
from flask.typing import ResponseReturnValue

from dashboard.components.current import current_account, current_visit
from dashboard.components.levers import ACT
from dashboard.components.visit import ServicesLike, Visit
from dashboard.services.incidents import incident_actions
from dashboard.services.incidents.incident_actions import ActionError, StaleActionError
from dashboard.services.incidents.incident_desk import UnknownIncidentError

MOST_DIGITS = 9
MOST_KEY = 200


def install(server: Flask, services: ServicesLike) -> None:
    """The route; guard and CSRF token hold as for every other, the right is asked for by the use case."""

    def act() -> ResponseReturnValue:
        wanted = ACTS.get(request.form.get("act", ""))
        if wanted is None:
            abort(400)
        try:
            wanted(current_visit(services))
        except (ActionError, StaleActionError, UnknownIncidentError) as error:
            return jsonify(error=str(error)), 409
        return "", 204

    server.add_url_rule(ACT, "levers_act", act, methods=["POST"])


def _do(visit: Visit) -> None:
    lever = request.form.get("lever", "")
    if not 0 < len(lever) <= MOST_KEY:
        abort(400)
    visit.services.ask(
        incident_actions.pull,
        _number("incident"),
        lever=lever,
        by=current_account(),
        settings=visit.services.settings,
        now=visit.now,
    )


def _undo(visit: Visit) -> None:
    visit.services.ask(incident_actions.undo, _number("action"), by=current_account(), now=visit.now)


def _end(visit: Visit) -> None:
    visit.services.ask(incident_actions.end, _number("action"), by=current_account(), now=visit.now)


ACTS: dict[str, Callable[[Visit], None]] = {"do": _do, "undo": _undo, "end": _end}


def _number(name: str) -> int:
    said = request.form.get(name, "")
    if not (said.isascii() and said.isdecimal() and len(said) <= MOST_DIGITS):
        abort(400)
    return int(said)
