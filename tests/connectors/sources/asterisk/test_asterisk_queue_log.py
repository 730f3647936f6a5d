"""The queue_log as Asterisk writes it, rotates it and breaks it."""

from __future__ import annotations

import gzip
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.records import ContactEvent, Outcome, QueueState, RejectedRecord
from connectors.registry import build
from connectors.source import Batch, Source
from tests.connectors.source_rigs import call_lines, config_of, drain, hash_of, stored

T = 1_795_420_800  # 2026-11-23 08:00 UTC
NOW = datetime.fromtimestamp(T + 1800, UTC)
ENTER = f"{T}|c1|support|NONE|ENTERQUEUE||+4930123456|1\n"


def source_of(path: Path, *, batch_rows: int = 20_000, **queues: str) -> Source:
    options = {"path": str(path), "batch_rows": batch_rows}
    return build(config_of("asterisk_queue_log", options, **queues), caller_hash=hash_of)


def read(folder: Path, *lines: str) -> list[Batch]:
    path = folder / "queue_log"
    path.write_text("".join(lines))
    return drain(source_of(path), now=NOW)


def events(batches: list[Batch]) -> list[ContactEvent]:
    return [event for batch in batches for event in batch.events]


def rejects(batches: list[Batch]) -> list[RejectedRecord]:
    return [record for batch in batches for record in batch.rejected]


def states(batches: list[Batch]) -> dict[str, QueueState]:
    return {state.queue: state for batch in batches for state in batch.states}


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(T + seconds, UTC)


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("A1|COMPLETEAGENT|20|40|1", Outcome.ANSWERED),
        ("A1|COMPLETECALLER|20|40|1", Outcome.ANSWERED),
        ("A1|BLINDTRANSFER|200|default|20|40|1", Outcome.ANSWERED),
        ("A1|ATTENDEDTRANSFER|BRIDGE|b-1|20|40|1", Outcome.ANSWERED),
        ("A1|ATTENDEDTRANSFER|LINK|x|y|20|40|1", Outcome.ANSWERED),
        ("A1|TRANSFER|200|default|20|40|1", Outcome.ANSWERED),
        ("NONE|ABANDON|1|1|60", Outcome.ABANDONED),
        ("NONE|EXITWITHTIMEOUT|1|1|60", Outcome.ABANDONED),
        ("NONE|EXITEMPTY|1|1|60", Outcome.ABANDONED),
        ("NONE|EXITWITHKEY|5|1|1|60", Outcome.ABANDONED),
    ],
)
@pytest.mark.parametrize("seen", [True, False])
def test_each_way_a_call_ends(line: str, outcome: Outcome, seen: bool, tmp_path: Path) -> None:
    connect = f"{T + 20}|c1|support|A1|CONNECT|20|x|3\n"
    begun = [ENTER, *([connect] if outcome is Outcome.ANSWERED else [])] if seen else []
    (event,) = events(read(tmp_path, *begun, f"{T + 60}|c1|support|{line}\n"))
    assert event.outcome is outcome
    assert (event.arrived_at, event.ended_at) == (at(0), at(60))
    assert event.answered_at == (at(20) if outcome is Outcome.ANSWERED else None)
    assert event.external_id == f"c1/support/{T}"
    assert event.caller == ("hash:11" if seen else None)


def test_events_that_change_no_contact_are_passed_over(tmp_path: Path) -> None:
    batches = read(
        tmp_path,
        ENTER,
        f"{T + 1}|c1|support|A1|RINGNOANSWER|1000\n",
        f"{T + 1}|c1|support|NONE|DID|600\n",
        f"{T + 2}|NONE|support|A1|PAUSE|lunch\n",
        f"{T + 2}|NONE|NONE|NONE|CONFIGRELOAD|\n",
        f"{T + 2}|c1|support|A1|RINGCANCELED|900\n",
    )
    assert [event.outcome for event in events(batches)] == [Outcome.WAITING]
    assert not rejects(batches)


def test_the_same_call_in_the_same_queue_again_is_another_contact(tmp_path: Path) -> None:
    batches = read(
        tmp_path,
        ENTER,
        f"{T}|c1|support|NONE|EXITEMPTY|1|1|0\n",
        ENTER,
        f"{T + 5}|c1|support|NONE|EXITWITHTIMEOUT|1|1|5\n",
        f"{T + 9}|c1|support|NONE|ENTERQUEUE||+4930123456|1\n",
        f"{T + 9}|c1|billing|NONE|ENTERQUEUE||+4930123456|1\n",
    )
    assert [event.external_id for event in events(batches)] == [
        f"c1/support/{T}",
        f"c1/support/{T}/1",
        f"c1/support/{T + 9}",
        f"c1/billing/{T + 9}",
    ]


def test_the_state_comes_from_the_open_calls(tmp_path: Path) -> None:
    found = states(
        read(
            tmp_path,
            ENTER,
            f"{T + 60}|c2|support|NONE|ENTERQUEUE||x|2\n",
            f"{T + 60}|c3|support|NONE|ENTERQUEUE||x|3\n",
            f"{T + 90}|c3|support|A1|CONNECT|30|x|3\n",
            f"{T + 90}|c4|billing|NONE|ABANDON|1|1|9\n",
        )
    )
    assert (found["support"].waiting, found["support"].longest_wait_s, found["support"].in_service) == (2, 1800.0, 1)
    assert (found["billing"].waiting, found["billing"].in_service) == (0, 0)
    assert {state.at for state in found.values()} == {NOW}


def test_a_log_that_has_been_silent_says_nothing_of_the_present(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    path.write_text(ENTER)
    assert states(drain(source_of(path), now=NOW))
    assert not states(drain(source_of(path), now=NOW + timedelta(hours=1)))


def test_a_restart_of_asterisk_cuts_the_open_calls_when_it_was_last_heard(tmp_path: Path) -> None:
    batches = read(
        tmp_path,
        ENTER,
        f"{T + 1}|c2|support|NONE|ENTERQUEUE||x|2\n",
        f"{T + 5}|c2|support|A1|CONNECT|4|x|3\n",
        f"{T + 40}|NONE|support|A1|PAUSE|\n",
        f"{T + 600}|NONE|NONE|NONE|QUEUESTART|\n",
    )
    found = {event.external_id[:2]: event for event in events(batches)}
    assert (found["c1"].outcome, found["c1"].ended_at) == (Outcome.ABANDONED, at(40))
    assert (found["c2"].outcome, found["c2"].ended_at) == (Outcome.ANSWERED, at(40))
    assert states(batches)["support"].waiting == 0


def test_a_clock_that_was_set_back_loses_no_call(tmp_path: Path) -> None:
    (event,) = events(
        read(tmp_path, ENTER, f"{T - 2}|c1|support|A1|CONNECT|0|x|1\n", f"{T - 1}|c1|support|A1|COMPLETEAGENT|0|1|1\n")
    )
    assert (event.arrived_at, event.answered_at, event.ended_at) == (at(0), at(0), at(0))


def test_queues_are_renamed_and_states_merged(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    path.write_text(f"{ENTER}{T}|c2|support_en|NONE|ENTERQUEUE||x|1\n")
    batches = drain(source_of(path, support="main", support_en="main"), now=NOW)
    assert {event.queue for event in events(batches)} == {"main"}
    assert states(batches)["main"].waiting == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("rubbish", "a line needs epoch|callid|queue|agent|EVENT, got 1 fields"),
        (f"{T}|c1|support|NONE", "got 4 fields"),
        ("soon|c1|support|NONE|ENTERQUEUE||x|1", "begins with seconds since 1970, got 'soon'"),
        ("nan|c1|support|NONE|ENTERQUEUE||x|1", "begins with seconds since 1970"),
        ("1e300|c1|support|NONE|ENTERQUEUE||x|1", "begins with seconds since 1970"),
        (f"{T}||support|NONE|ENTERQUEUE||x|1", "must name a call and a queue"),
        (f"{T}|c1|NONE|NONE|ABANDON|1|1|1", "must name a call and a queue"),
        (f"{T}|c9|support|A1|COMPLETEAGENT", "not seen to enter"),
        (f"{T}|c9|support|A1|CONNECT|soon|x|1", "must give whole seconds, got 'soon'"),
        (f"{T + 86400}|c9|support|NONE|ENTERQUEUE||x|1", "lies in the future"),
        ("\0\1\2\xff" * 30, "a line needs"),
    ],
)
def test_broken_lines_are_refused_with_their_place(line: str, reason: str, tmp_path: Path) -> None:
    batches = read(tmp_path, ENTER, f"{line}\n", f"{T + 9}|c1|support|NONE|ABANDON|1|1|9\n")
    assert [record.location for record in rejects(batches)] == ["queue_log:2"]
    assert reason in rejects(batches)[0].reason
    assert [event.outcome for event in events(batches)] == [Outcome.ABANDONED]


def test_a_refused_line_does_not_keep_the_callers_number(tmp_path: Path) -> None:
    (record,) = rejects(read(tmp_path, f"{T}||support|NONE|ENTERQUEUE||+4930123456|1\n"))
    assert record.raw == f"{T}||support|NONE|ENTERQUEUE||+##########|#"


def test_a_call_without_an_end_is_given_up_after_a_day(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    path.write_text(f"{ENTER}{T + 90_000}|c2|support|NONE|ENTERQUEUE||x|1\n")
    batches = drain(source_of(path), now=NOW + timedelta(days=2))
    assert "no end for a day" in rejects(batches)[0].reason
    assert "c1" not in batches[-1].watermark


ROTATIONS = {
    "renamed": lambda log: log.rename(log.with_name("queue_log.1")),
    "dated": lambda log: log.rename(log.with_name("queue_log-20261123")),
    "copied and truncated": lambda log: (shutil.copy2(log, log.with_name("queue_log.1")), log.write_text("")),
    "compressed": lambda log: (
        log.with_name("queue_log.1.gz").write_bytes(gzip.compress(log.read_bytes())),
        log.unlink(),
    ),
}


@pytest.mark.parametrize("rotation", sorted(ROTATIONS))
@pytest.mark.parametrize("batch_rows", [11, 1000])
def test_rotation_loses_nothing(rotation: str, batch_rows: int, tmp_path: Path) -> None:
    lines = list(call_lines(100))
    (tmp_path / "whole").mkdir()
    whole = stored(read(tmp_path / "whole", *lines))
    log = tmp_path / "queue_log"
    source = source_of(log, batch_rows=batch_rows)
    log.write_text("".join(lines[:100]))
    batches = drain(source, now=NOW)
    with log.open("a") as file:
        file.write("".join(lines[100:180]))  # unread when the log is rotated
    ROTATIONS[rotation](log)
    log.write_text("".join(lines[180:]))
    batches += drain(source, batches[-1].watermark, now=NOW)
    assert stored(batches) == whole
    assert not rejects(batches)


def test_two_rotations_between_two_looks_lose_nothing(tmp_path: Path) -> None:
    lines = list(call_lines(100))
    log = tmp_path / "queue_log"
    source = source_of(log)
    log.write_text("".join(lines[:50]))
    batches = drain(source, now=NOW)
    log.rename(tmp_path / "queue_log.2")
    (tmp_path / "queue_log.1").write_text("".join(lines[50:120]))
    log.write_text("".join(lines[120:]))
    batches += drain(source, batches[-1].watermark, now=NOW)
    assert len(stored(batches)) == 100
    assert not rejects(batches)


def test_the_old_log_is_followed_until_the_new_one_begins(tmp_path: Path) -> None:
    lines = list(call_lines(60))
    log = tmp_path / "queue_log"
    source = source_of(log)
    log.write_text("".join(lines[:50]))
    batches = drain(source, now=NOW)
    old = log.rename(tmp_path / "queue_log.1")
    log.touch()  # logrotate's `create`; Asterisk still writes to the old file until it is told
    with old.open("a") as file:
        file.write("".join(lines[50:100]) + lines[100][:9])
    batches += drain(source, batches[-1].watermark, now=NOW)
    with old.open("a") as file:
        file.write(lines[100][9:] + "".join(lines[101:140]))
    log.write_text("".join(lines[140:]))
    batches += drain(source, batches[-1].watermark, now=NOW)
    assert len(stored(batches)) == 60
    assert not rejects(batches)


def test_a_truncated_log_is_read_from_its_beginning_and_the_loss_is_told(tmp_path: Path) -> None:
    lines = list(call_lines(60))
    log = tmp_path / "queue_log"
    source = source_of(log)
    log.write_text("".join(lines[:50]))
    first = drain(source, now=NOW)
    log.write_text("".join(lines[90:120]))
    second = drain(source, first[-1].watermark, now=NOW)
    (record,) = rejects(second)
    assert record.location == "queue_log:50"
    assert "may be missing" in record.reason
    assert events(second)
    assert not rejects(drain(source, second[-1].watermark, now=NOW))


@pytest.mark.shared
def test_the_sample_of_a_real_asterisk(shared: Path) -> None:
    path = shared / "rigs" / "asterisk" / "sample_queue_log.txt"
    batches = drain(source_of(path), now=datetime(2026, 11, 24, tzinfo=UTC))
    outcomes = [event.outcome for event in events(batches)]
    assert (outcomes.count(Outcome.ANSWERED), outcomes.count(Outcome.ABANDONED), len(outcomes)) == (9, 2, 11)
    assert not rejects(batches)
