"""The page of alerts on a real store: a rule is made, refused with what was typed kept, turned off and removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.storage.read import get_alert_rules
from tests.dashboard.pages.desk_board import StoreServices, call, client_of, desk_services

FIELDS = {
    "kind": "backlog", "subject": "", "threshold": "80", "clear": "40", "hold": "2", "quiet_from": "", "quiet_to": "",
    "ways": ["sound"], "emails": "",
}  # fmt: skip


@pytest.fixture
def services(tmp_path: Path) -> Iterator[StoreServices]:
    with desk_services(tmp_path, incident=False) as made:
        yield made


def _act(services: StoreServices, *, rule: int = 0, press: tuple[int, str] | None = None, **typed: str) -> Any:
    entries = FIELDS | typed
    shown = [name for name in entries if name not in ("kind", "ways")]
    acts = [({"type": "alert-act", "rule": press[0], "act": press[1]}, "n_clicks", 1)] if press else []
    changed = '{"act":"%s","rule":%d,"type":"alert-act"}.n_clicks' % (press[1], press[0]) if press else ""  # noqa: UP031
    return call(
        client_of(services, "manager"),
        [
            [({"type": "alert-error", "name": name}, "children") for name in shown],
            ("alert-notice", "children"),
            ("alert-rules", "children"),
        ],
        inputs=[("alert-save", "n_clicks", 0 if press else 1), acts],
        state=[
            [({"type": "alert-entry", "name": name}, "value", value) for name, value in entries.items()],
            [({"type": "alert-entry", "name": name}, "id", {"type": "alert-entry", "name": name}) for name in entries],
            ("alert-rule", "data", rule),
        ],
        changed=changed or "alert-save.n_clicks",
    )


def test_only_managers_and_administrators_get_there(services: StoreServices) -> None:
    for role, status in (("manager", 200), ("administrator", 200), ("planner", 403), ("agent", 403)):
        client = client_of(services, role)
        for path in ("/alerts", "/wall/links"):
            assert client.get(path, headers={"Accept": "text/html"}).status_code == status


def test_a_rule_is_saved_as_it_was_typed(services: StoreServices) -> None:
    answer = _act(services)
    assert answer["alert-notice"]["children"] == "Saved. The rule holds from now on."
    (rule,) = get_alert_rules(services.session)
    assert (rule.kind, rule.threshold, rule.clear, rule.hold_s, rule.sound, rule.language, rule.changed_by) == (
        "backlog", 80.0, 40.0, 120, True, "en", "manager",
    )  # fmt: skip
    assert "Waiting contacts of each queue above 80" in str(answer["alert-rules"])


def test_a_wrong_field_is_named_and_nothing_is_stored(services: StoreServices) -> None:
    answer = _act(services, threshold="many")
    assert "A number from 1." in str(answer)
    assert answer["alert-notice"]["children"] == "Not saved: please change the marked fields."
    assert get_alert_rules(services.session) == []


def test_a_rule_is_changed_in_place(services: StoreServices) -> None:
    _act(services)
    (first,) = get_alert_rules(services.session)
    _act(services, rule=first.id, threshold="90")
    assert [(row.id, row.threshold) for row in get_alert_rules(services.session)] == [(first.id, 90.0)]


@pytest.mark.parametrize(("press", "left"), [("off", ["off"]), ("removed", [])])
def test_a_rule_is_turned_off_or_removed(services: StoreServices, press: str, left: list[str]) -> None:
    _act(services)
    (rule,) = get_alert_rules(services.session)
    _act(services, press=(rule.id, press))
    assert [row.status for row in get_alert_rules(services.session)] == left
