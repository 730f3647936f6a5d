"""The roster's view without a browser: what it says, what its buttons do, what it takes and hands out."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from dashboard.components import roster_words, staffing_gap, staffing_heat
from dashboard.components.catalogue import catalogue
from dashboard.components.visit import Visit
from dashboard.components.words import Words
from dashboard.domain.roster import Problem, Shift, Summary
from dashboard.domain.working_time import KINDS, Breach
from dashboard.figures.staffing import staffing as staffing_figure
from dashboard.pages import staffing, staffing_roster
from dashboard.services.staffing import roster
from dashboard.services.staffing.roster import RosterError
from tests.dashboard.board_client import log_in, server_of, token_of
from tests.dashboard.board_fakes import PEOPLE, FakeServices
from tests.dashboard.pages.staffing_samples import view

NOW = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)
H = timedelta(hours=1)
SHIFT = Shift(2, "Ann", 1, ("login",), NOW, NOW + 8 * H)
PROBLEMS = (Problem.of(4, "skill_unknown", got="<b>", known="login"), Problem.of(9, "person_missing"))
BREACHES = tuple(Breach(kind, "Ann", NOW, 12 * H, 10 * H, 2) for kind in KINDS)


def summary(**more: Any) -> Summary:
    known = {"id": 7, "file": "a.csv", "zone": "Europe/Berlin", "at": NOW, "by": "planner", "shifts": 3, "people": 2}
    known |= {"first": NOW, "last": NOW + 8 * H, "last_start": NOW, "hours": 21.5}
    return Summary(**(known | more))


class Desk:
    """Fake use cases around one roster and one draft."""

    def __init__(self, *, draft: Summary | None = None, current: tuple[Summary, ...] = ()) -> None:
        self.done: list[tuple[str, Any]] = []
        self.services = FakeServices(
            answers={
                roster.own_draft: lambda **_: draft,
                roster.history: lambda: current,
                roster.in_force: lambda: current[0] if current else None,
                roster.breaches: lambda *_, **__: BREACHES,
                roster.shifts: lambda _: (SHIFT,),
                roster.confirm: self._note("confirm"),
                roster.discard: self._note("discard"),
                roster.undo: self._note("undo"),
                roster.draft: self._draft,
            },
            now=NOW,
        )

    def _note(self, name: str) -> Any:
        def note(roster_id: int, **more: Any) -> None:
            self.done.append((name, roster_id))

        return note

    def _draft(self, content: bytes, *, zone: str, **more: Any) -> None:
        if zone == "Mars":
            raise RosterError("zone_unknown", got=zone)
        self.done.append(("draft", (len(content), more["file"], zone)))

    def visit(self, language: str = "en") -> Visit:
        words = Words(language, timezone="Europe/Berlin")
        return Visit(words, PEOPLE["planner"], self.services, {"view": "roster"})


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_draft_says_what_is_wrong_and_what_can_be_done(language: str) -> None:
    words = Words(language, timezone="Europe/Berlin")
    draft = summary(problems=PROBLEMS, more_problems=3, notes=(Problem.of(0, "no_breaks"),))
    text = str(staffing.layout(Desk(draft=draft, current=(summary(file="old.csv"),)).visit(language)))
    assert words("roster.bad.person_missing") in text
    assert words("roster.more_problems", n=3) in text
    assert words("roster.note.no_breaks") in text
    assert words("roster.take_some", n=3) in text
    assert words("roster.take") + "'" not in text
    assert words("roster.undo_none") in text
    plain = text.replace("\\u202f", "\u202f")
    assert all(roster_words.breach(one, words) in plain for one in BREACHES)


def test_states() -> None:
    words = Words("en")
    assert words("roster.none") in str(staffing.layout(Desk().visit()))
    whole = str(staffing.layout(Desk(draft=summary()).visit()))
    assert f"'{words('roster.take')}'" in whole.replace('"', "'")
    unreadable = summary(shifts=0, people=0, first=None, last=None, problems=(Problem.of(0, "not_text"),))
    said = str(staffing.layout(Desk(draft=unreadable).visit()))
    assert words("roster.bad.not_text") in said
    assert "roster-take'" not in said
    two = Desk(current=(summary(), summary(file="old.csv")))
    assert words("roster.undo_means", file="old.csv") in str(staffing.layout(two.visit()))


def test_every_problem_note_and_error_has_its_words_in_both_languages() -> None:
    values = {"got": "x", "known": "y", "field": "start", "zone": "UTC", "most": 9, "n": 2, "names": "a", "row": 3}
    values |= {"start": "a", "end": "b", "hours": 1, "group": "g", "person": "p", "other": 4, "minutes": 5}
    values |= {"header": 3, "reason": "r", "line": 8}
    for language in ("de", "en"):
        words = Words(language)
        for key in catalogue(language):
            if key.startswith(("roster.bad.", "roster.note.", "roster.error.")):
                assert words(key, **values)


def test_buttons_do_what_they_say() -> None:
    desk = Desk(draft=summary(), current=(summary(),))
    for kind, done in (("take", "confirm"), ("take-some", "confirm"), ("discard", "discard"), ("undo", "undo")):
        said = staffing_roster._act(desk.visit(), {"type": f"roster-{kind}", "roster": 7})
        assert desk.done[-1] == (done, 7)
        assert said

    def gone(*_: Any, **__: Any) -> None:
        raise RosterError("draft_gone")

    desk.services.answers[roster.confirm] = gone
    said = staffing_roster._act(desk.visit(), {"type": "roster-take", "roster": 7})
    assert said == Words("en")("roster.error.draft_gone")


def _send(client: Any, content: bytes, **more: str) -> Any:
    form: dict[str, Any] = {"csrf_token": token_of(client, "/staffing?view=roster"), **more}
    form["file"] = FileStorage(io.BytesIO(content), "a.csv")
    # Written out here: the client would put a large form into a file on disk and leave it open.
    boundary, body = encode_multipart(form)
    return client.post("/staffing/roster", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def test_a_file_is_taken_in_even_a_large_one_and_refused_in_words() -> None:
    desk = Desk()
    client = log_in(server_of(desk.services).test_client(), "planner")
    assert _send(client, b"x" * 5_000_000, zone=" Europe/Berlin ").status_code == 204
    assert desk.done == [("draft", (5_000_000, "a.csv", "Europe/Berlin"))]
    refused = _send(client, b"x", zone="Mars")
    assert (refused.status_code, "Mars" in refused.json["error"]) == (409, True)
    assert _send(client, b"x" * (staffing_roster.MOST_FORM + 1)).status_code == 413
    empty = client.post("/staffing/roster", data={"csrf_token": token_of(client, "/staffing?view=roster")})
    assert empty.status_code == 400
    assert client.post("/staffing/roster", data={}).status_code == 400
    assert len(desk.done) == 1


@pytest.mark.parametrize(("kind", "status"), [("csv", 200), ("xlsx", 200), ("ics", 200), ("exe", 404)])
def test_files(kind: str, status: int) -> None:
    client = log_in(server_of(Desk(current=(summary(),)).services).test_client(), "planner")
    answer = client.get(f"/staffing/roster.{kind}")
    assert answer.status_code == status
    if status == 200:
        assert answer.headers["Content-Disposition"] == f'attachment; filename="andrang-roster-2026-11-24-0940.{kind}"'


def test_no_roster_has_no_file_and_agents_have_no_access() -> None:
    assert log_in(server_of(Desk().services).test_client(), "planner").get("/staffing/roster.csv").status_code == 404
    client = log_in(server_of(Desk(current=(summary(),)).services).test_client(), "agent")
    assert client.get("/staffing/roster.csv").status_code == 403
    assert client.get("/staffing?view=roster").status_code == 403


def test_the_need_tells_the_gap() -> None:
    from dataclasses import replace

    words = Words("en", timezone="Europe/Berlin")
    shown = view()
    cells = shown.queues[0].cells
    none = staffing_gap.gap(cells, words, interval_s=900, known=False)
    assert words("roster.gap_none") in str(none)
    assert words("roster.gap_not_here") in str(staffing_gap.gap(cells, words, interval_s=900, known=True))
    some = tuple(replace(one, rostered=10.0, short_p50=4.0, short_p90=9.0) for one in cells)
    assert words("roster.gap", n="4–9", hours="8–18") in str(staffing_gap.gap(some, words, interval_s=900, known=True))
    full = tuple(replace(one, rostered=99.0, short_p50=0.0, short_p90=0.0) for one in cells)
    assert words("roster.gap_closed") in str(staffing_gap.gap(full, words, interval_s=900, known=True))
    rostered = replace(shown, queues=(replace(shown.queues[0], cells=some),))
    table = str(staffing_heat.heat(rostered, words, day=0, chosen=None))
    assert words("roster.missing_at", n=4) in table
    names = [one["name"] for one in staffing_figure(some, words, now=shown.now, interval_s=900)["data"]]
    assert words("roster.scheduled") in names
    assert words("roster.scheduled") not in [
        one["name"] for one in staffing_figure(cells, words, now=shown.now, interval_s=900)["data"]
    ]
