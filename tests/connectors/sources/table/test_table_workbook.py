"""Excel workbooks as people make them: titles above the header, real dates, several sheets, and broken ones."""

from __future__ import annotations

import tracemalloc
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from connectors.errors import SourceError
from connectors.records import Channel, ContactEvent, IntervalVolume, Outcome, RejectedRecord
from connectors.registry import build
from connectors.source import Batch
from dashboard.cli import run
from tests.connectors.source_rigs import NOW, config_of, drain, hash_of, stored

HEAD = ("id", "queue", "arrived_at", "answered_at", "ended_at")
EIGHT = datetime(2026, 11, 23, 8)  # noqa: DTZ001 (a workbook's times know no zone)


def book(path: Path, rows: Sequence[Sequence[Any]], *, title: str = "Anrufe", **more: Sequence[Sequence[Any]]) -> Path:
    """A workbook with one sheet of rows, and more of them by name."""
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = title
    for name, lines in {title: rows, **more}.items():
        target = sheet if name == title else made.create_sheet(name)
        for line in lines:
            target.append(list(line))
    made.save(path)
    return path


def call(number: int, *, talked: int = 90) -> tuple[Any, ...]:
    at = EIGHT + timedelta(seconds=2 * number)
    answered = at + timedelta(seconds=20)
    return (1000 + number, ("support", "billing")[number % 2], at, answered, answered + timedelta(seconds=talked))


def read(path: Path, *, watermark: str | None = None, timezone: str = "UTC", **options: Any) -> list[Batch]:
    source = build(config_of("table", {"path": str(path), **options}, timezone=timezone), caller_hash=hash_of)
    return drain(source, watermark)


def events(batches: list[Batch]) -> list[ContactEvent]:
    return [event for batch in batches for event in batch.events]


def volumes(batches: list[Batch]) -> list[IntervalVolume]:
    return [volume for batch in batches for volume in batch.volumes]


def rejects(batches: list[Batch]) -> list[RejectedRecord]:
    return [record for batch in batches for record in batch.rejected]


def refusal(path: Path, **options: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(path, **options)
    assert caught.value.permanent
    return caught.value


def test_a_report_with_titles_german_headings_and_excels_own_times(tmp_path: Path) -> None:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet["A1"] = "Anrufstatistik Hotline"
    sheet.merge_cells("A1:F1")
    sheet["A2"], sheet["B2"] = "Stand:", date(2026, 11, 23)
    lines = [
        ("Datum", "Uhrzeit", "Warteschlange", "Anrufe", "Angenommen", "AHT"),
        (date(2026, 11, 23), time(9, 15), "Hotline", 1234, 1000.0, 312.5),
        (date(2026, 11, 23), time(9, 30), "Hotline", 7, None, time(0, 5, 10)),
        ("Summe", None, None, 1241, 1000, None),
    ]
    for number, line in enumerate(lines, start=4):
        for column, value in enumerate(line, start=1):
            sheet.cell(number, column, value)
    made.save(tmp_path / "x.xlsx")
    batches = read(tmp_path / "x.xlsx", timezone="Europe/Berlin", interval="15min")
    first, second = volumes(batches)
    quarter = datetime(2026, 11, 23, 8, 15, tzinfo=UTC)
    assert first == IntervalVolume("Hotline", Channel.CALL, quarter, 900, offered=1234, answered=1000, aht_s=312.5)
    assert (second.offered, second.answered, second.aht_s) == (7, None, 310.0)
    assert [record.location for record in rejects(batches)] == ["x.xlsx:7"]


def test_contacts_with_numbers_as_ids_and_durations_beyond_a_day(tmp_path: Path) -> None:
    head = ("Anruf-ID", "Team", "Beginn", "Wartezeit", "Dauer", "Ergebnis")
    rows = [(4711.0, "Technik", EIGHT - timedelta(days=2), time(0, 0, 20), timedelta(hours=25), "angenommen")]
    columns = {"external_id": "Anruf-ID", "queue": "Team", "arrived_at": "Beginn", "wait_s": "Wartezeit"}
    path = book(tmp_path / "x.xlsx", [head, *rows])
    (event,) = events(read(path, columns={**columns, "handle_s": "Dauer", "outcome": "Ergebnis"}))
    at = (EIGHT - timedelta(days=2)).replace(tzinfo=UTC)
    assert (event.external_id, event.outcome, event.arrived_at) == ("4711", Outcome.ANSWERED, at)
    assert event.ended_at == at + timedelta(seconds=20, hours=25)


def test_texts_with_a_decimal_comma_are_read_by_sight(tmp_path: Path) -> None:
    rows = [("Intervall", "Anrufe", "AHT"), (f"{EIGHT:%d.%m.%Y %H:%M}", "1.234", "312,5")]
    (volume,) = volumes(read(book(tmp_path / "x.xlsx", rows), queue="q", interval="15min"))
    assert (volume.offered, volume.aht_s) == (1234, 312.5)


def test_batches_resume_and_a_saved_change_is_read(tmp_path: Path) -> None:
    path = book(tmp_path / "x.xlsx", [HEAD, *map(call, range(30))])
    whole = read(path, batch_rows=7)
    assert len(stored(whole)) == 30
    assert whole[-1].done == whole[-1].total
    for index, batch in enumerate(whole):
        rest = read(path, watermark=batch.watermark, batch_rows=7)
        assert stored(rest, stored(whole[: index + 1])) == stored(whole)
    assert read(path, watermark=whole[-1].watermark, batch_rows=7) == []
    book(path, [HEAD, call(0, talked=500), *map(call, range(1, 40))])
    again = stored(read(path, watermark=whole[-1].watermark, batch_rows=7), stored(whole))
    assert len(again) == 40
    assert again["event", "1000"] != stored(whole)["event", "1000"]


def test_the_sheet_is_chosen_and_a_wrong_one_is_named(tmp_path: Path) -> None:
    path = book(tmp_path / "x.xlsx", [("nur ein Deckblatt",)], title="Deckblatt", Daten=[HEAD, call(1)])
    assert len(events(read(path, sheet="Daten"))) == 1
    assert "no sheet 'Dat'; the workbook has Deckblatt, Daten" in refusal(path, sheet="Dat").message


def test_without_header_columns_are_numbered(tmp_path: Path) -> None:
    path = book(tmp_path / "x.xlsx", [call(1), call(2)])
    columns = {"external_id": 1, "queue": 2, "arrived_at": 3, "answered_at": 4, "ended_at": 5}
    assert len(events(read(path, header=False, columns=columns))) == 2


def test_gaps_cells_beyond_the_header_and_wrong_dimensions(tmp_path: Path) -> None:
    path = book(tmp_path / "x.xlsx", [HEAD, call(1), (), (), (*call(2), "a note"), call(3)])
    small = tmp_path / "small.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(small, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'<dimension ref="A1:F6"', b'<dimension ref="A1"'))
    assert b'<dimension ref="A1"' in zipfile.ZipFile(small).read("xl/worksheets/sheet1.xml")
    for file in (path, small):
        batches = read(file)
        assert [event.external_id for event in events(batches)] == ["1001", "1003"]
        assert [(r.location, r.reason) for r in rejects(batches)] == [
            (f"{file.name}:5", "has 6 fields where the header has 5")
        ]


def test_a_folder_holds_workbooks_beside_others_and_open_ones_are_left(tmp_path: Path) -> None:
    book(tmp_path / "a.xlsx", [HEAD, call(1)])
    (tmp_path / "~$a.xlsx").write_bytes(b"the lock of an open workbook")
    (tmp_path / "b.csv").write_text("id,queue,arrived_at\n7,support,2026-11-23 08:00\n")
    (tmp_path / "c.xlsx").write_bytes(b"PK\3\4 and then nothing")
    batches = read(tmp_path)
    assert {event.external_id for event in events(batches)} == {"1001", "7"}
    assert [(r.location, "no complete workbook" in r.reason) for r in rejects(batches)] == [("c.xlsx", True)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no complete workbook"),
        (b"PK\3\4 and then nothing", "no complete workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "protected by a password, or of the old kind .xls"),
        (b"id,queue\n", "no complete workbook"),
    ],
)
def test_what_is_no_workbook_is_said(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(content)
    assert words in refusal(tmp_path / "x.xlsx").message


def test_an_archive_that_is_no_workbook_or_is_damaged_inside(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("letter.txt", "no workbook")
    assert "no complete workbook" in refusal(path).message
    sound = book(tmp_path / "sound.xlsx", [HEAD, *map(call, range(500))])
    with zipfile.ZipFile(sound) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            said = old.read(name)
            new.writestr(name, said[: len(said) // 2] if name.endswith("sheet1.xml") else said)
    assert "the workbook is damaged behind row" in refusal(path).message


def test_an_empty_sheet_and_one_without_words_are_said(tmp_path: Path) -> None:
    assert "the sheet Anrufe is empty" in refusal(book(tmp_path / "a.xlsx", [])).message
    assert "no row among the first 50 names the columns" in refusal(book(tmp_path / "b.xlsx", [(1, 2), (3, 4)])).message
    twice = book(tmp_path / "c.xlsx", [("id", "start", "start"), (1, EIGHT, EIGHT)])
    assert "the header in row 1 names start twice" in refusal(twice).message


def test_memory_does_not_grow_with_the_sheet(tmp_path: Path) -> None:
    made = Workbook(write_only=True)
    sheet = made.create_sheet("Anrufe")
    sheet.append(HEAD)
    for number in range(3_000):
        sheet.append(call(number))
    made.save(tmp_path / "x.xlsx")
    source = build(config_of("table", {"path": str(tmp_path / "x.xlsx"), "batch_rows": 500}), caller_hash=hash_of)
    tracemalloc.start()
    count = sum(len(batch.events) for batch in source.fetch(None, now=NOW))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 3_000
    assert peak < 6 << 20


def test_the_preview_shows_the_sheet_and_a_block_that_works(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = book(tmp_path / "calls.xlsx", [("Titel",), HEAD, call(1)], Notizen=[("x",)])
    assert run(["sources", "preview", str(path)]) == 0
    said = capsys.readouterr().out
    assert "single contacts; Excel workbook" in said
    assert 'sheet = "Anrufe"' in said
    assert "the sheet Anrufe is read; there are also Notizen: set sheet" in said
