"""Counts from a file: every doubtful input has a stated answer."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dashboard.services.ordinary import volume_files
from dashboard.services.ordinary.volume_files import VolumeFile, VolumeFileError, read_volumes

HEADER = "interval_start,queue,offered\n"


def every(step: str, at: str = "08:00") -> bytes:
    times = pd.date_range(f"2026-05-04T{at}", periods=30, freq=step)
    return (HEADER + "".join(f"{time.isoformat()},a,1\n" for time in times)).encode()


def read(tmp_path: Path, text: str | bytes, *, interval_s: int = 1800, **options: str) -> VolumeFile:
    path = tmp_path / "counts.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_volumes(path, interval_s=interval_s, **options)


def refused(tmp_path: Path, text: str | bytes, **options: str) -> str:
    with pytest.raises(VolumeFileError) as caught:
        read(tmp_path, text, **options)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_finer_rows_are_summed_up_per_queue(tmp_path: Path) -> None:
    rows = "2026-05-04 08:00,b,1\n2026-05-04 08:15,b,2\n2026-05-04 08:30,b,4\n2026-05-04 08:00,a,9\n"
    made = read(tmp_path, HEADER + rows, timezone="Europe/Berlin")
    assert list(made.queues) == ["a", "b"]
    assert made.queues["b"].to_dict() == {pd.Timestamp("2026-05-04T06:00Z"): 3, pd.Timestamp("2026-05-04T06:30Z"): 4}


def test_without_a_queue_column_there_is_one_queue(tmp_path: Path) -> None:
    assert list(read(tmp_path, "interval_start,offered\n2026-05-04T08:00Z,1\n").queues) == ["all"]


def test_gzip_is_recognised_by_its_bytes(tmp_path: Path) -> None:
    assert read(tmp_path, gzip.compress((HEADER + "2026-05-04T08:00Z,a,1\n").encode())).queues["a"].sum() == 1


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbf" + (HEADER + "2026-05-04T08:00Z,a,1\n").encode()).queues["a"].sum() == 1


def test_times_with_offsets_need_no_zone(tmp_path: Path) -> None:
    made = read(tmp_path, HEADER + "2026-05-04T08:00+02:00,a,1\n2026-05-04T08:30+02:00,a,1\n", timezone="Asia/Tokyo")
    assert made.queues["a"].index[0] == pd.Timestamp("2026-05-04T06:00Z")


def test_an_empty_count_is_unknown_and_never_zero(tmp_path: Path) -> None:
    made = read(tmp_path, HEADER + "2026-05-04T08:00,a,\n2026-05-04T08:30,a,2\n2026-05-04T09:00,a,NaN\n").queues["a"]
    np.testing.assert_array_equal(made, [np.nan, 2, np.nan])


def test_fractions_are_taken_and_named(tmp_path: Path) -> None:
    made = read(tmp_path, HEADER + "2026-05-04T08:00,a,1.5\n")
    assert made.queues["a"].sum() == 1.5
    assert "1 counts have a fraction" in made.notes[0]


def test_the_repeated_hour_is_read_in_order(tmp_path: Path) -> None:
    rows = "".join(f"2026-10-25 {t},a,{n}\n" for n, t in enumerate(["01:00", "02:00", "02:00", "03:00"]))
    made = read(tmp_path, HEADER + rows, timezone="Europe/Berlin", interval_s=3600).queues["a"]
    assert [t.hour for t in made.index] == [23, 0, 1, 2]
    assert made.tolist() == [0, 1, 2, 3]


def test_the_skipped_hour_may_be_empty_but_holds_no_contact(tmp_path: Path) -> None:
    rows = "2026-03-29 01:00,a,3\n2026-03-29 02:00,a,{}\n2026-03-29 03:00,a,4\n"
    made = read(tmp_path, HEADER + rows.format(0), timezone="Europe/Berlin")
    assert made.queues["a"].tolist() == [3, 4]
    assert "skips" in made.notes[0]
    message = refused(tmp_path, HEADER + rows.format(5), timezone="Europe/Berlin")
    assert "line 3" in message
    assert "does not exist in Europe/Berlin" in message


def test_repeated_rows_are_refused_or_summed_as_asked(tmp_path: Path) -> None:
    rows = HEADER + "2026-05-04T08:00,a,1\n2026-05-04T08:00,a,2\n"
    assert "line 3" in refused(tmp_path, rows)
    assert read(tmp_path, rows, duplicates="sum").queues["a"].sum() == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (HEADER.encode(), "no rows"),
        (b"\x00\x01\x02" * 99, "binary"),
        ((HEADER + "2026-05-04,a,1\n").encode("utf-16"), "binary or UTF-16"),
        (HEADER.encode() + b"2026-05-04T08:00,Gr\xfc\xdfe,1\n", "not UTF-8 (byte 0xfc)"),
        (gzip.compress(HEADER.encode() * 99, mtime=0)[:-20], "cannot be read to its end"),
        (b"time,calls\n2026-05-04T08:00,1\n", "lacks the column interval_start, offered"),
        (b"interval_start;offered\n2026-05-04T08:00;1\n", "lacks the column"),
        (HEADER.encode() + b"yesterday,a,1\n", "line 2: 'yesterday' is not a time"),
        (HEADER.encode() + b",a,1\n", "line 2"),
        (HEADER.encode() + b"2026-05-04T08:00,a,1\n2026-05-04T09:00Z,a,1\n", "some times carry an offset"),
        (HEADER.encode() + b"2026-05-04T08:00,a,many\n", "line 2: 'many' is not a count"),
        (
            HEADER.encode() + b"2026-05-04T08:00,a,1\n2026-05-04T08:30,a,-3\n",
            "line 3: a count must be at least 0, got -3",
        ),
        (HEADER.encode() + b"2026-05-04T08:00,a,inf\n", "at least 0, got inf"),
        (HEADER.encode() + b"2026-05-04T08:00,a,\n", "no row has a count"),
        (HEADER.encode() + b"2026-05-04T08:00,,1\n", "the queue is empty"),
        (HEADER.encode() + b"1970-01-01T00:00,a,1\n2026-05-04T08:00,a,1\n", "look for a wrong date"),
        (every("60min"), "every 60 min"),
        (every("20min"), "every 20 min"),
        (every("30min", at="08:10"), "every 30 min"),
        (
            HEADER.encode() + b"2026-05-04T08:00,a,1,9,9\n2026-05-04T09:00,a,1,9,9\n",
            "more fields than its header",
        ),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, text: bytes, said: str) -> None:
    assert said in refused(tmp_path, text)


def test_a_missing_file_a_folder_and_an_unknown_zone_say_why(tmp_path: Path) -> None:
    for path, said in ((tmp_path / "none.csv", "does not exist"), (tmp_path, "is a folder")):
        with pytest.raises(VolumeFileError, match=said):
            read_volumes(path, interval_s=1800)
    assert "IANA" in refused(tmp_path, HEADER, timezone="Mars")


def test_a_named_queue_column_must_exist(tmp_path: Path) -> None:
    assert "lacks the column skill" in refused(tmp_path, HEADER + "2026-05-04T08:00,a,1\n", queue_column="skill")


def test_more_rows_than_the_bound_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volume_files, "MAX_ROWS", 2)
    assert "more than 2 rows" in refused(tmp_path, HEADER + "2026-05-04T08:00,a,1\n" * 3)


def test_a_file_is_read_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volume_files, "_CHUNK", 7)
    times = pd.date_range("2026-05-04", periods=50, freq="30min")
    rows = "".join(f"{time.isoformat()},q{n % 3},{n}\n" for n, time in enumerate(times))
    made = read(tmp_path, HEADER + rows)
    assert sum(series.sum() for series in made.queues.values()) == sum(range(50))
    assert "line 52" in refused(tmp_path, HEADER + rows + "soon,q1,1\n")
