"""The staffing page without a browser: live figures, the chosen day, files, who may see it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dashboard.components.visit import Visit
from dashboard.components.words import Words
from dashboard.domain.board import StaffingView
from dashboard.domain.staffing_day import total
from dashboard.figures.staffing import staffing as figure
from dashboard.pages import staffing
from dashboard.services.staffing import staffing_plan
from tests.dashboard.board_client import log_in, server_of
from tests.dashboard.board_fakes import PEOPLE, FakeServices
from tests.dashboard.pages import staffing_samples as samples

EN = Words("en", timezone="Europe/Berlin")


def services_with(view: StaffingView) -> FakeServices:
    return FakeServices(answers={staffing_plan.view: lambda **_: view}, now=samples.NOW)


def shown(view: StaffingView, *, words: Words = EN, **parameters: str) -> str:
    return str(staffing.layout(Visit(words, PEOPLE["planner"], services_with(view), parameters)))


def test_snapshot() -> None:
    made = staffing.snapshot(samples.view(), EN)
    assert made["texts"]["now.value"] == "20–30"
    assert made["texts"]["now.note"] == "of them at work: 12–18"
    assert made["texts"]["peak.note"] == "peak at 10:00"
    assert made["texts"]["hours.value"] == "40–60"
    assert made["clocks"]["made"]["mode"] == "age"


def test_snapshot_without_a_forecast_claims_nothing() -> None:
    made = staffing.snapshot(replace(samples.view(), queues=(), made_at=None), EN)
    assert (made["texts"]["now.value"], made["texts"]["peak.value"], made["texts"]["hours.value"]) == ("–", "–", "–")
    assert made["clocks"]["made"]["epoch"] is None


def test_the_table_shows_hours_and_their_upper_end() -> None:
    text = shown(samples.view())
    assert "from 10:00: schedule 14–19, of them 10–13 at work" in text
    assert "from 11:00: schedule 20–30, of them 12–18 at work" in text


def test_assumptions_name_their_source() -> None:
    text = shown(samples.view())
    assert "measured, 4 weeks" in text
    assert "workload" in text
    assert f"{EN.percent(0.8)} in {EN.duration(20)}" in text.replace("\\u202f", "\u202f")


def test_one_queue_can_be_chosen() -> None:
    assert "Service; Karten: highest need at 10:00, 14–19 people to schedule." in shown(samples.view(), queue="service")
    assert "All together: highest need" in shown(samples.view(), queue="<none>")


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize(
    ("view", "key"),
    [
        (replace(samples.view(), queues=()), "no_queues"),
        (replace(samples.view(), queues=(replace(samples.view().queues[0], cells=()),), made_at=None), "no_forecast"),
        (replace(samples.view(), queues=(replace(samples.view().queues[0], cells=()),)), "closed"),
    ],
)
def test_empty_states_say_what_to_do(view: StaffingView, key: str, language: str) -> None:
    words = Words(language, timezone="Europe/Berlin")
    text = shown(view, words=words)
    assert words(f"staffing.{key}") in text
    assert words(f"staffing.{key}_advice") in text


@pytest.mark.parametrize("day", ["-1", "x", "99", "٣", "1e3"])
def test_any_day_in_the_address_is_borne(day: str) -> None:
    assert "staffing-body" in shown(samples.view(), day=day)


def test_figure() -> None:
    cells = total(samples.view().queues)
    made = figure(cells, EN, now=samples.NOW, interval_s=900)
    low, upper, scheduled, agents = made["data"]
    assert upper["fill"] == "tonexty"
    assert low["y"][:2] == scheduled["y"][:2] == [20, 20]
    assert upper["y"][0] == 30
    assert agents["y"][0] == 12
    assert len(made["layout"]["shapes"]) == 1
    texts = [one["text"] for one in made["layout"]["annotations"]]
    assert texts == ["at work", "to schedule", "10:00: 20–30", "now 10:40"]


def test_figure_breaks_where_it_is_closed() -> None:
    cells = total(samples.view().queues)
    made: dict[str, Any] = figure((*cells[:2], *cells[6:]), EN, now=samples.NOW, interval_s=900)
    assert made["data"][2]["y"] == [20, 20, 20, None, 20, 20, 20, None]


@pytest.mark.parametrize(("kind", "status"), [("csv", 200), ("ics", 200), ("exe", 404)])
def test_files(kind: str, status: int) -> None:
    client = log_in(server_of(services_with(samples.view())).test_client(), "planner")
    answer = client.get(f"/staffing/export.{kind}?day=0")
    assert answer.status_code == status
    if status == 200:
        assert answer.headers["Content-Disposition"] == f'attachment; filename="andrang-2026-11-24.{kind}"'
        assert "Service" in answer.text


@pytest.mark.parametrize("address", ["/staffing", "/staffing/export.csv"])
def test_agents_have_no_access(address: str) -> None:
    client = log_in(server_of(services_with(samples.view())).test_client(), "agent")
    assert client.get(address).status_code == 403
