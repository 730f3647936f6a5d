"""The SQL source against a real SQLite file and a real PostgreSQL."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from connectors.errors import ConfigError, SourceError
from connectors.mapping import map_records
from connectors.records import Channel, Outcome
from connectors.registry import build
from connectors.source import Batch, Source, SourceConfig
from connectors.sources.sql_query.rows import COUNT_COLUMNS, EVENT_COLUMNS, RowReader
from tests.connectors.source_rigs import hash_of, stored
from tests.databases import BACKENDS

pytestmark = pytest.mark.live
NOW = datetime(2024, 11, 23, 18, tzinfo=UTC)
ENV = "ANDRANG_TEST_SQL_URL"
FIRST, LAST = datetime.min, datetime.max  # noqa: DTZ901
QUERY = """
SELECT id AS external_id, skill AS queue, began AS arrived_at, answered AS answered_at, ended AS ended_at,
       phone AS caller
FROM calls WHERE changed >= :since AND changed < :until ORDER BY changed
"""
COUNT = """
SELECT bin AS interval_start, skill AS queue, n AS offered, done AS answered
FROM counts WHERE bin >= :since AND bin < :until
"""


@dataclass(frozen=True)
class Vendor:
    """A phone system's database; `zoned` columns keep their offset."""

    url: str

    @property
    def is_postgresql(self) -> bool:
        return self.url.startswith("postgresql")

    def run(self, statement: str, *rows: dict[str, Any]) -> None:
        engine = create_engine(self.url, poolclass=NullPool)
        with engine.begin() as connection:
            connection.execute(text(statement), list(rows) or None)
        engine.dispose()

    def call(self, number: int, at: datetime, **given: Any) -> None:
        """One call; by default answered after ten seconds and ended after a hundred."""
        row = {
            "id": f"c{number}", "skill": ("support", "billing")[number % 2], "began": at, "phone": f"+4930{number}",
            "answered": at + timedelta(seconds=10), "ended": at + timedelta(seconds=100), "changed": at,
        } | given  # fmt: skip
        if not self.is_postgresql:
            row = {key: f"{v:%Y-%m-%d %H:%M:%S}" if isinstance(v, datetime) else v for key, v in row.items()}
        self.run("DELETE FROM calls WHERE id = :id", {"id": row["id"]})
        self.run("INSERT INTO calls VALUES (:id, :skill, :began, :answered, :ended, :phone, :changed)", row)

    def source(self, query: str = QUERY, *, timezone: str = "UTC", **options: Any) -> Source:
        given = {"url_env": ENV, "query": query, **options}
        config = SourceConfig("phone", "sql", given, {"support": "hotline"}, timezone)
        return build(config, caller_hash=hash_of)


@pytest.fixture(params=BACKENDS)
def vendor(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    if request.param == "sqlite":
        made, drop = Vendor(f"sqlite:///{tmp_path / 'phone.db'}"), None
    else:
        server = Vendor(make_url(request.getfixturevalue("postgresql_url")).set(drivername="postgresql+psycopg")
                        .render_as_string(hide_password=False))  # fmt: skip
        drop = f"phone_{uuid.uuid4().hex[:12]}"
        server.run(f"CREATE SCHEMA {drop}")
        made = Vendor(f"{server.url}{'&' if '?' in server.url else '?'}options=-csearch_path%3D{drop}")
    stamp = "timestamptz" if made.is_postgresql else "text"
    made.run(
        f"CREATE TABLE calls (id text, skill text, began {stamp}, answered {stamp}, ended {stamp}, phone text,"
        f" changed {stamp})"
    )
    made.run(f"CREATE TABLE counts (bin {stamp}, skill text, n integer, done numeric)")
    monkeypatch.setenv(ENV, made.url)
    yield made
    if drop:
        server.run(f"DROP SCHEMA {drop} CASCADE")


def drain(source: Source, watermark: str | None = None, *, now: datetime = NOW) -> list[Batch]:
    return list(source.fetch(watermark, now=now))


def test_contacts_come_once_in_utc_under_our_queue_and_without_the_number(vendor: Vendor) -> None:
    for number in range(25):
        vendor.call(number, NOW - timedelta(days=3) + timedelta(hours=2 * number))
    batches = drain(vendor.source(batch_rows=4))
    events = [event for batch in batches for event in batch.events]
    assert len(events) == len(stored(batches)) == 25
    assert {event.queue for event in events} == {"hotline", "billing"}
    assert {event.outcome for event in events} == {Outcome.ANSWERED}
    assert events[0].arrived_at == NOW - timedelta(days=3)
    assert events[0].caller == "hash:6"
    assert max(len(batch.events) for batch in batches) == 4
    assert batches[-1].done == batches[-1].total == 90 * 24


def test_a_fetch_from_any_watermark_completes_the_same_truth(vendor: Vendor) -> None:
    for number in range(20):
        vendor.call(number, NOW - timedelta(days=4) + timedelta(hours=4 * number))
    source = vendor.source(batch_rows=3, window_h=48)
    whole = drain(source)
    for index in range(len(whole) - 12, len(whole)):
        rest = drain(source, whole[index].watermark)
        assert stored(rest, stored(whole[: index + 1])) == stored(whole)


def test_late_updates_and_late_commits_are_seen(vendor: Vendor) -> None:
    vendor.call(1, NOW - timedelta(hours=2), answered=None, ended=None)
    source = vendor.source(overlap_s=300)
    first = drain(source)
    vendor.call(1, NOW - timedelta(hours=2), changed=NOW + timedelta(minutes=1))
    vendor.call(2, NOW - timedelta(minutes=4), changed=NOW - timedelta(minutes=4))  # committed after the first fetch
    after = drain(source, first[-1].watermark, now=NOW + timedelta(minutes=5))
    assert stored(first)["event", "c1"][1] == Outcome.WAITING
    assert {event.external_id: event.outcome for batch in after for event in batch.events} == {
        "c1": Outcome.ANSWERED,
        "c2": Outcome.ANSWERED,
    }


def test_nothing_new_moves_only_the_watermark(vendor: Vendor) -> None:
    vendor.call(1, NOW - timedelta(hours=2))
    source = vendor.source()
    again = drain(source, drain(source)[-1].watermark, now=NOW + timedelta(minutes=1))
    assert [(batch.events, batch.rejected) for batch in again] == [((), ())]
    assert drain(source, again[-1].watermark, now=NOW) == []  # a clock that was set back


def test_the_watermark_begins_where_it_is_told(vendor: Vendor) -> None:
    vendor.call(1, NOW - timedelta(days=200))
    source: Any = vendor.source(window_h=24 * 30)
    assert stored(drain(source)) == {}
    assert len(stored(drain(source, source.watermark_at(NOW - timedelta(days=201))))) == 1


def test_another_query_begins_anew(vendor: Vendor) -> None:
    vendor.call(1, NOW - timedelta(days=2))
    mark = drain(vendor.source())[-1].watermark
    again = drain(vendor.source(QUERY.replace("answered AS", "NULL AS").replace("ended AS", "NULL AS")), mark)
    assert [event.outcome for batch in again for event in batch.events] == [Outcome.WAITING]


def test_counts_are_read_whole_even_when_the_watermark_lies_within_an_interval(vendor: Vendor) -> None:
    start = NOW - timedelta(hours=5)
    rows: list[dict[str, Any]] = [
        {"bin": start + timedelta(minutes=15 * i), "skill": "support", "n": i, "done": i // 2} for i in range(20)
    ]
    if not vendor.is_postgresql:
        rows = [{**row, "bin": f"{row['bin']:%Y-%m-%d %H:%M:%S}"} for row in rows]
    vendor.run("INSERT INTO counts VALUES (:bin, :skill, :n, :done)", *rows)
    source = vendor.source(COUNT, interval="15min")
    now = start + timedelta(minutes=37)
    batches = drain(source, now=now)
    assert [volume.offered for batch in batches for volume in batch.volumes] == [0, 1, 2]
    vendor.run("UPDATE counts SET n = 9 WHERE n = 2")
    later = drain(source, batches[-1].watermark, now=now + timedelta(minutes=3))
    assert [(volume.offered, volume.answered) for batch in later for volume in batch.volumes][-1] == (9, 1)
    assert {volume.channel for batch in later for volume in batch.volumes} == {Channel.CALL}


@pytest.mark.parametrize(
    "attack",
    [
        "WITH gone AS (DELETE FROM calls RETURNING *) SELECT * FROM gone WHERE changed >= :since AND changed < :until",
        "SELECT 1 WHERE :since < :until AND nextval('s') > 0",
        "SELECT * FROM calls WHERE changed >= :since AND changed < :until FOR UPDATE",
    ],
)
def test_a_query_that_would_change_something_is_refused_and_changes_nothing(attack: str, vendor: Vendor) -> None:
    vendor.call(1, NOW - timedelta(hours=2))
    if vendor.is_postgresql:
        vendor.run("CREATE SEQUENCE s")
    with pytest.raises(SourceError) as caught:
        drain(vendor.source(attack))
    assert caught.value.permanent
    if vendor.is_postgresql:
        assert "the source only reads" in caught.value.message
    assert len(stored(drain(vendor.source()))) == 1


def test_a_query_that_takes_too_long_is_ended(vendor: Vendor) -> None:
    slow = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS external_id FROM n"
        " WHERE :since < :until"
    )
    with pytest.raises(SourceError, match="took longer than timeout_s") as caught:
        drain(vendor.source(slow, timeout_s=0.2))
    assert not caught.value.permanent


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT nothing FROM calls WHERE changed >= :since AND changed < :until", "nothing"),
        ("SELECT * FROM missing WHERE a >= :since AND a < :until", "missing"),
        ("SELECT FROM WHERE :since, :until", "the query is not right"),
        ("SELECT id, began FROM calls WHERE changed >= :since AND changed < :until",
         "gives no column external_id, arrived_at, queue for contacts; it gives id, began"),
        (QUERY.replace("AS caller", "AS calller"), "gives calller; known are external_id"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_query_is_said(query: str, words: str, vendor: Vendor) -> None:
    with pytest.raises(SourceError) as caught:
        drain(vendor.source(query))
    assert words in caught.value.message
    assert caught.value.permanent


def test_a_bad_row_is_refused_with_its_name_and_the_rest_is_taken(vendor: Vendor) -> None:
    at = NOW - timedelta(hours=3)
    vendor.call(1, at)
    vendor.call(2, at, answered=at - timedelta(minutes=1))
    vendor.call(3, NOW + timedelta(days=2), changed=at)
    vendor.call(4, at, skill=None)
    vendor.call(5, at, ended=None, answered=None)
    batches = drain(vendor.source())
    rejected = {record.location: record.reason for batch in batches for record in batch.rejected}
    assert len(stored(batches)) == 2
    assert "before it arrived" in rejected["phone:support/c2"]
    assert "lies in the future" in rejected["phone:billing/c3"]
    assert "names no queue" in rejected["phone:None/c4"]
    assert not any("+4930" in record.raw for batch in batches for record in batch.rejected)


def test_the_probe_tells_rows_queues_and_clock(vendor: Vendor) -> None:
    vendor.call(1, NOW - timedelta(hours=3))
    vendor.call(2, NOW - timedelta(hours=3), skill=None)
    source: Any = vendor.source()
    probe = source.probe(now=NOW)
    assert probe.saw.startswith("2 rows of the last 24 hours in ")
    assert probe.queues == ["billing"]
    assert probe.missing == [
        "1 rows are refused, the first: the row names no queue; set queue, or let the query name one"
    ]
    assert (probe.server_time is not None) == vendor.is_postgresql
    wrong: Any = vendor.source(QUERY.replace("AS arrived_at", "AS begin"))
    with pytest.raises(SourceError, match="gives no column arrived_at"):
        wrong.probe(now=NOW)


def test_times_without_offset_are_of_the_blocks_zone(vendor: Vendor) -> None:
    if vendor.is_postgresql:
        for column in ("began", "answered", "ended", "changed"):
            vendor.run(f"ALTER TABLE calls ALTER {column} TYPE timestamp USING {column} AT TIME ZONE 'UTC'")
    local = NOW.replace(tzinfo=None)  # 18:00 on a wall in Berlin is 17:00 UTC
    vendor.call(1, local - timedelta(minutes=30))
    source = vendor.source(timezone="Europe/Berlin", overlap_s=0)
    (event,) = [event for batch in drain(source) for event in batch.events]
    assert event.arrived_at == NOW - timedelta(minutes=90)
    begun: Any = source
    assert not stored(drain(source, begun.watermark_at(NOW - timedelta(minutes=89))))
    assert stored(drain(source, begun.watermark_at(NOW - timedelta(minutes=91))))


def test_a_call_in_the_hour_that_comes_twice_is_not_missed(vendor: Vendor) -> None:
    """Wall clocks went from 03:00 back to 02:00 in Berlin on 27 October 2024, at 01:00 UTC."""
    if vendor.is_postgresql:
        for column in ("began", "answered", "ended", "changed"):
            vendor.run(f"ALTER TABLE calls ALTER {column} TYPE timestamp USING {column} AT TIME ZONE 'UTC'")
    source = vendor.source(timezone="Europe/Berlin", overlap_s=60, window_h=1)
    begun: Any = source
    mark = begun.watermark_at(datetime(2024, 10, 26, 23, tzinfo=UTC))
    truth: dict[Any, Any] = {}
    for minute in range(0, 240, 10):
        moment = datetime(2024, 10, 26, 23, tzinfo=UTC) + timedelta(minutes=minute)
        wall = (moment + timedelta(hours=2 if moment < datetime(2024, 10, 27, 1, tzinfo=UTC) else 1)).replace(
            tzinfo=None
        )
        vendor.call(minute, wall, answered=None, ended=None)
        batches = drain(source, mark, now=moment + timedelta(minutes=5))
        truth, mark = stored(batches, truth), batches[-1].watermark
    batches = drain(source, mark, now=datetime(2024, 10, 27, 6, tzinfo=UTC))
    assert len(stored(batches, truth)) == 24


@pytest.mark.parametrize(("form", "factor"), [("epoch", 1), ("epoch_ms", 1000)])
def test_seconds_since_1970_are_bounded_and_read(form: str, factor: int, vendor: Vendor) -> None:
    vendor.run("CREATE TABLE events (id integer, at bigint)")
    at = int((NOW - timedelta(hours=1)).timestamp())
    vendor.run("INSERT INTO events VALUES (:id, :at)", {"id": 7, "at": at * factor})
    query = "SELECT id AS external_id, at AS arrived_at FROM events WHERE at >= :since AND at < :until"
    (event,) = [e for b in drain(vendor.source(query, queue="support", time_form=form)) for e in b.events]
    assert (event.external_id, event.queue, event.arrived_at) == ("7", "hotline", NOW - timedelta(hours=1))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"url_env": ENV, "query": "DELETE FROM calls"}, "must begin with SELECT or WITH"),
        ({"url_env": ENV, "query": "SELECT 1; DROP TABLE calls"}, "must be a single statement"),
        ({"url_env": ENV, "query": "SELECT 1 WHERE a > :since"}, r"needs exactly the two bounds .* got :since"),
        (
            {"url_env": ENV, "query": "SELECT ':until' WHERE a > :since AND :until > :begin"},
            "got :begin, :since, :until",
        ),
        ({"query": QUERY, "url": "sqlite:///x"}, "url must not stand in the config"),
        ({"query": QUERY, "path": "x", "url_env": ENV}, "write either url_env"),
        ({"query": QUERY}, "write either url_env"),
        ({"query": QUERY, "url_env": ENV, "interval": "7min"}, "interval must be one of 5min"),
        ({"query": QUERY, "url_env": ENV, "qeue": "x"}, "unknown key qeue; sql knows url_env, url_file, path, query"),
        ({"url_env": ENV}, "key query is missing"),
    ],
)
def test_a_block_that_cannot_work_says_so(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        build(SourceConfig("phone", "sql", options), caller_hash=hash_of)


@pytest.mark.parametrize(
    ("url", "words", "permanent"),
    [
        ("postgresql://board:s3cret@127.0.0.1:1/phone", "check that it runs", False),
        ("mysql://board:s3cret@127.0.0.1:1/phone", "the driver MySQLdb is not installed", True),
        ("nonsense s3cret", "url is no database address", True),
        ("dbase://board:s3cret@x/y", "no such kind of database: 'dbase'", True),
        ("sqlite:////nowhere/phone.db", "unable to open database file", False),
    ],
)
def test_a_database_that_is_not_there_says_so_without_its_password(
    url: str, words: str, permanent: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENV, url)
    with pytest.raises(SourceError) as caught:
        drain(Vendor(url).source())
    assert words in caught.value.message
    assert "s3cret" not in str(caught.value)
    assert caught.value.permanent is permanent


def test_a_file_that_is_no_database_is_named_and_none_is_made(tmp_path: Path) -> None:
    config = SourceConfig("phone", "sql", {"path": str(tmp_path / "x.db"), "query": QUERY})
    with pytest.raises(SourceError, match="unable to open"):
        drain(build(config, caller_hash=hash_of))
    assert not (tmp_path / "x.db").exists()
    (tmp_path / "x.db").write_text("this is a letter, no database " * 50)
    with pytest.raises(SourceError, match="no SQLite database"):
        drain(build(config, caller_hash=hash_of))


def _value(random: Random) -> Any:
    at = NOW - timedelta(seconds=900 * random.randrange(2000))
    return random.choice(
        (
            at, at, at.isoformat(), at.replace(tzinfo=None), f"{at:%Y-%m-%d %H:%M:%S}", at.timestamp(), at.date(),
            int(at.timestamp()) * 1000, Decimal(int(at.timestamp())), at + timedelta(days=90), None, None, "",
            "support", "answered", "ABANDONED", "waiting", "lost", "call", "chat", 3, 7, 3.5, -1, 10**40,
            Decimal("NaN"), True, Decimal("4"), float("nan"), float("inf"), "\0", "x" * 3000, b"\xff", uuid.UUID(int=5),
            LAST, FIRST, date.max, time(3), timedelta(9), [1], {"a": 1}, "2024-03-31 02:30:00", "2024-10-27 02:30:00",
        )
    )  # fmt: skip


def _row(random: Random, interval_s: int | None) -> dict[str, Any]:
    """A sound row in which about every fifth value is replaced by something else."""
    at = NOW - timedelta(seconds=900 * random.randrange(1, 2000))
    if interval_s:
        sound = dict(zip(COUNT_COLUMNS, (at, 40, "support", Decimal(30), 5, 62.5, "call"), strict=True))
    else:
        times = (at + timedelta(seconds=20), at + timedelta(seconds=90))
        sound = dict(zip(EVENT_COLUMNS, ("c1", at, "support", *times, "answered", "+4930", None), strict=True))
    return {name: _value(random) if random.random() < 0.2 else said for name, said in sound.items()}


@pytest.mark.parametrize("interval_s", [None, 900])
def test_no_row_breaks_the_reading(interval_s: int | None) -> None:
    config = SourceConfig("phone", "sql", {}, {}, "Europe/Berlin")
    reader = RowReader(config, caller_hash=hash_of, queue="q", channel=Channel.CALL, interval_s=interval_s)
    random = Random(4711)
    rows = [_row(random, interval_s) for _ in range(10_000)]
    records, rejected = map_records(map(reader.place, rows), reader.record, where="phone", now=NOW)
    assert len(records) + len(rejected) == 10_000
    assert min(len(records), len(rejected)) > 1000
    assert not [record for record in rejected if not record.reason or "\n" in record.location]
