"""Blanks: known names only, plain text only, nothing incomplete leaves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.placeholders import VALUE_MAX, Kind, TemplateError, fill, names_in

BODY = "Spätestens {{ incident.eta }} läuft es wieder. {{agent.name}}"


def test_a_complete_text() -> None:
    filled = fill(BODY, {"incident.eta": "heute um 14:30 Uhr", "agent.name": "Ada"})
    assert filled.text == "Spätestens heute um 14:30 Uhr läuft es wieder. Ada"
    assert filled.missing == ()


@pytest.mark.parametrize("nothing", [None, "", "  \n "])
def test_a_missing_value_keeps_the_text_back(nothing: str | None) -> None:
    filled = fill(BODY, {"incident.eta": "heute um 14:30 Uhr", "agent.name": nothing})
    assert filled.text is None
    assert filled.missing == ("agent.name",)
    assert [s.kind for s in filled.segments] == [Kind.TEXT, Kind.VALUE, Kind.TEXT, Kind.MISSING]


def test_names_in_reading_order() -> None:
    assert names_in(BODY + " {{ incident.eta }}") == ("incident.eta", "agent.name")


@pytest.mark.parametrize(
    "body",
    [
        "{{ incident.secret }}",
        "{{ ''.__class__ }}",
        "{{ incident.eta.__class__ }}",
        "{{ incident.eta|upper }}",
        "{{ incident.title|time }}",
        "{{ incident.eta|time|date }}",
        "{% for x in y %}",
        "{{ incident.eta }",
        "{{ {{ incident.eta }} }}",
        "{{}}",
        "}}",
        "{# note #}",
    ],
)
def test_anything_else_in_braces_is_an_error(body: str) -> None:
    with pytest.raises(TemplateError):
        names_in(body)


def test_a_value_is_never_read_as_a_template() -> None:
    filled = fill("Hallo {{ agent.customer }}", {"agent.customer": "{{ incident.cause }}", "incident.cause": "x"})
    assert filled.text == "Hallo {{ incident.cause }}"


def test_values_are_single_lines_of_bounded_length() -> None:
    filled = fill("{{ agent.name }}", {"agent.name": "a\n\tb" + "c" * 1000})
    assert filled.text is not None
    assert filled.text.startswith("a bc")
    assert len(filled.text) == VALUE_MAX


@given(st.text(alphabet="{}%# abincdet._agn'\n", max_size=60))
def test_any_body_is_filled_or_refused(body: str) -> None:
    try:
        filled = fill(body, {})
    except TemplateError:
        return
    assert "{{" not in "".join(s.text for s in filled.segments)
