"""A roster's file: what is read of CSV, XLSX and ICS, and what is said of every row that cannot be."""

from __future__ import annotations

import io
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook

from connectors.storage.rows import QueueRow
from dashboard.domain.roster import MOST_ROWS, ON_CALL, Reading
from dashboard.services.staffing import roster_export
from dashboard.services.staffing.roster_reading import MOST_BYTES, read

BERLIN = ZoneInfo("Europe/Berlin")
QUEUES = [
    QueueRow("login", "Anmeldung", "call", skill="konto"),
    QueueRow("card", "Karten, Sperre", "call", skill="karte"),
    QueueRow("mail", "Post", "email", skill="konto"),
]
HEAD = "person;skill;start;end;breaks;duty\n"


def csv_of(*rows: str, head: str = HEAD) -> Reading:
    return read((head + "\n".join(rows)).encode(), zone=BERLIN, queues=QUEUES)


def what(reading: Reading) -> list[tuple[int, str]]:
    return [(one.row, one.what) for one in reading.problems]


def utc(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def calendar(*lines: str) -> Reading:
    text = "\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR", ""])
    return read(text.encode(), zone=BERLIN, queues=QUEUES)


def event(*lines: str) -> tuple[str, ...]:
    return ("BEGIN:VEVENT", "SUMMARY:Ann", *lines, "END:VEVENT")


def test_what_a_row_means() -> None:
    reading = csv_of(
        "Ann;konto;2026-11-24 08:00;2026-11-24 16:30;12:00-12:30, 15:00–15:15;",
        "Bo;Karten, Sperre;24.11.2026 22:00;25.11.2026 06:00;45;",
        "Cy;konto|card;2026-11-24T08:00+02:00;2026-11-24T12:00Z;;Bereitschaft",
    )
    ann, bo, cy = reading.shifts
    assert (ann.start, ann.end, ann.skills) == (utc(24, 7), utc(24, 15, 30), ("konto",))
    assert ann.breaks == ((utc(24, 11), utc(24, 11, 30)), (utc(24, 14), utc(24, 14, 15)))
    assert (bo.start, bo.end, bo.loose_break, bo.skills) == (utc(24, 21), utc(25, 5), timedelta(minutes=45), ("card",))
    assert (cy.start, cy.end, cy.skills, cy.duty) == (utc(24, 6), utc(24, 12), ("konto", "card"), ON_CALL)
    assert reading.is_whole
    assert reading.knows_breaks


def test_days_and_clock_times_in_columns_of_their_own_and_groups() -> None:
    head = "Team,Anzahl,Warteschlange,Datum,Von,Bis,Telefon\n"
    reading = csv_of("Nacht,12,login,24.11.2026,22:00,6:00,1", "Früh,3,login,2026-11-24,6.00,24:00,2", head=head)
    assert [(one.person, one.people, one.start, one.end) for one in reading.shifts] == [
        ("Nacht", 12, utc(24, 21), utc(25, 5)),
        ("Früh", 3, utc(24, 5), utc(24, 23)),
    ]
    assert [one.what for one in reading.notes] == ["columns_unused", "no_breaks"]


def test_without_a_column_of_skills_everybody_counts_for_all() -> None:
    reading = csv_of("Ann;2026-11-24 08:00;2026-11-24 09:00", head="name;start;end\n")
    assert reading.shifts[0].skills == ()
    assert [one.what for one in reading.notes] == ["no_skill", "no_breaks"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (";konto;2026-11-24 08:00;2026-11-24 09:00;;", "person_missing"),
        ("Ann;;2026-11-24 08:00;2026-11-24 09:00;;", "skill_missing"),
        ("Ann;konto|kasse;2026-11-24 08:00;2026-11-24 09:00;;", "skill_unknown"),
        ("Ann;konto;;2026-11-24 09:00;;", "time_missing"),
        ("Ann;konto;24/11/2026 08:00;2026-11-24 09:00;;", "time_unknown"),
        ("Ann;konto;2026-02-30 08:00;2026-02-30 09:00;;", "time_unknown"),
        ("Ann;konto;2026-11-24;2026-11-24 09:00;;", "time_without_clock"),
        ("Ann;konto;08:00;09:00;;", "date_missing"),
        ("Ann;konto;2026-11-24 09:00;2026-11-24 08:00;;", "ends_before"),
        ("Ann;konto;2026-11-24 09:00;09:00;;", "ends_before"),
        ("Ann;konto;2026-11-24 08:00;2026-11-25 08:01;;", "too_long"),
        ("Ann;konto;2026-11-24 08:00;2026-11-24 16:00;lunch;", "break_bad"),
        ("Ann;konto;2026-11-24 08:00;2026-11-24 16:00;17:00-17:30;", "break_outside"),
        ("Ann;konto;2026-11-24 08:00;2026-11-24 16:00;12:30-12:00;", "break_outside"),
        ("Ann;konto;2026-11-24 08:00;2026-11-24 16:00;12:00-12:30,12:15-12:45;", "break_twice"),
        ("Ann;konto;2026-11-24 08:00;2026-11-24 09:00;60;", "break_all"),
        ("Ann;konto;2026-11-24 08:00;2026-11-24 16:00;;party", "duty_unknown"),
        ("Ann;konto;2026-03-29 02:30;2026-03-29 09:00;;", "time_gap"),
        ("Ann;konto;2026-10-25 02:30;2026-10-25 09:00;;", "time_twice"),
        ("Ann;konto;2026-11-24 08:00;2026-11-24 16:00;;;x", "fields"),
        (f"{'A' * 201};konto;2026-11-24 08:00;2026-11-24 16:00;;", "person_long"),
    ],
)
def test_rows_that_cannot_be_taken(row: str, said: str) -> None:
    reading = csv_of(row, "Zoe;konto;2026-11-24 08:00;2026-11-24 09:00;;")
    assert what(reading) == [(2, said)]
    assert [one.person for one in reading.shifts] == ["Zoe"]


@pytest.mark.parametrize(("people", "said"), [("", "people_missing"), ("0", "people_bad"), ("2,5", "people_bad")])
def test_groups_need_a_number(people: str, said: str) -> None:
    row = f"Team;{people};konto;2026-11-24 08:00;2026-11-24 09:00"
    assert what(csv_of(row, head="group;people;skill;start;end\n")) == [(2, said)]


def test_nights_over_a_change_of_clocks_last_as_long_as_they_do() -> None:
    reading = csv_of(
        "Ann;konto;2026-03-28 22:00;06:00;;",
        "Ann;konto;2026-10-24 22:00;06:00;;",
        "Bo;konto;2026-10-25 02:30+02:00;2026-10-25 02:30+01:00;;",
    )
    assert [one.length for one in reading.shifts] == [timedelta(hours=h) for h in (7, 9, 1)]
    day = "2026-03-29 00:00;2026-03-30 00:00", "2026-10-25 00:00;2026-10-26 00:00"
    assert what(csv_of(*(f"Ann;konto;{one};;" for one in day))) == [(3, "too_long")]  # 23 h pass, 25 do not


def test_another_zone_than_the_boards() -> None:
    content = (HEAD + "Ann;konto;2026-11-24 08:00;2026-11-24 09:00;;").encode()
    (one,) = read(content, zone=ZoneInfo("America/New_York"), queues=QUEUES).shifts
    assert one.start == utc(24, 13)


def test_one_person_is_at_one_place_at_a_time() -> None:
    reading = csv_of(
        "Ann;konto;2026-11-24 12:00;2026-11-24 16:00;;",
        "Ann;karte;2026-11-24 08:00;2026-11-24 12:00;;",
        "Ann;karte;2026-11-24 11:00;2026-11-24 13:00;;",
        "Ann;karte;2026-11-24 00:00;2026-11-24 20:00;;Bereitschaft",
        "Bo;karte;2026-11-24 11:00;2026-11-24 13:00;;",
    )
    assert what(reading) == [(4, "overlap")]
    assert dict(reading.problems[0].values)["other"] in ("2", "3")
    assert [one.number for one in reading.shifts] == [2, 3, 5, 6]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf  \n", "empty"),
        (HEAD.encode(), "no_rows"),
        (b"Ann;konto;2026-11-24 08:00;2026-11-24 16:00\n", "no_header"),
        (HEAD.encode("utf-16-le"), "not_text"),
        (b"person;\x81\x8d\n", "not_text"),
        (b"%PDF-1.7 ...", "not_text"),
        (b"PK\x03\x04 no archive", "not_workbook"),
        (b"\xd0\xcf\x11\xe0 old", "old_workbook"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "cut_calendar"),
        ("BEGIN:VCALENDAR\r\nX:ä\r\nEND:VCALENDAR".encode("latin-1"), "not_utf8"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "no_rows"),
        (b'person;start;end\n"' + b"x" * 140_000, "broken_csv"),
        (b"x" * (MOST_BYTES + 1), "too_large"),
    ],
)
def test_files_that_cannot_be_read(content: bytes, said: str) -> None:
    reading = read(content, zone=BERLIN, queues=QUEUES)
    assert (what(reading), reading.shifts) == ([(0, said)], ())


def test_encodings() -> None:
    text = HEAD + "Zoë Müller;konto;2026-11-24 08:00;2026-11-24 09:00;15;"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        reading = read(text.encode(encoding), zone=BERLIN, queues=QUEUES)
        assert ([one.person for one in reading.shifts], reading.notes) == (["Zoë Müller"], ())
    old = read(text.encode("cp1252"), zone=BERLIN, queues=QUEUES)
    assert [one.person for one in old.shifts] == ["Zoë Müller"]
    assert [one.what for one in old.notes] == ["windows_encoding"]


def test_fifty_thousand_rows_are_read_and_one_more_is_refused_whole() -> None:
    rows = [f"P{i};konto;2026-11-24 08:00;2026-11-24 16:00;30;" for i in range(MOST_ROWS)]
    began = time.process_time()
    reading = csv_of(*rows)
    assert len(reading.shifts) == MOST_ROWS
    assert time.process_time() - began < 20
    more = csv_of(*rows, rows[0])
    assert (what(more), more.shifts) == ([(0, "too_many_rows")], ())


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_with_its_own_types_and_lines_above_the_header() -> None:
    day, naive = date(2026, 11, 24), datetime(2026, 11, 24, tzinfo=UTC).replace(tzinfo=None)
    content = workbook(
        ("Dienstplan KW 48",),
        (),
        ("Name", "Queue", "Datum", "Von", "Bis", "Pause"),
        ("Ann", "login", day, clock(22, 15), clock(6), 30.0),
        ("Bo", "login", day, naive.replace(hour=8), naive.replace(hour=16), None),
    )
    reading = read(content, zone=BERLIN, queues=QUEUES)
    assert [(one.number, one.start, one.end) for one in reading.shifts] == [
        (4, utc(24, 21, 15), utc(25, 5)),
        (5, utc(24, 7), utc(24, 15)),
    ]


def test_a_workbook_without_a_header_says_what_is_needed_and_what_is_there() -> None:
    reading = read(workbook(("Ann", "login", "24.11.2026 08:00")), zone=BERLIN, queues=QUEUES)
    assert what(reading) == [(0, "no_header")]
    assert "Ann, login" in dict(reading.problems[0].values)["got"]
    assert what(read(workbook(), zone=BERLIN, queues=QUEUES)) == [(0, "empty")]


def test_an_archive_that_unpacks_to_too_much_is_not_unpacked() -> None:
    out = io.BytesIO()
    with ZipFile(out, "w", compression=8) as archive, archive.open("xl/a.xml", "w") as part:
        for _ in range(310):
            part.write(bytes(1 << 20))
    assert what(read(out.getvalue(), zone=BERLIN, queues=QUEUES)) == [(0, "too_large")]


def test_a_calendar() -> None:
    berlin, alarm = "TZID=Europe/Berlin", ("BEGIN:VALARM", "SUMMARY:x", "END:VALARM")
    reading = calendar(
        *event(f"DTSTART;{berlin}:20261124T220000", f"DTEND;{berlin}:20261125T060000", "CATEGORIES:konto,", " karte"),
        *event("DTSTART:20261126T080000", "DURATION:PT8H", "CATEGORIES:Karten\\, Sperre", *alarm),
        *event("DTSTART;TZID=W. Europe Standard Time:20261127T080000", "DTEND:20261127T160000Z", "CATEGORIES:mail"),
        *event("STATUS:CANCELLED"),
    )
    assert [(one.person, one.start, one.end, one.skills) for one in reading.shifts] == [
        ("Ann", utc(24, 21), utc(25, 5), ("konto", "karte")),
        ("Ann", utc(26, 7), utc(26, 15), ("card",)),
        ("Ann", utc(27, 7), utc(27, 16), ("mail",)),
    ]
    assert [one.what for one in reading.notes] == ["cancelled", "no_breaks"]


def test_a_length_over_a_change_of_clocks_stays_a_length() -> None:
    (one,) = calendar(*event("DTSTART:20260328T220000", "DURATION:PT8H", "CATEGORIES:mail")).shifts
    assert one.length == timedelta(hours=8)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("DTSTART:20261124T080000", "DTEND:20261124T160000", "RRULE:FREQ=DAILY"), "repeats"),
        (("DTSTART;VALUE=DATE:20261124", "DTEND;VALUE=DATE:20261125"), "all_day"),
        (("DTSTART;TZID=Middle Earth:20261124T080000", "DTEND:20261124T160000"), "zone_unknown"),
        (("DTSTART:20261124T080000",), "time_missing"),
        (("DTSTART:yesterday", "DTEND:20261124T160000"), "time_unknown"),
        (("DTSTART:20261124T990000", "DTEND:20261124T160000"), "time_unknown"),
        (("DTSTART:20261124T080000", "DURATION:soon"), "time_unknown"),
        (("DTSTART:20260329T023000", "DTEND:20260329T060000"), "time_gap"),
    ],
)
def test_events_that_cannot_be_taken(lines: tuple[str, ...], said: str) -> None:
    assert what(calendar(*event(*lines, "CATEGORIES:konto"))) == [(1, said)]


def test_what_is_written_is_read_again_as_it_was() -> None:
    reading = csv_of(
        "=Ann;konto;2026-10-24 22:00;06:00;02:30-03:15,15;",
        "Bo;karte|login;2026-11-24 08:00;2026-11-24 16:00;;Bereitschaft",
    )
    plain = [(s.person, s.people, s.skills, s.start, s.end, s.loose_break, s.duty) for s in reading.shifts]
    zone = {"timezone": "Europe/Berlin"}
    files = (
        roster_export.roster_csv(reading.shifts, **zone, language="de").encode("utf-8-sig"),
        roster_export.roster_xlsx(reading.shifts, **zone, title="Plan"),
        roster_export.roster_ics(reading.shifts, now=utc(1, 0)).encode(),
    )
    for content in files:
        again = read(content, zone=ZoneInfo("UTC"), queues=QUEUES)
        assert again.problems == ()
        assert [(s.person, s.people, s.skills, s.start, s.end, s.loose_break, s.duty) for s in again.shifts] == plain
    assert read(files[2], zone=BERLIN, queues=QUEUES).shifts[0].breaks == reading.shifts[0].breaks
