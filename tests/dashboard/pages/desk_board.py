"""The board's desks on a real store: logins are the fake accounts', everything else is the product's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from dashboard.services.incidents.incident_desk import open_incident
from dashboard.services.incidents.incident_form import Desk
from dashboard.services.replies.starter_replies import install_starter_replies
from tests.dashboard.board_client import log_in, server_of
from tests.dashboard.board_fakes import FakeServices
from tests.dashboard.services.desk_store import BERLIN, MANAGER, NOW, store

OUTAGE = {"title": "Anmeldung gestört", "started_at": "10:00", "affected": "2 Mio", "next_update_at": "11:00"}


@dataclass
class StoreServices(FakeServices):
    """Use cases that no test prepared run on the store."""

    session: Session = field(default=None)  # type: ignore[assignment]
    now: datetime = NOW

    @cached_property
    def server(self) -> Flask:
        """One board for all clients of a test."""
        return server_of(self)

    def ask(self, use_case: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Answer as told, else ask the store."""
        if use_case in self.answers:
            return super().ask(use_case, *args, **kwargs)
        answer = use_case(self.session, *args, **kwargs)
        self.session.commit()
        return answer


@contextmanager
def desk_services(folder: Path, *, incident: bool = True) -> Iterator[StoreServices]:
    """A store with the starter replies in use and, unless it is a calm day, an open incident."""
    with store(folder) as session:
        install_starter_replies(session, now=NOW, approver="lou")
        if incident:
            open_incident(session, OUTAGE, by=MANAGER, desk=Desk("de", BERLIN, NOW))
        session.commit()
        yield StoreServices(session=session)


def client_of(services: StoreServices, name: str) -> FlaskClient:
    """A browserless client of that account, with English words."""
    client = log_in(services.server.test_client(), name)
    client.get("/replies")
    token = client.get_cookie("_csrf_token")
    assert token is not None
    assert (
        client.post("/preferences", data={"language": "en", "next": "/", "csrf_token": token.value}).status_code == 303
    )
    return client


Part = tuple[Any, str]  # id, property


def call(
    client: FlaskClient,
    outputs: Sequence[Part | list[Part]],
    *,
    inputs: Sequence[tuple[Any, str, Any] | list[tuple[Any, str, Any]]],
    state: Sequence[tuple[Any, str, Any] | list[tuple[Any, str, Any]]] = (),
    changed: str,
) -> Any:
    """What a callback answers, by output; a list stands for a pattern's matches."""
    token = client.get_cookie("_csrf_token")
    assert token is not None
    body = {
        "output": f"..{'...'.join(_name(part) for part in outputs)}.." if len(outputs) > 1 else _name(outputs[0]),
        "outputs": [_place(part) for part in outputs] if len(outputs) > 1 else _place(outputs[0]),
        "inputs": [_value(part) for part in inputs],
        "state": [_value(part) for part in state],
        "changedPropIds": [changed],
    }
    answer = client.post("/_dash-update-component", json=body, headers={"X-CSRFToken": token.value})
    assert answer.status_code == 200, answer.text
    return answer.get_json()["response"]


def _key(identity: Any) -> str:
    if isinstance(identity, str):
        return identity
    pairs = (f'"{name}":{_json(identity[name])}' for name in sorted(identity))
    return "{" + ",".join(pairs) + "}"


def _json(value: Any) -> str:
    return '["ALL"]' if isinstance(value, list) else f'"{value}"'


def _name(part: Part | list[Part]) -> str:
    if isinstance(part, list):
        identity = {key: ["ALL"] for key in part[0][0]} | {"type": part[0][0]["type"]}
        return f"{_key(identity)}.{part[0][1]}"
    return f"{_key(part[0])}.{part[1]}"


def _place(part: Part | list[Part]) -> Any:
    if isinstance(part, list):
        return [{"id": identity, "property": prop} for identity, prop in part]
    return {"id": part[0], "property": part[1]}


def _value(part: tuple[Any, str, Any] | list[tuple[Any, str, Any]]) -> Any:
    if isinstance(part, list):
        return [{"id": identity, "property": prop, "value": value} for identity, prop, value in part]
    return {"id": part[0], "property": part[1], "value": part[2]}
