"""Bad input: each has its stated answer (docs/connectors.md), never a traceback and never a silent zero."""

from __future__ import annotations

import codecs
import gzip
import os
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import ConfigError, SourceError
from connectors.records import IntervalVolume, RejectedRecord
from connectors.registry import build
from connectors.source import Batch
from connectors.sources.table import rowid
from connectors.sources.table.source import TableSource
from tests.connectors.source_rigs import NOW, config_of, drain, hash_of, stored, table_line

COUNTS: dict[str, Any] = {
    "columns": {"interval_start": "start", "offered": "calls", "answered": "answered", "aht_s": "aht"},
    "interval": "15min",
    "queue": "support",
}
HEAD = "start,calls,answered,aht\n"


def read(path: Path, *, timezone: str = "UTC", **options: Any) -> list[Batch]:
    source = build(config_of("table", {"path": str(path), **options}, timezone=timezone), caller_hash=hash_of)
    return drain(source)


def counts(folder: Path, *rows: str, timezone: str = "UTC", **options: Any) -> list[Batch]:
    path = folder / "counts.csv"
    path.write_text(HEAD + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return read(path, timezone=timezone, **{**COUNTS, **options})


def rejects(batches: list[Batch]) -> list[RejectedRecord]:
    return [record for batch in batches for record in batch.rejected]


def volumes(batches: list[Batch]) -> list[IntervalVolume]:
    return [volume for batch in batches for volume in batch.volumes]


def refusal(path: Path, **options: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(path, **options)
    return caught.value


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2026-11-23 08:00,-1,,", "offered must be a whole number from 0"),
        ("2026-11-23 08:00,3.5,,", "offered must be a whole number, got 3.5"),
        ("2026-11-23 08:00,NaN,,", "offered is empty; an interval without contacts must say 0"),
        ("2026-11-23 08:00,,,", "offered is empty; an interval without contacts must say 0"),
        ("2026-11-23 08:00,many,,", "offered must be a number"),
        ("2026-11-23 08:00,1e400,,", "offered must be a number"),
        ("2026-11-23 08:00,3,4,", "exceed offered"),
        ("2026-11-23 08:00,3,1,-5", "aht_s must not be negative"),
        ("NaN,3,,", "interval_start is empty"),
        ("yesterday,3,,", "no time that can be read, got 'yesterday'"),
        ("11/23/2026 08:00,3,,", "day/month or month/day? set time_format"),
        ("2026-02-30 08:00,3,,", "no time that can be read"),
        ("2026-11-23 08:07,3,,", "does not lie on a multiple of 900 s"),
        ("2027-11-23 08:00,3,,", "lies in the future; check the time zone"),
        ("2026-11-23 08:00,3", "has 2 fields where the header has 4"),
        ("2026-11-23 08:00,3,,,,9", "has 6 fields where the header has 4"),
        ('"2026-11-23 08:00,3,,', "not a row of this table: unexpected end of data"),
        ('2026-11-23 08:00,"3"4,,', "not a row of this table"),
    ],
)
def test_a_bad_row_is_refused_and_its_neighbours_are_taken(row: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "counts.csv"
    path.write_text(f"{HEAD}2026-11-23 07:45,1,,\n{row}\n2026-11-23 08:15,2,,\n", encoding="utf-8")
    os.utime(path, (0, 0))  # nobody writes to it any more
    batches = read(path, **COUNTS)
    assert [(r.location, reason in r.reason) for r in rejects(batches)] == [("counts.csv:3", True)], rejects(batches)
    assert [volume.offered for volume in volumes(batches)] == [1, 2]


def test_a_count_that_is_not_given_stays_unknown(tmp_path: Path) -> None:
    (volume,) = volumes(counts(tmp_path, "2026-11-23 08:00,7,NaN,NA"))
    assert (volume.offered, volume.answered, volume.aht_s) == (7, None, None)


def test_an_hour_that_the_clocks_skip_is_refused(tmp_path: Path) -> None:
    batches = counts(
        tmp_path, "2026-03-29 01:45,1,,", "2026-03-29 02:15,9,,", "2026-03-29 03:00,2,,", timezone="Europe/Berlin"
    )
    assert [record.location for record in rejects(batches)] == ["counts.csv:3"]
    assert "does not exist in Europe/Berlin" in rejects(batches)[0].reason
    assert [v.interval_start for v in volumes(batches)] == [
        datetime(2026, 3, 29, 0, 45, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
    ]


@pytest.mark.parametrize("batch_rows", [1, 3, 1000])
def test_an_hour_that_the_clocks_repeat_is_told_apart_by_order(batch_rows: int, tmp_path: Path) -> None:
    clock = ["01:45", "02:00", "02:15", "02:30", "02:45", "02:00", "02:15", "02:30", "02:45", "03:00"]
    rows = [f"2026-10-25 {time},{index},," for index, time in enumerate(clock)]
    batches = counts(tmp_path, *rows, timezone="Europe/Berlin", batch_rows=batch_rows)
    starts = [volume.interval_start for volume in volumes(batches)]
    assert len(set(starts)) == 10
    assert starts == sorted(starts)
    assert starts[0] == datetime(2026, 10, 24, 23, 45, tzinfo=UTC)
    source = build(
        config_of(
            "table",
            {**COUNTS, "path": str(tmp_path / "counts.csv"), "batch_rows": batch_rows},
            timezone="Europe/Berlin",
        ),
        caller_hash=hash_of,
    )
    for index, batch in enumerate(batches):
        assert stored(drain(source, batch.watermark), stored(batches[: index + 1])) == stored(batches)


def test_a_contact_in_the_repeated_hour_takes_the_first_reading_and_ends_after_it_began(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(
        "id,queue,arrived_at,answered_at,ended_at\n1,q,2026-10-25 02:50,2026-10-25 02:05,2026-10-25 03:10\n"
    )
    (event,) = [event for batch in read(path, timezone="Europe/Berlin") for event in batch.events]
    assert event.arrived_at == datetime(2026, 10, 25, 0, 50, tzinfo=UTC)
    assert event.answered_at == datetime(2026, 10, 25, 1, 5, tzinfo=UTC)
    assert event.ended_at == datetime(2026, 10, 25, 2, 10, tzinfo=UTC)


def test_a_repeated_interval_is_replaced_not_added(tmp_path: Path) -> None:
    batches = counts(tmp_path, "2026-11-23 08:00,5,,", "2026-11-23 08:00,5,,", "2026-11-23 08:00,6,,")
    assert [said[1] for said in stored(batches).values()] == [6]


def test_equal_rows_without_an_id_are_contacts_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("queue,arrived_at,ended_at\n" + "q,2026-11-23 08:00:00,2026-11-23 08:00:09\n" * 3)
    assert len(stored(read(path))) == 3


@pytest.mark.parametrize("interval", ["6min", "7min", "2h", "0min", "-15min", "soon", 0.5])
def test_an_interval_that_does_not_divide_is_a_config_error(interval: object, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="interval must"):
        counts(tmp_path, "2026-11-23 08:00,5,,", interval=interval)


def test_an_interval_that_does_not_divide_is_not_guessed_either(tmp_path: Path) -> None:
    path = tmp_path / "six.csv"
    path.write_text("queue,interval_start,offered\n" + "".join(f"q,2026-11-23 08:{m:02d},1\n" for m in range(0, 60, 6)))
    assert "step 360 s" in str(refusal(path))


def test_a_queue_seen_for_the_first_time_is_taken_under_its_own_name(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("id,queue,arrived_at\n1,brand new,2026-11-23 08:00:00\n")
    (event,) = [event for batch in read(path) for event in batch.events]
    assert event.queue == "brand new"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
        (os.urandom(1 << 16).replace(b"\n", b"") + b"\0\n", "binary"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(1, 32)) * 40, "binary"),
        (b"x" * (2 << 20), "longer than"),
        (b"name,age\nBob,12\n", "no column is recognised as a time"),
        (b"a,b,a\n1,2,3\n", "names a twice"),
        (b"id,arrived_at\n1,2026-11-23 08:00\n", 'set queue = "NAME"'),
    ],
)
def test_a_file_that_is_no_table_fails_the_source_and_says_why(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_bytes(content)
    os.utime(path, (0, 0))
    error = refusal(path)
    assert reason in error.message
    assert error.permanent


@pytest.mark.parametrize("content", ["", "\n", "id,queue,arr"])
def test_a_young_file_is_given_time_to_get_its_header(content: str, tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(content)
    clock = [path.stat().st_mtime + 1]
    source = TableSource(config_of("table", {"path": str(path)}), caller_hash=hash_of, file_clock=lambda: clock[0])
    batches = drain(source)
    assert not stored(batches)
    assert not rejects(batches)
    clock[0] += 61
    with pytest.raises(SourceError, match=r"empty|no line end"):
        drain(source, batches[-1].watermark if batches else None)


def test_a_mapped_column_that_is_missing_is_named_with_those_that_exist(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("id,start\n1,2026-11-23 08:00\n")
    error = refusal(path, queue="q", columns={"arrived_at": "begin"})
    assert "no column 'begin'; the file has id, start" in error.message


def test_two_gigabytes_without_a_line_end_are_refused_without_reading_them(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.write(b"id,queue,arrived_at\n")
        file.truncate(2 << 30)  # sparse: zeros to the end
    assert "binary" in refusal(path).message


def test_a_spreadsheet_is_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "calls.ods"
    path.write_bytes(b"PK\3\4")
    assert "save it as .xlsx or CSV" in refusal(path).message


@pytest.mark.parametrize(("name", "content"), [("calls.csv.gz", b"no gzip"), ("calls.parquet", b"PAR1 no parquet")])
def test_a_damaged_container_is_refused(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    assert "damaged" in refusal(tmp_path / name).message or "no complete Parquet" in refusal(tmp_path / name).message


def test_a_gzip_that_is_cut_short_gives_its_rows_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv.gz"
    rows = "".join(map(table_line, range(5000)))
    whole = gzip.compress(f"id,queue,arrived_at,answered_at,ended_at\n{rows}".encode())
    path.write_bytes(whole[: len(whole) // 2])
    fetch = build(config_of("table", {"path": str(path), "batch_rows": 100}), caller_hash=hash_of).fetch(None, now=NOW)
    batches = [next(fetch) for _ in range(15)]
    with pytest.raises(SourceError, match="cut short"):
        batches.extend(fetch)
    assert len(stored(batches)) >= 1500


def test_one_bad_file_in_a_folder_is_one_rejected_record_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\0\1\2\3" * 100)
    (tmp_path / "b.csv").write_text("id,queue,arrived_at,answered_at,ended_at\n" + "".join(map(table_line, range(5))))
    source = build(config_of("table", {"path": str(tmp_path)}), caller_hash=hash_of)
    batches = drain(source)
    assert [(r.location, "binary" in r.reason) for r in rejects(batches)] == [("a.csv", True)]
    assert len(stored(batches)) == 5
    assert rejects(drain(source, batches[-1].watermark)) == []


def test_a_thousand_refused_rows_in_a_row_are_a_wrong_mapping(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("id,queue,arrived_at\n" + "1,q,never\n" * 1500)
    error = refusal(path, columns={"arrived_at": "arrived_at", "queue": "queue"})
    assert "none of the first 1000 rows" in error.message
    assert error.permanent


def test_a_row_in_another_encoding_is_refused_not_garbled(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_bytes("id,queue,arrived_at\n1,Störung,2026-11-23 08:00\n".encode("cp1252"))
    batches = read(path, encoding="utf-8")
    assert "not written in utf-8" in rejects(batches)[0].reason


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("cp1252", b""),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
    ],
)
def test_encodings_are_recognised(encoding: str, mark: bytes, tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    # U+0A0A and U+010A hold the byte of a line end in UTF-16
    word = "Störung" + ("\u0a0a\u010a" if encoding.startswith("utf-") else "")
    rows = "".join(f"{index};{word};2026-11-23 08:00\n" for index in range(20))
    path.write_bytes(mark + f"id;queue;arrived_at\n{rows}".encode(encoding))
    source = build(config_of("table", {"path": str(path), "batch_rows": 3}), caller_hash=hash_of)
    batches = drain(source)
    assert {event.queue for batch in batches for event in batch.events} == {word}
    assert len(stored(batches)) == 20
    assert stored(drain(source, batches[2].watermark), stored(batches[:3])) == stored(batches)


def test_a_caller_is_only_kept_as_a_hash_even_in_a_rejected_row(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("id,queue,arrived_at,caller\n1,q,2026-11-23 08:00,+4930123456\n2,q,never,+4930999999\n")
    batches = read(path)
    assert [event.caller for batch in batches for event in batch.events] == ["hash:11"]
    assert rejects(batches)[0].raw == "2,q,never,…"


def test_an_unreadable_file_is_permanent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("id,queue,arrived_at\n")

    def refuse(self: Path, *args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    error = refusal(path)
    assert "may not be read" in error.message
    assert error.permanent


def test_a_quote_that_is_never_closed_costs_one_line(tmp_path: Path) -> None:
    rows = [f"2026-11-{1 + index // 24:02d} {index % 24:02d}:00,{index},," for index in range(300)]
    rows[50] = '"2026-11-03 02:00,50,,'
    batches = counts(tmp_path, *rows)
    assert [record.location for record in rejects(batches)] == ["counts.csv:52"]
    assert len(volumes(batches)) == 299


def test_memory_stays_bounded_on_a_long_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rowid, "BLOCK", 500)
    path = tmp_path / "calls.csv"
    path.write_text("queue,arrived_at\n" + "".join(f"q,{1_700_000_000 + index}\n" for index in range(8_000)))
    source = TableSource(config_of("table", {"path": str(path), "batch_rows": 250}), caller_hash=hash_of)
    held = []
    tracemalloc.start()
    for number, _ in enumerate(source.fetch(None, now=NOW)):
        if number in (7, 29):
            held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert held[1] < held[0] * 1.1
