"""What every source of files must keep, whatever it reads. A new kind needs a rig in `source_rigs.py`.

What those that ask over HTTP must keep stands in `test_fault_matrix.py`, their rigs in `http_rigs.py`.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from connectors.errors import ConfigError, SourceError
from connectors.registry import KINDS, build
from connectors.source import Evidence
from tests.connectors.http_rigs import RIGS as HTTP_RIGS
from tests.connectors.source_rigs import NOW, RIGS, Rig, config_of, drain, hash_of, stored

N = 60


# Kinds that are neither files nor asked through our HTTP client, and the folder with tests of their own.
OF_THEIR_OWN = {
    "sql": "sql_query",
    "asterisk_ami": "asterisk",
    "imap": "imap",
    "webhook": "webhook",
    "alertmanager_webhook": "alertmanager",
    "amazon_connect": "amazon_connect",
    "asterisk_cdr": "asterisk",
}


@pytest.fixture(params=sorted(RIGS))
def rig(request: pytest.FixtureRequest) -> Rig:
    return RIGS[request.param]


def test_every_kind_has_a_rig_or_tests_of_its_own() -> None:
    unproven = set(KINDS) - set(RIGS) - set(HTTP_RIGS) - set(OF_THEIR_OWN)
    assert not unproven, f"write a rig for {sorted(unproven)} in source_rigs.py or http_rigs.py"
    for folder in OF_THEIR_OWN.values():
        assert list((Path(__file__).parent / "sources" / folder).glob("test_*.py")), f"no tests in {folder}"


def test_everything_comes_once_and_in_utc(rig: Rig, tmp_path: Path) -> None:
    batches = drain(rig.source(rig.write(tmp_path, rig.lines(N))))
    assert len(stored(batches)) == rig.records(N)
    assert not [record for batch in batches for record in batch.rejected]
    times = [event.arrived_at for batch in batches for event in batch.events]
    times += [volume.interval_start for batch in batches for volume in batch.volumes]
    assert times
    assert all(time.utcoffset() == timedelta(0) for time in times)


def test_a_fetch_from_any_watermark_completes_the_same_truth(rig: Rig, tmp_path: Path) -> None:
    path = rig.write(tmp_path, rig.lines(N))
    whole = drain(rig.source(path, batch_rows=7))
    assert len(whole) > 5
    for index, batch in enumerate(whole):
        rest = drain(rig.source(path, batch_rows=7), batch.watermark)
        assert stored(rest, stored(whole[: index + 1])) == stored(whole)


def test_a_fetch_from_the_same_watermark_gives_the_same_records(rig: Rig, tmp_path: Path) -> None:
    path = rig.write(tmp_path, rig.lines(N))
    source = rig.source(path, batch_rows=7)
    first = drain(source)
    assert stored(drain(source)) == stored(first)
    assert stored(drain(source, first[2].watermark)) == stored(drain(source, first[2].watermark))


def test_nothing_new_brings_no_records(rig: Rig, tmp_path: Path) -> None:
    source = rig.source(rig.write(tmp_path, rig.lines(N)))
    again = drain(source, drain(source)[-1].watermark)
    assert not [batch for batch in again if batch.events or batch.volumes or batch.rejected]


def test_batches_are_bounded_and_count_up(rig: Rig, tmp_path: Path) -> None:
    batches = drain(rig.source(rig.write(tmp_path, rig.lines(N)), batch_rows=7))
    assert max(len(batch.events) + len(batch.volumes) for batch in batches) <= 7
    done = [batch.done for batch in batches]
    assert done == sorted(done)
    assert batches[-1].done == batches[-1].total


def test_what_is_appended_follows_and_a_torn_line_waits(rig: Rig, tmp_path: Path) -> None:
    lines = rig.lines(N)
    path = rig.write(tmp_path, lines[:20])
    source = rig.source(path)
    batches, grown = drain(source), "".join(lines[20:])
    for cut in range(0, len(grown), 113):
        with path.open("a") as file:
            file.write(grown[cut : cut + 113])
        batches += drain(source, batches[-1].watermark)
    assert stored(batches) == stored(drain(rig.source(path)))
    assert not [record for batch in batches for record in batch.rejected]
    assert len(stored(batches)) == rig.records(N)


def test_reading_all_again_changes_nothing(rig: Rig, tmp_path: Path) -> None:
    source = rig.source(rig.write(tmp_path, rig.lines(N)))
    once = drain(source)
    assert stored(drain(source, None), stored(once)) == stored(once)


@pytest.mark.parametrize("foreign", ["no json", "{}", "[1, 2, 3]", '{"config": "x", "files": 1}', '"text"', "null"])
def test_a_watermark_of_another_kind_reads_all_again(foreign: str, rig: Rig, tmp_path: Path) -> None:
    source = rig.source(rig.write(tmp_path, rig.lines(N)))
    assert stored(drain(source, foreign)) == stored(drain(source))


def test_a_late_update_wins(rig: Rig, tmp_path: Path) -> None:
    path = rig.write(tmp_path, rig.lines(N))
    source = rig.source(path)
    before = drain(source)
    with path.open("a") as file:
        file.write(rig.late)
    after = stored(drain(source, before[-1].watermark), stored(before))
    changed = {key for key, said in after.items() if stored(before).get(key) != said}
    assert len(changed) == 1


def test_a_file_replaced_by_another_is_read_from_its_beginning(rig: Rig, tmp_path: Path) -> None:
    lines = rig.lines(N)
    path = rig.write(tmp_path, lines)
    source = rig.source(path)
    watermark = drain(source)[-1].watermark
    path.unlink()
    rig.write(tmp_path, rig.lines(3))
    assert stored(drain(source, watermark)) == stored(drain(rig.source(path)))


def test_rubbish_is_refused_with_place_and_reason_and_the_rest_goes_on(rig: Rig, tmp_path: Path) -> None:
    lines = rig.lines(N)
    path = rig.write(tmp_path, [*lines[:10], "rubbish\n", *lines[10:]])
    batches = drain(rig.source(path))
    rejected = [record for batch in batches for record in batch.rejected]
    place = rig.header.count("\n") + 11
    assert [record.location for record in rejected] == [f"{rig.file_name}:{place}"]
    assert rejected[0].reason
    assert rejected[0].raw == "rubbish"
    assert len(stored(batches)) == rig.records(N)


def test_records_of_the_future_are_refused(rig: Rig, tmp_path: Path) -> None:
    path = rig.write(tmp_path, rig.lines(N))
    batches = drain(rig.source(path), now=NOW - timedelta(days=365))
    assert stored(batches) == {}
    rejected = [record for batch in batches for record in batch.rejected]
    assert all("future" in record.reason for record in rejected)
    assert len(rejected) == len(rig.lines(N))


def test_a_file_that_is_not_there_is_a_source_error(rig: Rig, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"does not exist|No such file") as caught:
        drain(rig.source(tmp_path / "absent"))
    assert caught.value.source == "test"
    assert not caught.value.permanent


def test_a_folder_in_place_of_a_file_or_an_empty_one_is_a_source_error(rig: Rig, tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        drain(rig.source(tmp_path))


def test_options_that_do_not_exist_or_are_missing_name_those_that_do(rig: Rig, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"\[sources\.test\] unknown key.*pth.*knows.*path"):
        rig.source(tmp_path / "x", pth="typo")
    with pytest.raises(ConfigError, match="batch_rows must be"):
        rig.source(tmp_path / "x", batch_rows="many")
    with pytest.raises(ConfigError, match="path is missing"):
        build(config_of(rig.kind, {}), caller_hash=hash_of)


def test_evidence_and_kind_are_stated(rig: Rig, tmp_path: Path) -> None:
    source = rig.source(tmp_path / "x")
    assert source.KIND == rig.kind == source.config.kind
    assert isinstance(source.EVIDENCE, Evidence)
