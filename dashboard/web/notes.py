"""POST /notes: a manager's note on the newest open outage; it stands on the charts a moment later."""

from __future__ import annotations

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue

from dashboard.components.current import current_account, current_visit
from dashboard.components.visit import ServicesLike
from dashboard.domain.people import Right
from dashboard.services.incidents import incident_actions, incident_desk
from dashboard.services.incidents.incident_actions import ActionError
from dashboard.services.incidents.incident_desk import UnknownIncidentError

LONGEST = 200


def install(server: Flask, services: ServicesLike) -> None:
    """The route; guard and CSRF token hold as for every other, the right is asked for by the use case."""

    def note() -> ResponseReturnValue:
        visit = current_visit(services)
        current_account().require(Right.RUN_INCIDENT)
        text = request.form.get("text", "").strip()
        if not text or len(text) > LONGEST:
            return jsonify(advice=visit.words("notes.length", n=LONGEST)), 422
        running = services.ask(incident_desk.open_incidents)
        if not running:
            return jsonify(advice=visit.words("notes.no_incident")), 409
        try:
            services.ask(incident_actions.note, running[0].incident_id, text=text, by=visit.person, now=visit.now)
        except (ActionError, UnknownIncidentError):  # it was closed this moment
            return jsonify(advice=visit.words("notes.no_incident")), 409
        return "", 204

    server.add_url_rule("/notes", "notes", note, methods=["POST"])
