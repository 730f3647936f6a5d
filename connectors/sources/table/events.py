"""One row, one contact: what the mapped columns say about its arrival, answer, end and outcome."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.records import ContactEvent, Outcome
from connectors.source import CallerHash, SourceConfig
from connectors.sources.table.header import Cells, Header, first_said, joined
from connectors.sources.table.numbers import seconds
from connectors.sources.table.options import IGNORE, TableOptions
from connectors.sources.table.problem import RowError
from connectors.sources.table.times import TimeReader
from connectors.sources.table.words import OUTCOMES

_HALF_DAY = timedelta(hours=12)
_DAY = timedelta(days=1)
# A source's clock may be a little ahead of ours; more than this is a wrong time zone or a wrong column.
AHEAD = timedelta(minutes=5)
_EARLIEST = datetime(1970, 1, 2).date()  # noqa: DTZ001 (a day, no time)


class EventRows:
    """Turns rows into contacts, as the options say."""

    def __init__(self, header: Header, options: TableOptions, *, config: SourceConfig, caller_hash: CallerHash) -> None:
        self._header, self._options, self._config, self._hash = header, options, config, caller_hash
        self._times = TimeReader(
            ZoneInfo(config.timezone), time_format=options.time_format, date_format=options.date_format
        )
        columns = options.columns
        self._date = header.find(columns, "date")
        self._date_of = header.index(options.date_of) if options.date_of else None
        self._arrived = header.find(columns, "arrived_at")
        self._answered = header.find(columns, "answered_at")
        self._ended = header.find(columns, "ended_at")
        self._wait = header.find(columns, "wait_s")
        self._handle = header.find(columns, "handle_s")
        self._outcome = header.find(columns, "outcome")
        self._queue = header.find(columns, "queue")
        self._id = header.find(columns, "external_id")
        self._caller = header.find(columns, "caller")
        self._outcomes = OUTCOMES | dict(options.outcomes)
        self._decimal = options.decimal or "."

    @property
    def needs_hash(self) -> bool:
        """Whether rows have no id of their own."""
        return not self._id

    @property
    def secret(self) -> tuple[int, ...]:
        """The columns that must not be kept with a rejected row."""
        return self._caller

    def record(self, cells: Cells, row_id: str, *, now: datetime) -> ContactEvent | None:
        """The contact in a row, or None where the configuration says that it is none."""
        if self._header.ignored(cells):
            return None
        outcome = self._said_outcome(cells)
        if outcome == IGNORE:
            return None
        arrived = self._arrival(cells)
        answered = self._answer(cells, arrived, outcome=outcome)
        ended = self._end(cells, arrived, answered=answered, outcome=outcome)
        final = Outcome(outcome) if outcome else _outcome_of(answered, ended)
        arrived_at = self._instant(arrived, "arrived_at", now=now)
        return ContactEvent(
            external_id=(joined(cells, self._id) if self._id else row_id),
            queue=self._queue_of(cells),
            channel=self._options.channel,
            arrived_at=arrived_at,
            outcome=final,
            answered_at=self._instant(answered, "answered_at", now=now, after=arrived_at) if answered else None,
            ended_at=self._instant(ended, "ended_at", now=now, after=arrived_at) if ended else None,
            caller=self._caller_of(cells),
        )

    def _said_outcome(self, cells: Cells) -> str | None:
        if not self._outcome:
            return None
        word = str(first_said(cells, self._outcome) or "").strip()
        meaning = self._outcomes.get(word.lower())
        if meaning is None:
            raise RowError(
                f'outcome {word[:40]!r} is not known; add it to outcomes, such as {{"{word[:40]}" = "abandoned"}}'
            )
        return meaning

    def _queue_of(self, cells: Cells) -> str:
        word = first_said(cells, self._queue)
        word = self._options.queue if word is None else str(word).strip()
        if not word:
            raise RowError("the row names no queue; map columns.queue or set queue")
        return self._config.queue(word)

    def _caller_of(self, cells: Cells) -> str | None:
        said = first_said(cells, self._caller)
        return None if said is None else self._hash(str(said).strip())

    def _arrival(self, cells: Cells) -> datetime:
        value = first_said(cells, self._arrived, empty=self._options.empty_times)
        if value is None:
            raise RowError("arrived_at is empty")
        day = self._day(cells)
        moment = self._times.read(value, day)
        if day is not None and self._date_of is not None:
            # The date belongs to another column; a time that lies before that one has passed midnight.
            return _after(moment, self._times.read(cells[self._date_of], day))
        return moment

    def _day(self, cells: Cells) -> date | None:
        if not self._date:
            return None
        value = first_said(cells, self._date)
        if value is None:
            raise RowError("date is empty")
        return self._times.read_date(value)

    def _later(self, cells: Cells, indexes: tuple[int, ...], *, arrived: datetime) -> datetime | None:
        value = first_said(cells, indexes, empty=self._options.empty_times)
        if value is None:
            return None
        if not self._date:
            return self._times.read(value)
        return _after(self._times.read(value, arrived.date()), arrived)

    def _answer(self, cells: Cells, arrived: datetime, *, outcome: str | None) -> datetime | None:
        if outcome in (Outcome.WAITING, Outcome.ABANDONED):
            return None
        answered = self._later(cells, self._answered, arrived=arrived)
        if answered is None and outcome is not None:
            wait = seconds(first_said(cells, self._wait), "wait_s", decimal=self._decimal)
            if wait is None:
                raise RowError(f"outcome {outcome} needs answered_at or wait_s, and the row has neither")
            answered = self._plus(arrived, wait)
        return answered

    def _end(
        self, cells: Cells, arrived: datetime, *, answered: datetime | None, outcome: str | None
    ) -> datetime | None:
        if outcome in (Outcome.WAITING, Outcome.IN_SERVICE):
            return None
        ended = self._later(cells, self._ended, arrived=arrived)
        if ended is not None:
            return ended
        base, indexes, name = (
            (arrived, self._wait, "wait_s") if answered is None else (answered, self._handle, "handle_s")
        )
        lasted = seconds(first_said(cells, indexes), name, decimal=self._decimal)
        if lasted is None and outcome is not None:
            raise RowError(f"outcome {outcome} needs ended_at or {name}, and the row has neither")
        return None if lasted is None else self._plus(base, lasted)

    def _plus(self, moment: datetime, lasted: float) -> datetime:
        """A duration passes in real time, so it is added in UTC, where no clock is changed."""
        return self._times.utc(moment) + timedelta(seconds=lasted)

    def _instant(self, moment: datetime, field: str, *, now: datetime, after: datetime | None = None) -> datetime:
        instant = self._times.utc(moment)
        if after is not None and instant < after and self._times.is_fold(moment):
            instant = self._times.utc(moment, second=True)
        if instant > now + AHEAD:
            raise RowError(f"{field} {instant:%Y-%m-%d %H:%M:%S} UTC lies in the future; check the time zone")
        if instant.date() < _EARLIEST:
            raise RowError(f"{field} {instant:%Y-%m-%d} lies before 1970-01-02; check the column")
        return instant


def _outcome_of(answered: datetime | None, ended: datetime | None) -> Outcome:
    if answered is not None:
        return Outcome.IN_SERVICE if ended is None else Outcome.ANSWERED
    return Outcome.WAITING if ended is None else Outcome.ABANDONED


def _after(moment: datetime, earlier: datetime) -> datetime:
    """The same time of day, on the next day where it would else lie half a day or more before `earlier`."""
    if (moment.tzinfo is None) != (earlier.tzinfo is None):
        return moment  # one of the two names its own day and offset
    return moment + _DAY if earlier - moment > _HALF_DAY else moment


def masked(cells: Cells, secret: tuple[int, ...]) -> list[Any]:
    """The cells without what must not be kept."""
    return ["…" if index in secret else cell for index, cell in enumerate(cells)]
