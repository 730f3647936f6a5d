"""Times as the call log of Twilio writes them: RFC 2822, such as "Mon, 23 Nov 2026 09:15:00 +0000"."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from connectors.errors import RecordError
from connectors.mapping import utc


def rfc2822(value: object, *, field: str) -> datetime:
    """An aware UTC time; RecordError otherwise."""
    if not isinstance(value, str):
        raise RecordError(f"{field} must be a time, got {str(value)[:60]!r}")
    try:
        moment = parsedate_to_datetime(value)
        # "-0000" says that the writer knew no zone but means UTC; Python then gives a naive time.
        aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        raise RecordError(f"{field} must be a time as in RFC 2822, got {value[:60]!r}") from None
    return utc(aware.isoformat(), field=field)


def rfc2822_or_none(value: object, *, field: str) -> datetime | None:
    """Like `rfc2822`, for a time that has not come yet: null or an empty text."""
    return None if value in (None, "") else rfc2822(value, field=field)
