"""Tokens, publications, the use of replies, and what callers did afterwards."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from connectors.storage import schema
from connectors.storage.reply_rows import CallRow, PublishedRow, TokenRow, UnansweredRow, UseCountRow

_TOKEN, _PUBLISHED = schema.api_token, schema.published_reply
_USE, _UNANSWERED = schema.reply_use, schema.unanswered_search
_EVENT, _QUEUE = schema.contact_event, schema.queue


def get_token(session: Session, token_hash: str) -> TokenRow | None:
    """The token that hashes to this."""
    found = session.execute(select(_TOKEN).where(_TOKEN.c.token_hash == token_hash)).one_or_none()
    return None if found is None else TokenRow(**found._mapping)


def get_tokens(session: Session) -> list[TokenRow]:
    """All tokens by name, the revoked ones among them."""
    return [TokenRow(**row._mapping) for row in session.execute(select(_TOKEN).order_by(_TOKEN.c.name))]


def get_published(session: Session, destination: str | None = None) -> list[PublishedRow]:
    """How replies stand in other systems, or in one."""
    statement = select(_PUBLISHED).order_by(_PUBLISHED.c.destination, _PUBLISHED.c.key, _PUBLISHED.c.language)
    if destination is not None:
        statement = statement.where(_PUBLISHED.c.destination == destination)
    return [PublishedRow(**row._mapping) for row in session.execute(statement)]


def get_use_counts(session: Session, *, since: datetime) -> list[UseCountRow]:
    """Copies since a time, counted by reply, role, phase and incident."""
    by = (_USE.c.key, _USE.c.language, _USE.c.role, _USE.c.phase, _USE.c.incident_id)
    statement = select(*by, func.count(), func.max(_USE.c.at)).where(_USE.c.at >= since).group_by(*by).order_by(*by[:3])
    return [UseCountRow(*row) for row in session.execute(statement)]


def get_first_uses(session: Session, *, since: datetime) -> dict[str, datetime]:
    """By channel, when a reply for it was first copied since a time."""
    statement = select(_USE.c.channel, func.min(_USE.c.at)).where(_USE.c.at >= since).group_by(_USE.c.channel)
    return {row[0]: row[1] for row in session.execute(statement)}


def get_unanswered(session: Session, *, limit: int = 50) -> list[UnansweredRow]:
    """Searches that found nothing, the most frequent first."""
    order = (_UNANSWERED.c.searches.desc(), _UNANSWERED.c.last_at.desc(), _UNANSWERED.c.query)
    found = session.execute(select(_UNANSWERED).order_by(*order).limit(limit))
    return [UnansweredRow(**row._mapping) for row in found]


def get_calls(session: Session, *, since: datetime, until: datetime, limit: int) -> list[CallRow]:
    """Contacts of known callers in [since, until), in order of arrival; at most `limit`, the earliest."""
    statement = (
        select(_QUEUE.c.key, _QUEUE.c.channel, _EVENT.c.caller, _EVENT.c.arrived_at)
        .join(_QUEUE, _QUEUE.c.id == _EVENT.c.queue_id)
        .where(_EVENT.c.arrived_at >= since, _EVENT.c.arrived_at < until, _EVENT.c.caller.is_not(None))
        .order_by(_EVENT.c.arrived_at)
        .limit(limit)
    )
    return [CallRow(*row) for row in session.execute(statement)]
