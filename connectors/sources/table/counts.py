"""One row, one interval: counts of a queue, with the repeated hour of autumn told apart by the order of the rows."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from connectors.records import IntervalVolume
from connectors.source import SourceConfig
from connectors.sources.table.header import Cells, Header, first_said
from connectors.sources.table.numbers import seconds, whole
from connectors.sources.table.options import TableOptions
from connectors.sources.table.problem import RowError
from connectors.sources.table.times import TimeReader

# queue → the last wall-clock time read in a repeated hour, and whether its second round has begun
Folds = dict[str, tuple[str, bool]]


class CountRows:
    """Turns rows into interval volumes, as the options say."""

    needs_hash = False
    secret: tuple[int, ...] = ()

    def __init__(self, header: Header, options: TableOptions, *, config: SourceConfig, folds: Folds) -> None:
        self._header, self._options, self._config = header, options, config
        self._times = TimeReader(
            ZoneInfo(config.timezone), time_format=options.time_format, date_format=options.date_format
        )
        columns = options.columns
        self._date = header.find(columns, "date")
        self._start = header.find(columns, "interval_start")
        self._queue = header.find(columns, "queue")
        self._offered = header.find(columns, "offered")
        self._answered = header.find(columns, "answered")
        self._abandoned = header.find(columns, "abandoned")
        self._aht = header.find(columns, "aht_s")
        self._decimal = options.decimal or "."
        self.folds = folds

    def record(self, cells: Cells, row_id: str, *, now: datetime) -> IntervalVolume | None:
        """The counts in a row, or None where the configuration says that it holds none."""
        if self._header.ignored(cells):
            return None
        queue = self._queue_of(cells)
        start = self._interval_start(cells, queue)
        if start > now:
            raise RowError(f"interval {start:%Y-%m-%d %H:%M} UTC lies in the future; check the time zone")
        offered = self._count(cells, self._offered, field="offered")
        if offered is None:
            raise RowError("offered is empty; an interval without contacts must say 0")
        return IntervalVolume(
            queue=self._config.queue(queue),
            channel=self._options.channel,
            interval_start=start,
            interval_s=self._options.interval_s or 0,
            offered=offered,
            answered=self._count(cells, self._answered, field="answered"),
            abandoned=self._count(cells, self._abandoned, field="abandoned"),
            aht_s=seconds(first_said(cells, self._aht), "aht_s", decimal=self._decimal),
        )

    def _queue_of(self, cells: Cells) -> str:
        said = first_said(cells, self._queue)
        word = self._options.queue if said is None else str(said).strip()
        if not word:
            raise RowError("the row names no queue; map columns.queue or set queue")
        return word

    def _interval_start(self, cells: Cells, queue: str) -> datetime:
        value = first_said(cells, self._start)
        if value is None:
            raise RowError("interval_start is empty")
        day = None
        if self._date:
            said = first_said(cells, self._date)
            if said is None:
                raise RowError("date is empty")
            day = self._times.read_date(said)
        moment = self._times.read(value, day)
        return self._times.utc(moment, second=self._second_round(moment, queue))

    def _second_round(self, moment: datetime, queue: str) -> bool:
        """In an hour that the clocks show twice, a time that does not go forward belongs to the second round."""
        if not self._times.is_fold(moment):
            if self.folds:
                self.folds.pop(queue, None)
            return False
        said = moment.isoformat()
        last, second = self.folds.get(queue, ("", False))
        second = second or said <= last
        self.folds[queue] = (said, second)
        return second

    def _count(self, cells: Cells, indexes: tuple[int, ...], *, field: str) -> int | None:
        return whole(first_said(cells, indexes), field, decimal=self._decimal)
