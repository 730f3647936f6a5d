"""One row of the answer, one record: columns are named as in our glossary, so the query itself does the mapping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from connectors.errors import RecordError
from connectors.mapping import utc
from connectors.records import Channel, ContactEvent, IntervalVolume, Outcome
from connectors.source import CallerHash, SourceConfig

EVENT_COLUMNS = ("external_id", "arrived_at", "queue", "answered_at", "ended_at", "outcome", "caller", "channel")
COUNT_COLUMNS = ("interval_start", "offered", "queue", "answered", "abandoned", "aht_s", "channel")
_MILLISECONDS = 1e11


class RowReader:
    """Turns rows into contacts, or into counts where `interval_s` is given."""

    def __init__(
        self,
        config: SourceConfig,
        *,
        caller_hash: CallerHash,
        queue: str | None,
        channel: Channel,
        interval_s: int | None,
    ) -> None:
        self._config, self._hash = config, caller_hash
        self._queue, self._channel, self._interval_s = queue, channel, interval_s
        self._zone = ZoneInfo(config.timezone)

    def fault(self, names: Iterable[str]) -> str | None:
        """What is wrong with the columns of the answer, if anything."""
        known, needed = (COUNT_COLUMNS, 2) if self._interval_s else (EVENT_COLUMNS, 2)
        got = list(names)
        wanted = [*known[:needed], *([] if self._queue else ["queue"])]
        missing = [name for name in wanted if name not in got]
        if missing:
            kind = "counts per interval" if self._interval_s else "contacts"
            return f"the query gives no column {', '.join(missing)} for {kind}; it gives {', '.join(got)}; name with AS"
        strange = [name for name in got if name not in known]
        if strange or len(set(got)) < len(got):
            return f"the query gives {', '.join(strange or got)}; known are {', '.join(known)}, each once"
        return None

    def record(self, row: Mapping[str, Any]) -> ContactEvent | IntervalVolume:
        """The record in a row; RecordError says why there is none."""
        return self._counts(row, self._interval_s) if self._interval_s else self._contact(row)

    def place(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The row with an id to name it by, should it be refused."""
        known = row.get("interval_start") if self._interval_s else row.get("external_id")
        return {"id": None if known is None else f"{row.get('queue', '')}/{known}".lstrip("/"), **row}

    def _contact(self, row: Mapping[str, Any]) -> ContactEvent:
        arrived = self._time(row, "arrived_at")
        if arrived is None:
            raise RecordError("arrived_at is empty")
        answered = self._time(row, "answered_at", after=arrived)
        ended = self._time(row, "ended_at", after=arrived)
        caller = row.get("caller")
        return ContactEvent(
            external_id=_word(row, "external_id"),
            queue=self._queue_of(row),
            channel=self._channel_of(row),
            arrived_at=arrived,
            outcome=_outcome(row.get("outcome"), answered, ended),
            answered_at=answered,
            ended_at=ended,
            caller=None if caller in (None, "") else self._hash(str(caller).strip()),
        )

    def _counts(self, row: Mapping[str, Any], interval_s: int) -> IntervalVolume:
        start = self._time(row, "interval_start", once=True)
        offered = _whole(row, "offered")
        if start is None or offered is None:
            raise RecordError(f"{'interval_start' if start is None else 'offered'} is empty")
        aht_s = row.get("aht_s")
        return IntervalVolume(
            queue=self._queue_of(row),
            channel=self._channel_of(row),
            interval_start=start,
            interval_s=interval_s,
            offered=offered,
            answered=_whole(row, "answered"),
            abandoned=_whole(row, "abandoned"),
            aht_s=None if aht_s is None else _number(aht_s, "aht_s"),
        )

    def _queue_of(self, row: Mapping[str, Any]) -> str:
        said = row.get("queue")
        word = self._queue if said is None else str(said).strip()
        if not word:
            raise RecordError("the row names no queue; set queue, or let the query name one")
        return self._config.queue(word)

    def _channel_of(self, row: Mapping[str, Any]) -> Channel:
        said = row.get("channel")
        if said is None:
            return self._channel
        try:
            return Channel(str(said).strip().lower())
        except ValueError:
            raise RecordError(f"channel must be one of {', '.join(Channel)}, got {str(said)[:40]!r}") from None

    def _time(
        self, row: Mapping[str, Any], field: str, *, after: datetime | None = None, once: bool = False
    ) -> datetime | None:
        value = row.get(field)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            moment = _written(value, field)
            return moment.astimezone(UTC) if moment.tzinfo else self._local(moment, field, after=after, once=once)
        number = float(value)
        return utc(number / 1000 if abs(number) >= _MILLISECONDS else number, field=field)

    def _local(self, moment: datetime, field: str, *, after: datetime | None, once: bool) -> datetime:
        """A time without offset by the block's zone; the first round of an hour that the clocks show twice."""
        first, second = (moment.replace(tzinfo=self._zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        if first > second:
            raise RecordError(f"{field} {moment} does not exist in {self._zone.key}: the clocks skip it")
        if first < second and once:
            raise RecordError(
                f"{field} {moment} occurs twice in {self._zone.key}; select it with its offset, or in UTC"
            )
        return second if after is not None and first < after else first


def _written(value: object, field: str) -> datetime:
    if isinstance(value, datetime):
        return value
    text = value.isoformat() if isinstance(value, date) else str(value).strip()
    if len(text) > len("2026-11-23"):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass  # said below, together with a day that lacks its time
    raise RecordError(f"{field} must be a time such as 2026-11-23 09:15:00 or seconds since 1970, got {text[:40]!r}")


def _outcome(said: object, answered: datetime | None, ended: datetime | None) -> Outcome:
    if said is None or said == "":
        if answered is not None:
            return Outcome.IN_SERVICE if ended is None else Outcome.ANSWERED
        return Outcome.WAITING if ended is None else Outcome.ABANDONED
    try:
        return Outcome(str(said).strip().lower())
    except ValueError:
        raise RecordError(f"outcome must be one of {', '.join(Outcome)}, got {str(said)[:40]!r}; use CASE") from None


def _word(row: Mapping[str, Any], field: str) -> str:
    said = row.get(field)
    text = "" if said is None else str(said).strip()
    if not text:
        raise RecordError(f"{field} is empty")
    return text


def _number(value: object, field: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise RecordError(f"{field} must be a number, got {str(value)[:40]!r}")
    return float(value)


def _whole(row: Mapping[str, Any], field: str) -> int | None:
    value = row.get(field)
    if value is None:
        return None
    found = _number(value, field)
    if not found.is_integer():
        raise RecordError(f"{field} must be a whole number, got {found:g}")
    return int(found)
