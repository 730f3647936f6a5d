"""Call detail records as Asterisk writes them: legs, transfers, zones, both kinds of store, and rubbish."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.errors import ConfigError, RecordError, SourceError
from connectors.records import ContactEvent, Outcome, RejectedRecord
from connectors.registry import build
from connectors.source import Batch
from connectors.sources.asterisk.cdr import AsteriskCdr
from connectors.sources.asterisk.cdr.contacts import Legs
from connectors.sources.asterisk.cdr.legs import leg_of
from tests.connectors.source_rigs import BEGIN, NOW, config_of, drain, hash_of, record_line, stored

T = int(BEGIN.timestamp())
TABLE = "calldate, clid, dcontext, channel, dstchannel, lastapp, lastdata, dst, src, duration, billsec, disposition"


def source_of(
    path: Path, *, timezone: str = "UTC", queues: dict[str, str] | None = None, **options: Any
) -> AsteriskCdr:
    config = config_of("asterisk_cdr", {"path": str(path), **options}, timezone=timezone, **(queues or {}))
    source = build(config, caller_hash=hash_of)
    assert isinstance(source, AsteriskCdr)
    return source


def leg(
    at: int,
    *,
    lasts: int = 30,
    billed: int = 30,
    word: str = "ANSWERED",
    peer: str = "PJSIP/101-1",
    app: str = "Queue",
    data: str = "support,,,,60",
    dst: str = "600",
    context: str = "inbound",
    channel: str = "PJSIP/trunk-1",
    call: str = f"{T}.1",
    linked: str | None = f"{T}.1",
    date: str | None = None,
) -> str:
    said = date or f"{datetime.fromtimestamp(T + at, UTC):%Y-%m-%d %H:%M:%S}"
    new = "" if linked is None else f',"","{linked}",7'
    return (
        f'"","+4930123456","{dst}","{context}","""A"" <+4930123456>","{channel}","{peer}","{app}","{data}",'
        f'"{said}",,"{said}",{lasts},{billed},"{word}","DOCUMENTATION","{call}",""{new}\n'
    )


def read(folder: Path, *lines: str, **options: Any) -> list[Batch]:
    path = folder / "Master.csv"
    path.write_text("".join(lines))
    return drain(source_of(path, **options))


def contacts(batches: list[Batch]) -> list[ContactEvent]:
    return list({event.external_id: event for batch in batches for event in batch.events}.values())


def rejects(batches: list[Batch]) -> list[RejectedRecord]:
    return [record for batch in batches for record in batch.rejected]


def at(seconds: int) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("word", "peer", "outcome"),
    [
        ("ANSWERED", "PJSIP/101-1", Outcome.ANSWERED),
        ("ANSWERED", "", Outcome.ABANDONED),  # the dialplan answered, and nobody else did
        ("NO ANSWER", "PJSIP/101-1", Outcome.ABANDONED),
        ("BUSY", "PJSIP/101-1", Outcome.ABANDONED),
        ("FAILED", "PJSIP/101-1", Outcome.ABANDONED),
        ("CONGESTION", "PJSIP/101-1", Outcome.ABANDONED),
    ],
)
def test_each_disposition(word: str, peer: str, outcome: Outcome, tmp_path: Path) -> None:
    (event,) = contacts(read(tmp_path, leg(0, lasts=50, billed=30, word=word, peer=peer)))
    assert event.outcome is outcome
    assert (event.arrived_at, event.ended_at) == (at(0), at(50))
    assert event.answered_at == (at(20) if outcome is Outcome.ANSWERED else None)
    assert (event.external_id, event.queue, event.caller) == (f"{T}.1", "support", "hash:11")


def test_legs_of_one_call_are_one_contact(tmp_path: Path) -> None:
    lines = [
        leg(0, lasts=20, billed=0, word="NO ANSWER"),  # an agent rung in vain
        leg(0, lasts=80, billed=50, peer="PJSIP/102-1"),
        leg(80, lasts=60, billed=30, data="billing", call=f"{T}.5", peer="PJSIP/103-1"),  # transferred
        leg(0, lasts=20, app="Wait", context="agents"),  # no customer's
    ]
    (event,) = contacts(read(tmp_path, *lines))
    assert (event.queue, event.arrived_at, event.answered_at, event.ended_at) == ("support", at(0), at(30), at(140))
    one_by_one = drain(source_of(tmp_path / "Master.csv", batch_rows=1))
    assert contacts(one_by_one) == [event]
    backwards = contacts(read(tmp_path, *reversed(lines)))
    assert backwards == [event]


def test_without_linkedid_the_channels_own_id_names_the_contact(tmp_path: Path) -> None:
    batches = read(tmp_path, leg(0, linked=None), leg(1, linked=None, call=f"{T}.9"))
    assert [event.external_id for event in contacts(batches)] == [f"{T}.1", f"{T}.9"]
    assert any("linkedid" in text for text in source_of(tmp_path / "Master.csv").probe(now=NOW).missing)


@pytest.mark.parametrize("agent_first", [True, False])
def test_an_agent_behind_a_local_channel_tells_the_wait(agent_first: bool, tmp_path: Path) -> None:
    customer = leg(0, lasts=60, billed=60, peer="Local/101@agents-5;1")  # answered by the dialplan
    agent = leg(10, lasts=50, billed=35, app="Dial", channel="Local/101@agents-5;2", context="agents", call=f"{T}.2")
    batches = read(tmp_path, *((agent, customer) if agent_first else (customer, agent)), batch_rows=1)
    (event,) = contacts(batches)
    assert (event.arrived_at, event.answered_at, event.ended_at) == (at(0), at(25), at(60))


def test_contexts_also_count_who_left_the_queue(tmp_path: Path) -> None:
    gone = leg(0, app="Hangup", data="", dst="604", peer="", word="NO ANSWER")
    assert contacts(read(tmp_path, gone)) == []
    (event,) = contacts(read(tmp_path, gone, contexts=["inbound"], queues={"604": "billing"}))
    assert (event.queue, event.outcome) == ("billing", Outcome.ABANDONED)


@pytest.mark.parametrize(("column", "queue"), [("dst", "600"), ("dcontext", "inbound"), ("lastdata", "support")])
def test_the_column_that_names_the_queue(column: str, queue: str, tmp_path: Path) -> None:
    (event,) = contacts(read(tmp_path, leg(0), queue_from=column))
    assert event.queue == queue


@pytest.mark.parametrize(
    ("date", "id_at"), [("2026-10-25 02:30:00", 1_792_888_200), ("2026-10-25 02:30:00", 1_792_891_800)]
)
def test_of_the_hour_that_comes_twice_the_calls_id_tells_which(date: str, id_at: int, tmp_path: Path) -> None:
    name = f"{id_at}.4"
    batches = read(tmp_path, leg(0, date=date, call=name, linked=name), timezone="Europe/Berlin")
    (event,) = contacts(batches)
    assert event.arrived_at == datetime.fromtimestamp(id_at, UTC)


def test_dates_in_another_zone_than_stated_are_refused_or_told(tmp_path: Path) -> None:
    batches = read(tmp_path, leg(0), timezone="Asia/Tokyo")
    assert "set timezone" in rejects(batches)[0].reason
    assert contacts(batches) == []
    looked = source_of(tmp_path / "Master.csv", timezone="America/New_York").probe(now=NOW)
    assert any("zone of the dates" in text for text in looked.missing)


def test_the_probe_warns_of_a_queue_log_beside(tmp_path: Path) -> None:
    read(tmp_path, leg(0, lasts=50), leg(5))
    source = source_of(tmp_path / "Master.csv")
    assert source.probe(now=NOW).missing == ()
    assert source.probe(now=NOW).queues == ["support"]
    (tmp_path / "queue_log").write_text("1|NONE|NONE|NONE|QUEUESTART|\n")
    assert "would count twice" in source.probe(now=NOW).missing[0]


def test_a_back_fill_begins_where_it_is_told_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    path.write_text("".join(record_line(call) for call in range(40)))
    source = source_of(path)
    batches = drain(source, source.watermark_at(BEGIN + timedelta(seconds=40)))
    assert len(contacts(batches)) == 20
    with path.open("a") as file:
        file.write(record_line(41) + record_line(1))
    assert len(contacts(drain(source, batches[-1].watermark))) == 1


def test_rotation_loses_nothing(tmp_path: Path) -> None:
    lines = [record_line(call) for call in range(60)]
    path = tmp_path / "Master.csv"
    source = source_of(path, batch_rows=7)
    path.write_text("".join(lines[:20]))
    batches = drain(source)
    path.rename(tmp_path / "Master.csv.1").write_text("".join(lines[:40]))
    path.write_text("".join(lines[40:]))
    batches += drain(source, batches[-1].watermark)
    assert len(stored(batches)) == 60
    assert not rejects(batches)


def _database(path: Path, lines: list[dict[str, Any]], *, linked: bool = True) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        more = ", uniqueid, linkedid" if linked else ", uniqueid"
        database.execute(f"CREATE TABLE IF NOT EXISTS cdr ({TABLE}{more})")
        for line in lines:
            row = {"calldate": f"{at(line['at']):%Y-%m-%d %H:%M:%S}", "dcontext": "inbound", "channel": "PJSIP/t-1"}
            row |= {"dstchannel": "PJSIP/101-1", "lastapp": "Queue", "lastdata": "support,,", "src": "+4930"}
            row |= {"duration": 60, "billsec": 40, "disposition": "ANSWERED", "uniqueid": f"{T + line['at']}.1"}
            row |= {"linkedid": f"{T + line['at']}.1"} if linked else {}
            row |= {key: value for key, value in line.items() if key != "at"}
            names = ", ".join(row)
            database.execute(f"INSERT INTO cdr ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values()))


def test_a_database_is_followed_by_row(tmp_path: Path) -> None:
    path = tmp_path / "master.db"
    _database(path, [{"at": second} for second in range(0, 50, 5)])
    source = source_of(path, batch_rows=3)
    batches = drain(source)
    assert [len(batch.events) for batch in batches] == [3, 3, 3, 1]
    assert [batch.done for batch in batches] == [3, 6, 9, 10]
    assert {batch.unit for batch in batches} == {"rows"}
    assert drain(source, batches[-1].watermark) == []
    _database(path, [{"at": 60, "disposition": "NO ANSWER"}, {"at": 65, "linkedid": f"{T + 60}.1"}])
    (new,) = contacts(drain(source, batches[-1].watermark))
    assert (new.arrived_at, new.answered_at, new.ended_at) == (at(60), at(85), at(125))


def test_another_database_under_the_old_name_is_read_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "master.db"
    _database(path, [{"at": second} for second in range(10)])
    source = source_of(path)
    watermark = drain(source)[-1].watermark
    path.unlink()
    _database(path, [{"at": second} for second in range(100, 120)])
    assert len(contacts(drain(source, watermark))) == 20


def test_a_row_without_sense_is_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "master.db"
    _database(path, [{"at": 0}, {"at": 5, "duration": None}, {"at": 9, "calldate": "soon"}, {"at": 12}], linked=False)
    batches = drain(source_of(path))
    assert [record.location for record in rejects(batches)] == ["master.db:2", "master.db:3"]
    assert "+4930" not in str(rejects(batches))
    assert len(contacts(batches)) == 2


@pytest.mark.parametrize(("table", "permanent"), [("calls", True), ('x" --', True)])
def test_a_table_that_is_not_there_is_a_source_error(table: str, permanent: bool, tmp_path: Path) -> None:
    _database(tmp_path / "master.db", [{"at": 0}])
    with pytest.raises(SourceError, match="no such table") as caught:
        drain(source_of(tmp_path / "master.db", table=table))
    assert caught.value.permanent is permanent


def test_a_locked_and_a_damaged_database_are_source_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.sources.asterisk.cdr.database._BUSY_S", 0.05)
    path = tmp_path / "master.db"
    _database(path, [{"at": 0}])
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        with pytest.raises(SourceError, match="locked") as caught:
            drain(source_of(path))
        assert not caught.value.permanent
    path.write_bytes(path.read_bytes()[:100] + b"\xff" * 9000)
    with pytest.raises(SourceError):
        drain(source_of(path))


def test_options_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="queue_from must be one of lastdata, dst"):
        source_of(tmp_path / "x", queue_from="colour")


@pytest.mark.shared
def test_the_sample_of_a_real_asterisk(shared: Path) -> None:
    batches = drain(source_of(shared / "rigs" / "asterisk" / "sample_cdr.csv"), now=datetime(2026, 11, 24, tzinfo=UTC))
    outcomes = [event.outcome for event in contacts(batches)]
    # Eleven visits to the queues, as queue_log has them. Two of them nobody answered.
    assert (outcomes.count(Outcome.ANSWERED), outcomes.count(Outcome.ABANDONED)) == (9, 2)
    assert not rejects(batches)


_cells = st.one_of(
    st.text(max_size=12), st.sampled_from(["Queue", "ANSWERED", "1e309", "-1", "2026-11-23 08:00:00", ""])
)


def test_ten_thousand_records_of_anything() -> None:
    random = Random(20261123)
    words = [
        "Queue",
        "ANSWERED",
        "NO ANSWER",
        "inbound",
        "support,,",
        "1e309",
        "-1",
        "0",
        "40",
        "",
        "x" * 300,
        "\0",
        "٣",
    ]
    words += [
        f"{T}.1",
        f"{T + 9}.2",
        "2026-11-23 08:00:00",
        "2026-02-30 08:00:00",
        "0001-01-01",
        "9" * 40,
        "L/1;1",
        "L/1;2",
    ]
    legs = Legs(config_of("asterisk_cdr", {}), frozenset(), "lastdata", hash_of)
    names = [*TABLE.split(", "), "uniqueid", "linkedid", "start"]
    taken = refused = 0
    for _ in range(10_000):
        row = {name: random.choice(words) for name in names if random.random() < 0.9}
        row |= {"lastapp": "Queue", "duration": "50", "billsec": "9"} if random.random() < 0.5 else {}
        try:
            taken += legs.feed(leg_of(row, ZoneInfo("Europe/Berlin"))) is not None
        except RecordError:
            refused += 1
    assert taken > 50
    assert refused > 5_000


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rubbish=st.lists(st.one_of(st.binary(max_size=300), st.lists(_cells, max_size=22)), max_size=8), data=st.data())
def test_whatever_stands_in_the_file_is_taken_or_refused(
    rubbish: list[Any], data: st.DataObject, tmp_path: Path
) -> None:
    whole = leg(0).encode()
    cut = data.draw(st.integers(0, len(whole)))
    lines = [
        one if isinstance(one, bytes) else ",".join(f'"{cell}"' for cell in one).encode("utf-8", "replace")
        for one in rubbish
    ]
    path = tmp_path / "Master.csv"
    path.write_bytes(b"\n".join([*lines, whole[:cut] + whole[cut:].replace(b"0", b"9"), leg(7).encode()]))
    _takes_anything(path)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.dictionaries(
            st.sampled_from(TABLE.split(", ")),
            st.one_of(_cells, st.integers(-(2**63), 2**63 - 1), st.floats(), st.binary(max_size=9), st.none()),
        ),
        max_size=5,
    )
)
def test_whatever_stands_in_the_database_is_taken_or_refused(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    path = tmp_path / "master.db"
    path.unlink(missing_ok=True)
    _database(
        path,
        [
            {"at": 0, **{k: v.encode("utf-8", "replace") if isinstance(v, str) else v for k, v in row.items()}}
            for row in rows
        ],
    )
    _takes_anything(path)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    mark=st.recursive(
        st.one_of(st.none(), st.integers(), st.floats(), st.text(max_size=5)),
        lambda inner: (
            st.dictionaries(st.sampled_from(["calls", "place", "row", "since", "picked_up", "last", "x"]), inner)
            | st.lists(inner, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_whatever_watermark_there_is_the_file_is_read(mark: Any, tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    path.write_text(leg(0))
    _takes_anything(path, json.dumps(mark))


def _takes_anything(path: Path, watermark: str | None = None) -> None:
    source = source_of(path, batch_rows=3)
    try:
        batches = drain(source, watermark)
        source.probe(now=NOW)
    except SourceError:
        return
    assert all(record.reason for record in rejects(batches))
