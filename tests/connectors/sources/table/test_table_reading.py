"""Tables as exports write them: mapped and guessed columns, folders, growth, replacement, Parquet."""

from __future__ import annotations

import gzip
import os
import re
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.errors import ConfigError
from connectors.records import Channel, ContactEvent, IntervalVolume, Outcome
from connectors.registry import build
from connectors.source import Source
from connectors.sources.table import rowid
from connectors.sources.table.source import TableSource
from dashboard.services.sources.source_setup import build_sources
from dashboard.settings import Settings
from tests.connectors.source_rigs import NOW, config_of, drain, hash_of, stored, table_line

HEAD = "id,queue,arrived_at,answered_at,ended_at\n"
EIGHT = datetime(2026, 11, 23, 8, tzinfo=UTC)


def source_of(path: Path, *, timezone: str = "UTC", queues: dict[str, str] | None = None, **options: Any) -> Source:
    return build(
        config_of("table", {"path": str(path), **options}, timezone=timezone, **(queues or {})), caller_hash=hash_of
    )


def events(path: Path, text: str, **options: Any) -> list[ContactEvent]:
    path.write_text(text, encoding="utf-8")
    batches = drain(source_of(path, **options))
    assert not [record for batch in batches for record in batch.rejected]
    return [event for batch in batches for event in batch.events]


def volumes(path: Path, text: str, **options: Any) -> list[IntervalVolume]:
    path.write_text(text, encoding="utf-8")
    batches = drain(source_of(path, **options))
    assert not [record for batch in batches for record in batch.rejected]
    return [volume for batch in batches for volume in batch.volumes]


def test_a_german_export_is_read_by_sight(tmp_path: Path) -> None:
    (volume,) = volumes(
        tmp_path / "x.csv",
        "Datum;Uhrzeit;Warteschlange;Anrufe;Angenommen;AHT\n23.11.2026;09:15;Hotline;1.234;1.000;312,5\n",
        timezone="Europe/Berlin",
        interval="15min",
    )
    assert volume == IntervalVolume(
        "Hotline", Channel.CALL, EIGHT + timedelta(minutes=15), 900, offered=1234, answered=1000, aht_s=312.5
    )


def test_the_interval_is_told_from_the_steps(tmp_path: Path) -> None:
    rows = "".join(f"2026-11-23 08:{minute:02d},q,1\n" for minute in range(0, 60, 5))
    found = volumes(tmp_path / "x.csv", f"interval,queue,calls\n{rows}")
    assert {volume.interval_s for volume in found} == {300}


def test_waits_and_outcome_words_make_the_times(tmp_path: Path) -> None:
    said = (
        "start;wait;talk;result\n"
        "23.11.2026 08:00:00;0:20;90;ok\n23.11.2026 08:01:00;30;;gone\n23.11.2026 08:02:00;1;;test\n"
    )
    answered, abandoned = events(
        tmp_path / "x.csv",
        said,
        queue="q",
        channel="chat",
        columns={"arrived_at": "start", "wait_s": "wait", "handle_s": "talk", "outcome": "result"},
        outcomes={"ok": "answered", "GONE": "abandoned", "test": "ignore"},
    )
    assert (answered.answered_at, answered.ended_at) == (EIGHT + timedelta(seconds=20), EIGHT + timedelta(seconds=110))
    assert (abandoned.outcome, abandoned.ended_at) == (Outcome.ABANDONED, EIGHT + timedelta(seconds=90))
    assert answered.channel is Channel.CHAT


def test_without_an_outcome_column_the_times_tell(tmp_path: Path) -> None:
    rows = "1,q,{0},{1},{1}\n2,q,{0},{1},\n3,q,{0},,{1}\n4,q,{0},,\n".format(
        "2026-11-23T09:00+01:00", "2026-11-23T08:01:00Z"
    )
    found = events(tmp_path / "x.csv", HEAD + rows)
    assert [e.outcome for e in found] == [Outcome.ANSWERED, Outcome.IN_SERVICE, Outcome.ABANDONED, Outcome.WAITING]
    assert {e.arrived_at for e in found} == {EIGHT}


def test_a_date_and_times_of_day_pass_midnight(tmp_path: Path) -> None:
    said = (
        "day,ring,queued,answer,end\n"
        "261122,23:59:50,0:00:05,0:00:20,0:03:00\n261122,12:00:00,12:00:05,12:00:06,12:01:00\n"
    )
    late, noon = events(
        tmp_path / "x.csv",
        said,
        queue="q",
        columns={"date": "day", "arrived_at": "queued", "answered_at": "answer", "ended_at": "end"},
        date_of="ring",
        date_format="%y%m%d",
    )
    assert late.arrived_at == datetime(2026, 11, 23, 0, 0, 5, tzinfo=UTC)
    assert late.ended_at == datetime(2026, 11, 23, 0, 3, tzinfo=UTC)
    assert noon.arrived_at == datetime(2026, 11, 22, 12, 0, 5, tzinfo=UTC)


def test_the_first_column_that_says_something_and_rows_that_are_no_contacts(tmp_path: Path) -> None:
    said = "a,b,queue,what\n00:00,2026-11-23 08:00,q,x\n2026-11-23 08:00,,q,x\n2026-11-23 08:00,,q,test\n"
    found = events(
        tmp_path / "x.csv",
        said,
        columns={"arrived_at": ["a", "b"], "queue": "queue"},
        empty_times=["00:00"],
        ignore=[{"what": "test", "b": ""}],
    )
    assert [e.arrived_at for e in found] == [EIGHT, EIGHT]


def test_queues_are_renamed(tmp_path: Path) -> None:
    (event,) = events(tmp_path / "x.csv", f"{HEAD}1,PS,2026-11-23 08:00,,\n", queues={"PS": "private"})
    assert event.queue == "private"


@pytest.mark.parametrize(
    "written", ["1795420800", "1795420800000", "1795420800.0", "2026-11-23 08:00:00+00:00", "20261123T080000Z"]
)
def test_notations_of_a_moment(written: str, tmp_path: Path) -> None:
    (event,) = events(tmp_path / "x.csv", f"{HEAD}1,q,{written},,\n")
    assert event.arrived_at == EIGHT


def test_a_time_format_reads_american_dates(tmp_path: Path) -> None:
    (event,) = events(tmp_path / "x.csv", f"{HEAD}1,q,11/23/2026 08:00 AM,,\n", time_format="%m/%d/%Y %I:%M %p")
    assert event.arrived_at == EIGHT


def test_a_table_without_header_is_mapped_by_number(tmp_path: Path) -> None:
    (event,) = events(
        tmp_path / "x.csv",
        "7\t2026-11-23 08:00\n",
        header=False,
        queue="q",
        columns={"arrived_at": 2, "external_id": 1},
    )
    assert (event.external_id, event.arrived_at) == ("7", EIGHT)


def test_quoted_fields_may_hold_line_ends_and_delimiters(tmp_path: Path) -> None:
    (first, second) = events(tmp_path / "x.csv", f'{HEAD}"1\n, ""x""",q,2026-11-23 08:00,,\n\n2,q,2026-11-23 08:00,,\n')
    assert (first.external_id, second.external_id) == ('1\n, "x"', "2")


def test_a_folder_is_read_in_the_order_of_names_and_new_files_follow(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text(HEAD + table_line(1))
    with gzip.open(tmp_path / "a.csv.gz", "wt") as file:
        file.write(HEAD + table_line(0))
    (tmp_path / "notes.md").write_text("no table")
    source = source_of(tmp_path)
    first = drain(source)
    assert [event.external_id for batch in first for event in batch.events] == ["c0", "c1"]
    (tmp_path / "c.csv").write_text(HEAD + table_line(2))
    second = drain(source, first[-1].watermark)
    assert [event.external_id for batch in second for event in batch.events] == ["c2"]


def test_a_pattern_chooses_files(tmp_path: Path) -> None:
    for name in ("calls-1.csv", "calls-2.csv", "other.csv"):
        (tmp_path / name).write_text(f"{HEAD}{name},q,2026-11-23 08:00,,\n")
    found = stored(drain(source_of(tmp_path / "calls-*.csv")))
    assert {key[1] for key in found} == {"calls-1.csv", "calls-2.csv"}


def test_growth_continues_at_the_offset_and_an_edit_reads_all_again(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(HEAD + "".join(map(table_line, range(50))))
    source = source_of(path)
    first = drain(source)
    with path.open("a") as file:
        file.write(table_line(50))
    grown = drain(source, first[-1].watermark)
    assert [event.external_id for batch in grown for event in batch.events] == ["c50"]
    path.write_text(HEAD + table_line(0, talked=95) + "".join(map(table_line, range(1, 52))))
    edited = drain(source, grown[-1].watermark)
    assert len(stored(edited)) == 52
    os.utime(path)
    assert not [event for batch in drain(source, edited[-1].watermark) for event in batch.events]


def test_another_configuration_reads_all_again(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(HEAD + table_line(0))
    watermark = drain(source_of(path))[-1].watermark
    (event,) = [e for batch in drain(source_of(path, timezone="Europe/Berlin"), watermark) for e in batch.events]
    assert event.arrived_at == EIGHT - timedelta(hours=1)


def test_a_last_line_without_line_end_waits_until_the_file_rests(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(HEAD + table_line(0) + table_line(1).rstrip("\n"))
    clock = [path.stat().st_mtime + 1]
    source = TableSource(config_of("table", {"path": str(path)}), caller_hash=hash_of, file_clock=lambda: clock[0])
    first = drain(source)
    assert len(stored(first)) == 1
    assert len(stored(drain(source, first[-1].watermark), stored(first))) == 2, "unchanged since the last look"
    clock[0] += 61
    assert len(stored(drain(source))) == 2, "nobody has written to it for a minute"


@pytest.mark.parametrize("batch_rows", [1, 7, 1000])
def test_ids_made_from_rows_are_the_same_wherever_a_fetch_resumes(
    batch_rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rowid, "BLOCK", 10)
    path = tmp_path / "x.csv"
    rows = [f"q,2026-11-23 08:00:{index // 4:02d}" for index in range(64)]
    path.write_text("queue,arrived_at\n" + "\n".join(rows) + "\n")
    source = source_of(path, batch_rows=batch_rows)
    whole = drain(source)
    assert len(stored(whole)) == 64
    for index, batch in enumerate(whole):
        assert stored(drain(source, batch.watermark), stored(whole[: index + 1])) == stored(whole)


def test_ids_made_from_rows_survive_a_file_that_grows_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("queue,arrived_at\n")
    source, watermark, truth = source_of(path), None, {}
    for index in range(12):
        with path.open("a") as file:
            file.write(f"q,2026-11-23 08:00:{index // 3:02d}\n")
        batches = drain(source, watermark)
        watermark, truth = batches[-1].watermark, stored(batches, truth)
    assert len(truth) == 12
    assert truth == stored(drain(source))


def _parquet_events(zone: str | None) -> pa.Table:
    start = datetime(2026, 11, 23, 8, tzinfo=UTC if zone else None)
    return pa.table(
        {
            "id": list(range(30)),
            "queue": ["q"] * 30,
            "arrived_at": pa.array([start + timedelta(seconds=i) for i in range(30)], pa.timestamp("us", zone)),
            "ended_at": pa.array([start + timedelta(seconds=i + 9) for i in range(30)], pa.timestamp("us", zone)),
        }
    )


def _parquet_counts() -> pa.Table:
    return pa.table(
        {
            "date": [date(2026, 11, 23)] * 4,
            "time": ["08:00", "08:15", "08:30", "08:45"],
            "offered": [1.0, 2.0, 3.0, 4.0],
            "aht": [float("nan"), 1.5, None, 2.0],
        }
    )


@pytest.mark.parametrize(
    ("table", "records", "options"),
    [
        (lambda: _parquet_events(None), 30, {}),
        (lambda: _parquet_events("Europe/Berlin"), 30, {}),
        (_parquet_counts, 4, {"queue": "q"}),
    ],
)
def test_parquet_is_read_and_resumed(
    table: Callable[[], pa.Table], records: int, options: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(table(), path, row_group_size=7)
    source = source_of(path, batch_rows=4, **options)
    whole = drain(source)
    assert len(stored(whole)) == records
    assert min(record.arrived_at for b in whole for record in b.events) == EIGHT if not options else True
    for index, batch in enumerate(whole):
        assert stored(drain(source, batch.watermark), stored(whole[: index + 1])) == stored(whole)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": {"arrived_at": "a", "interval_start": "b"}}, "arrived_at .* or interval_start"),
        ({"columns": {"queue": "a"}}, "arrived_at .* or interval_start"),
        ({"columns": {"arrived_at": "a", "offered": "b"}}, "unknown offered; with arrived_at it knows arrived_at"),
        ({"columns": {"interval_start": "a"}, "interval": "5min"}, "needs offered"),
        ({"columns": {"interval_start": "a", "offered": "b"}}, "key interval is missing"),
        ({"columns": {"arrived_at": "a", "wait_s": "b"}}, "needs outcome"),
        ({"columns": {"arrived_at": "a", "wait_s": "b", "answered_at": "c"}}, "not both"),
        ({"columns": "arrived_at"}, "columns must be a table"),
        ({"columns": {"arrived_at": 1.5}}, "columns.arrived_at must be a name"),
        ({"channel": "fax"}, "channel must be one of call, chat"),
        ({"outcomes": {"x": "done"}}, "outcomes.x must be one of waiting"),
        ({"decimal": ";"}, "decimal must be one of"),
        ({"delimiter": ";;"}, "delimiter must be one character"),
        ({"encoding": "ebcdic"}, "encoding must be one of"),
        ({"header": "no"}, "header must be true or false"),
        ({"batch_rows": 0}, "batch_rows must be from 1"),
        ({"ignore": "x"}, "ignore must be a list"),
        ({"queue": 7}, "queue must be a text"),
    ],
)
def test_options_that_do_not_fit_are_config_errors(options: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=message):
        source_of(tmp_path / "x.csv", **options)


def documented_block(head: str) -> dict[str, Any]:
    """The block of the manual that begins with `head`."""
    manual = (Path(__file__).resolve().parents[4] / "docs" / "connectors.md").read_text(encoding="utf-8")
    (block,) = [text for text in re.findall(r"```toml\n(.*?)```", manual, re.DOTALL) if text.startswith(head)]
    (found,) = tomllib.loads(block)["sources"].values()
    return dict(found)


@pytest.mark.parametrize("head", ["[sources.acd]", "[sources.report]", "[sources.calls]", "[sources.pbx]"])
def test_the_blocks_of_the_manual_are_accepted(head: str) -> None:
    settings = Settings.model_validate({"sources": {"x": documented_block(head)}})
    assert build_sources(settings)


@pytest.mark.shared
def test_the_call_by_call_month_is_mapped_by_configuration_alone(shared: Path) -> None:
    block = documented_block("[sources.calls]")
    block["path"] = str(shared / "data" / "anonymous_bank_feb1999_call_by_call.csv.gz")
    settings = Settings.model_validate({"sources": {"calls": block}})
    (source,) = build_sources(settings, caller_hash=hash_of)
    batches = drain(source)
    found = [event for batch in batches for event in batch.events]
    assert not [record for batch in batches for record in batch.rejected]
    assert len({event.external_id for event in found}) == len(found) == 33_344 - 278 - 1_941
    assert sum(event.outcome is Outcome.ANSWERED for event in found) == 27_162
    assert sum(event.outcome is Outcome.ABANDONED for event in found) == 3_963
    assert {event.queue for event in found} == {"private", "new", "stocks", "internet", "english", "callback"}
    first = min(found, key=lambda event: event.arrived_at)
    assert first.arrived_at.date() == date(1999, 2, 1)
    waits = [(event.answered_at or event.ended_at or NOW) - event.arrived_at for event in found]
    assert timedelta(0) <= min(waits)
    assert max(waits) < timedelta(hours=2)


@pytest.mark.shared
def test_the_five_minute_counts_are_read_without_any_mapping(shared: Path) -> None:
    batches = drain(source_of(shared / "data" / "bank_calls_2003_mar_aug.csv.gz", timezone="America/New_York"))
    found = [volume for batch in batches for volume in batch.volumes]
    assert not [record for batch in batches for record in batch.rejected]
    assert len({volume.interval_start for volume in found}) == len(found)
    assert {volume.interval_s for volume in found} == {300}
    assert found[0].interval_start == datetime(2003, 3, 3, 12, tzinfo=UTC)
    with gzip.open(shared / "data" / "bank_calls_2003_mar_aug.csv.gz", "rt") as file:
        assert sum(volume.offered for volume in found) == sum(int(line.rsplit(",", 1)[1]) for line in list(file)[1:])
