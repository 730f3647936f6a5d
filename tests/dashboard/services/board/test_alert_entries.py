"""A rule as it was typed: read in both languages' numbers, or refused with every wrong field named."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.domain.alerts import KINDS
from dashboard.services.board.alert_entries import EntriesError, read

SUBJECTS = {"queue": {"hotline": "Hotline Süd", "mail": "E-Mail"}, "source": {"pbx": "pbx"}}
GOOD = {
    "kind": "service_level", "subject": "", "threshold": "60", "clear": "70", "hold": "5",
    "quiet_from": "", "quiet_to": "", "emails": "", "ways": [], "webhooks": [], "language": "de",
}  # fmt: skip


def _read(**changed: Any) -> Any:
    return read({**GOOD, **changed}, subjects=SUBJECTS, webhooks=["pager"], may_mail=True)


def test_a_whole_rule_is_read() -> None:
    rule = _read(
        subject="hotline süd",
        threshold="62,5 %",
        clear="70.5",
        hold="2,5",
        quiet_from="22",
        quiet_to="7:00",
        emails="a@example.com, b@example.com; a@example.com",
        ways=["sound"],
        webhooks=["pager", "unknown"],
    )
    assert (rule.kind, rule.subject, rule.threshold, rule.clear, rule.hold_s) == (
        "service_level", "hotline", 0.625, 0.705, 150,
    )  # fmt: skip
    assert (rule.quiet_from, rule.quiet_to, rule.sound) == ("22:00", "07:00", True)
    assert (rule.emails, rule.webhooks) == (("a@example.com", "b@example.com"), ("pager",))


@pytest.mark.parametrize(
    ("changed", "problems"),
    [
        ({"kind": "weather"}, {"kind": "kind"}),
        ({"threshold": ""}, {"threshold": "value_percent"}),
        ({"threshold": "viel"}, {"threshold": "value_percent"}),
        ({"threshold": "-5"}, {"threshold": "value_percent"}),
        ({"threshold": "101"}, {"threshold": "value_percent"}),
        ({"threshold": "nan"}, {"threshold": "value_percent"}),
        ({"threshold": "²"}, {"threshold": "value_percent"}),
        ({"clear": "50"}, {"clear": "clear_below"}),
        ({"kind": "wait", "threshold": "5", "clear": "6"}, {"clear": "clear_above"}),
        ({"hold": "241"}, {"hold": "hold"}),
        ({"hold": ""}, {"hold": "hold"}),
        ({"subject": "Hotline Nord"}, {"subject": "queue"}),
        ({"kind": "source_silent", "subject": "acd", "threshold": "5", "clear": "1"}, {"subject": "source"}),
        ({"quiet_from": "22:00"}, {"quiet_to": "quiet_both"}),
        ({"quiet_from": "25:00", "quiet_to": "7:00"}, {"quiet_from": "clock", "quiet_to": "quiet_both"}),
        ({"emails": "kein-at"}, {"emails": "address"}),
        ({"emails": "a@b.de\nBcc: c@d.de"}, {"emails": "address"}),
        ({"emails": " ".join(f"{n}@example.com" for n in range(11))}, {"emails": "many"}),
        (
            {"threshold": "x", "hold": "x", "emails": "x"},
            {"threshold": "value_percent", "hold": "hold", "emails": "address"},
        ),
    ],
)  # fmt: skip
def test_every_wrong_field_is_named(changed: dict[str, Any], problems: dict[str, str]) -> None:
    with pytest.raises(EntriesError) as refused:
        _read(**changed)
    assert refused.value.problems == problems


def test_without_a_mail_server_no_address_is_taken() -> None:
    with pytest.raises(EntriesError) as refused:
        read({**GOOD, "emails": "a@example.com"}, subjects=SUBJECTS, webhooks=[], may_mail=False)
    assert refused.value.problems == {"emails": "no_mail"}


@pytest.mark.parametrize("kind", KINDS)
def test_the_usual_values_of_every_kind_can_be_saved(kind: str) -> None:
    shown = KINDS[kind]
    limits = {"threshold": f"{shown.threshold / shown.per:g}", "clear": f"{shown.clear / shown.per:g}"}
    rule = _read(kind=kind, **limits, hold=f"{shown.hold_s / 60:g}")
    assert (rule.threshold, rule.clear, rule.hold_s) == (shown.threshold, shown.clear, shown.hold_s)
