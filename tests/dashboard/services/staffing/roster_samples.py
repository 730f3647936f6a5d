"""Rosters of the seeded centre: Tuesday 3 March 2026, opened from 8 to 20."""

from __future__ import annotations

from connectors.storage.read import get_roster
from dashboard.services.staffing import roster
from tests.dashboard.board_fakes import PEOPLE
from tests.dashboard.seeded_centre import Centre

PLANNER = PEOPLE["planner"]
HEAD = "person,people,skill,start,end,breaks,duty\n"


def rows(*lines: str) -> bytes:
    """A file of shifts."""
    return (HEAD + "\n".join(lines)).encode()


def day(person: str, skill: str, start: str, end: str, *, people: int = 1, breaks: str = "", duty: str = "") -> str:
    """A shift of that Tuesday."""
    return f"{person},{people},{skill},2026-03-03 {start},2026-03-03 {end},{breaks},{duty}"


def upload(centre: Centre, content: bytes, *, file: str = "a.csv") -> int:
    """Keep a file as the planner's draft."""
    with centre.sessions.begin() as session:
        return roster.draft(
            session, content, file=file, zone="", settings=centre.settings, by=PLANNER, now=centre.clock()
        )


def take(centre: Centre, *lines: str, file: str = "a.csv") -> int:
    """Put a roster in force."""
    draft = upload(centre, rows(*lines), file=file)
    with centre.sessions.begin() as session:
        roster.confirm(session, draft, by=PLANNER, now=centre.clock())
        assert (found := get_roster(session)) is not None
        assert found.id == draft
    return draft
